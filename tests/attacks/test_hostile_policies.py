"""Policy text that is malformed, hostile or huge: a clear complaint where it stands, soon, and nobody else notices.

While each is checked, an engine decides on in the same process. "Soon" is said in processor time, which a busy machine
does not lengthen by much: `SECONDS` for the child that parses and for the process that asked, together. Two are enough
for all of it on a machine of its own, five where others share the processor; what is hostile would take minutes.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Self

import pytest
from tests.once import PARSER
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.company.load import Checked, check_folder
from limen.company.new_folder import Answers, begin
from limen.policy import Effect

SECONDS = 10.0
ANY = "permit (principal, action, resource)"
STAFF = '@id("staff-view") permit (principal in Group::"staff", action == Action::"view", resource);\n'


def when(condition: str, name: str = "a") -> str:
    return f'@id("{name}")\n{ANY}\nwhen {{ {condition} }};\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small company without tests of its own, so that what takes long is what is hostile."""
    folder = tmp_path / "company"
    begin(folder, Answers("Example", "example.localhost"))
    for one in (folder / "policies").iterdir():
        one.unlink()
    (folder / "policies/staff.cedar").write_text(STAFF)
    return folder


class AtWork:
    """An engine in a thread of its own that decides without a pause."""

    def __init__(self) -> None:
        self._engine = engine_of(STAFF)
        self._is_over = threading.Event()
        self._decided = 0
        self._wrong = 0
        self._thread = threading.Thread(target=self._work)

    def _work(self) -> None:
        staff, guest = facts(), facts(groups=("guests",))
        while not self._is_over.is_set():
            right = self._engine.decide(VIEW, staff, NOW).effect is Effect.PERMIT
            right &= self._engine.decide(VIEW, guest, NOW).effect is not Effect.PERMIT
            self._wrong += not right
            self._decided += 1
            self._is_over.wait(0.000_5)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()

    def noticed_nothing(self) -> bool:
        return self._decided > 0 and self._wrong == 0


def check(root: Path) -> Checked:
    with AtWork() as engine:
        checked = check_folder(root)
    assert engine.noticed_nothing()
    return checked


def taken(root: Path) -> tuple[list[str], float]:
    """The complaints, and the processor time that they took here and in the child."""
    own, children = time.thread_time(), PARSER.seconds
    complaints = [str(one) for one in check(root).problems]
    return complaints, time.thread_time() - own + PARSER.seconds - children


DEEP, LINKED = (
    "this nests deeper than 60 levels",
    "more than 200 attributes or arithmetic operators are chained here",
)
LONG, MANY = "this policy is longer than 500000 characters; split it", "there are more than 10000 policies"
NAME = "use a-z, 0-9 and `-`"

HOSTILE = {
    # Nesting and chains
    "parentheses": (when("(" * 100_000 + "true" + ")" * 100_000), f"3:67: {DEEP}"),
    "sets": (when("[" * 100_000 + "]" * 100_000), f"3:67: {DEEP}"),
    "records": (when("{a:" * 100_000 + "1" + "}" * 100_000), DEEP),
    "records-in-a-record": (when("{a:" * 61 + "1" + "}" * 61 + ".a" * 61 + " == 1"), DEEP),
    "negations": (when("!" * 100_000 + "true"), DEEP),
    "minus-signs": (when("-" * 100_000 + "1 == 1"), DEEP),
    "conditions": (when("if " * 100_000 + "true"), DEEP),
    "otherwise": (when("if true then true else " * 20_000 + "true"), DEEP),
    "indexes": (when("context[" * 50_000 + '"a"' + "]" * 50_000), DEEP),
    "members": (when("context" + ".a" * 100_000), f"3:415: {LINKED}"),
    "index-chain": (when("context" + '["a"]' * 50_000), LINKED),
    "methods": (when("context.a" + ".contains(1)" * 40_000), LINKED),
    "has-path": (when("context has a" + ".a" * 50_000), LINKED),
    "sum": (when("+".join(["1"] * 100_000) + " > 0"), LINKED),
    "product": (when("*".join(["1"] * 100_000) + " > 0"), LINKED),
    "type-path": (f'@id("a") permit (principal is {"A::" * 50_000}B, action, resource);', LINKED),
    "never-closed": (f'@id("a") {ANY} when {{ ' + "[" * 50 + ";", "1:"),
    # Size
    "literal": (
        when(f'context.place.country == "{"x" * 990_000}"'),
        "990002 of them in the text that begins here; shorten it",
    ),
    "quotes": ('"' * 999_000, f"1:1: {LONG}"),
    "backslashes": ('"' + "\\" * 998_999, f"1:1: {LONG}"),
    "at-signs": ("@" * 999_000, f"1:1: {LONG}"),
    "one-letter-words": ("a " * 499_000, f"1:1: {LONG}"),
    "file": ("//" + "x" * 1_000_000, "this file is longer than 1000000 bytes"),
    "policies": ("".join(f'@id("a{n}") {ANY};\n' for n in range(17_500)), f"10000:{len(ANY) + 14}: {MANY}"),
    "empty-policies": (";" * 999_000, MANY),
    "nameless-policies": (f"{ANY};\n" * 20_000, f"10000:{len(ANY) + 1}: {MANY}"),
    "groups": (when(" || ".join(f'principal in Group::"g{n}"' for n in range(3_000))), '3:28: there is no group "g0"'),
    "clock": (
        when(" || ".join(f"context.time.minute == {n}" for n in range(1_000))),
        "3:8: this policy has 1000 time comparisons, more than 100",
    ),
    "annotations": ("".join(f'@a{n}("x")\n' for n in range(20_000)) + f"{ANY};", "1:1: unknown annotation @a0"),
    "one-annotation-often": ('@id("a")\n' * 20_000 + f"{ANY};", "duplicate annotation: @id; remove one of them"),
    "title": (f'@id("a")\n@title("{"x" * 400_000}")\n{ANY};', "2:1: this @title is longer than 200 characters"),
    "reason": (f'@id("a")\n@reason("{"x" * 2_000}")\n{ANY};', "2:1: this @reason is longer than 1000 characters"),
    "wrong-literal": (
        when(f'context.place has address && context.place.address == ip("{"1" * 400_000}")'),
        "failed to parse as IP address",
    ),
    "wrong-group": (f'@id("a") permit (principal in Group::"{"g" * 400_000}", action, resource);', "1:38: there is no"),
    "stumble": (when(" || ".join(["true"] * 60_000) + " }"), "this is not valid Cedar: unexpected token `}`"),
    "wrong-everywhere": ("".join(when("context.x > 1", f"a{n}") for n in range(5_000)), "attribute `x` not found"),
    # Names
    "no-id": (f"{ANY};", "1:1: this policy has no @id"),
    "empty-id": (f'@id("")\n{ANY};', "1:1: this policy has no @id"),
    "bare-id": (f"@id\n{ANY};", "1:1: this policy has no @id"),
    "cyrillic": (when("true", "st\u0430ff"), f'U+0430, cyrillic small letter a; {NAME}, as in "staff"'),
    "greek": (when("true", "\u03bfwner"), f'U+03BF, greek small letter omicron; {NAME}, as in "owner"'),
    "zero-width": (when("true", "sta\u200bff"), f'U+200B, zero width space; {NAME}, as in "staff"'),
    "right-to-left": (when("true", "sta\u202eff"), "1:9: the character U+202E here makes the policy look different"),
    "full-width": (when("true", "st\uff41ff"), f'fullwidth latin small letter a; {NAME}, as in "staff"'),
    "ligature": (when("true", "sta\ufb00"), f'latin small ligature ff; {NAME}, as in "staff"'),
    "accent": (when("true", "sta\u0301ff"), f'{NAME}, as in "staff"'),
    "escaped-twin": (when("true", "sta\\u{ff46}f"), f'{NAME}, as in "staff"'),
    "upper-case": (
        when("true", "Staff-View"),
        f'1:5: a policy can\'t be named "Staff-View"; {NAME}, as in "staff-view"',
    ),
    "path": (when("true", "../../etc/passwd"), f'{NAME}, as in "etc-passwd"'),
    "markup": (when("true", "<script>alert(1)</script>"), NAME),
    "line-break": (when("true", "a\\nb"), f'"a\\nb"; {NAME}'),
    "long-id": (when("true", "a" * 100_000), f"{NAME}, 80 characters at most"),
    "own-reason": (when("true", "policy-error"), "is one of Limen's built-in reasons"),
    "twice": (when("true") + when("false"), '4:5: there are two policies with the @id "a"; rename one'),
    "twice-escaped": (when("true", "ab") + when("false", "\\u{61}b"), 'there are two policies with the @id "ab"'),
    "twice-in-two-files": (when("true", "staff-view"), "policies/staff.cedar:1 has the other"),
    "group-twin": ('@id("a") permit (principal in Group::"st\u0430ff", action, resource);', 'did you mean "staff"?'),
    "slip": (f'@id("a")\n@titel("x")\n{ANY};', '2:1: unknown annotation @titel; did you mean "title"?'),
    "terminal-codes": (
        f'@id("a")\n@title("\\u{{1b}}[2Jgone")\n{ANY};',
        "2:1: this @title contains characters that can't",
    ),
    "hidden-order": (
        f'@id("a") {ANY}; // \u202e esle gnihton \u2066',
        "the character U+202E here makes the policy look",
    ),
    # Letters and bytes
    "invalid-utf-8": (b'@id("a")\n// \xff\xfe', "2:4: byte 0xff is not valid UTF-8"),
    "overlong-utf-8": (b'@id("\xc0\xaf")', "1:6: byte 0xc0 is not valid UTF-8"),
    "surrogate": (b'@id("a")\xed\xa0\x80', "1:9: byte 0xed is not valid UTF-8"),
    "utf-16": (b"\xff\xfe" + STAFF.encode("utf-16-le"), "1:1: byte 0xff is not valid UTF-8"),
    "nul": (b'@id("a")\n\x00', "2:1: there is a "),
    "second-bom": (b"\xef\xbb\xbf" * 2 + STAFF.encode(), "1:1: `U+FEFF` is not valid in Cedar"),
    "bom-inside": (f'@id("a")\ufeff {ANY};', "1:9: `U+FEFF` is not valid in Cedar"),
    "noise": (bytes(range(1, 256)) * 3_000, "2:118: byte 0x80 is not valid UTF-8"),
    "other-letters": ("\u0430" * 499_000, "1:1: `\u0430` is not valid in Cedar"),
    "bad-escape": (
        when('context.place.country == "\\q"'),
        "3:34: this is not valid Cedar: the input `\\q` is not a valid",
    ),
    "escaped-surrogate": (when('context.place.country == "\\u{d800}"'), "is not a valid escape"),
    "no-such-letter": (when('context.place.country == "\\u{ffffffff}"'), "is not a valid escape"),
    # Syntax
    "text-without-end": (
        f'@id("a")\n{ANY} when {{ context.place.country == "DE }};\n',
        "2:70: this text is never closed",
    ),
    "comment-without-end": (f'@id("a")\n{ANY} /* nothing }};', "2:38: this is not valid Cedar: unexpected token `/`"),
    "swallowed-end": (f'@id("a")\n{ANY} // ;', "2:36: this is not valid Cedar: unexpected end of input"),
    "comment-ended-early": (f'@id("a")\n{ANY} // x\r{ANY};\n', "policies/x.cedar:2:"),
    "template": (
        '@id("a") permit (principal == ?principal, action, resource in ?resource);',
        "1:31: this is a template",
    ),
    "template-inside": (when("principal == ?principal"), "found template slot ?principal in a `when` clause"),
    "reserved": (when('__cedar::ip("1.1.1.1") == 1'), "which is reserved"),
    "function": (when('exec("rm") == 1'), "3:8: this is not valid Cedar: `exec` is not a valid function"),
    "division": (when("1 / 2 == 1"), "division is not supported"),
    "fraction": (when("context.auth.strength > 1.5"), "3:34: this is not valid Cedar"),
    "two-comparisons": (when("1 < 2 < 3"), "put one of them in ( )"),
    "key-twice": (when("{a: 1, a: 2}.a == 1"), "duplicate key `a` in record literal"),
    "json": ('{"staticPolicies": {}}', "1:1: this is not valid Cedar"),
    "web-page": ("<html><body>404</body></html>", "1:1: this is not valid Cedar"),
    "merge": (f"<<<<<<< HEAD\n{STAFF}=======\n", "1:1: this is not valid Cedar"),
    # Values
    "past-int64": (
        when("context.auth.strength > 9223372036854775808"),
        "3:32: this is not valid Cedar: integer literal",
    ),
    "endless-number": (when(f"context.auth.strength > {'9' * 400_000}"), "number too large"),
    "address": (when('context.place has address && context.place.address == ip("10.0.0.300/8")'), '"10.0.0.300/8"'),
    "date": (when('context.now > datetime("2026-13-45")'), "3:31: this doesn't match the schema"),
    "arguments": (when('ip("10.0.0.1", "10.0.0.2").isIpv4()'), "Expected 1, got 2"),
    "duration": (when('context.now.durationSince(context.auth.at) > duration("5 hours")'), '"5 hours"'),
    "endless-duration": (when(f'context.now.offset(duration("{"9" * 20}d")) > context.now'), "as a duration value"),
    "decimal": (when('decimal("1.23456").lessThan(decimal("2.0"))'), '"1.23456"'),
}


@pytest.mark.parametrize(("text", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_it_is_refused_where_it_stands_and_soon(root: Path, text: str | bytes, expected: str) -> None:
    (root / "policies/x.cedar").write_bytes(text if isinstance(text, bytes) else text.encode())
    complaints, seconds = taken(root)
    assert any(expected in one for one in complaints), complaints[:3]
    assert all(one.startswith("policies/x.cedar:") for one in complaints)
    assert len(complaints) <= 51
    assert all(len(one) < 500 and one.isprintable() for one in complaints)
    assert seconds < SECONDS


COUNTRY = "context.place.country"
LEGAL = {
    "alternatives": when(" || ".join(f'{COUNTRY} == "{n}"' for n in range(10_000))),
    "set": when("[" + ",".join(f'"{n}"' for n in range(10_000)) + f"].contains({COUNTRY})"),
    "long-literal": when(f'{COUNTRY} == "{"x" * 400_000}"'),
    "many-wildcards": when('context.request.route like "' + "*a" * 2_500 + '*b"'),
    "only-wildcards": when('context.request.route like "' + "*" * 300_000 + '"'),
    "networks": when(
        "context.place has address && ("
        + " || ".join(f'context.place.address.isInRange(ip("10.{n >> 8}.{n & 255}.0/24"))' for n in range(2_000))
        + ") || true"
    ),
    "clauses": f'@id("a")\n{ANY}\n' + "when { true }\n" * 2_000 + ";",
    "smallest-number": when("context.auth.strength > -9223372036854775808"),
    "comment": "//" + "x" * 900_000,
    "blank": "\n" * 900_000,
    "windows-lines": when("true").replace("\n", "\r\n"),
    "first-bom": "\ufeff" + when("true"),
    "joined-letters": f'@id("a") @title("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645") {ANY};',
    "dense-nesting": when("(" * 55 + "true" + ")" * 55),
}


@pytest.mark.parametrize("text", LEGAL.values(), ids=LEGAL)
def test_what_is_large_or_odd_but_legal_is_taken_and_decided_by(root: Path, text: str) -> None:
    (root / "policies/x.cedar").write_bytes(text.encode())
    checked = check(root)
    assert checked.problems == ()
    assert checked.company is not None
    assert checked.company.engine().decide(VIEW, facts(groups=("staff",)), NOW).effect is Effect.PERMIT


def test_a_pattern_that_could_be_tried_in_too_many_ways_is_not(root: Path) -> None:
    """Wildcards that never fit: tried naively, 2,500 of them take longer than there is time."""
    (root / "policies/x.cedar").write_text(when('context.request.route like "' + "*a" * 2_500 + '*b"'))
    company = check(root).company
    assert company is not None
    request = replace(VIEW, route="a" * 10_000)
    decision = company.engine().decide(request, facts(groups=("nobody",)), NOW)
    assert decision.effect is not Effect.PERMIT


def _links_that_lead_out(folder: Path) -> None:
    (folder / "x.cedar").symlink_to("/etc/passwd")


def _devices(folder: Path) -> None:
    (folder / "x.cedar").symlink_to("/dev/zero")


def _pipes(folder: Path) -> None:
    os.mkfifo(folder / "x.cedar")


def _folders(folder: Path) -> None:
    (folder / "x.cedar").mkdir()


def _gigabytes(folder: Path) -> None:
    with (folder / "x.cedar").open("wb") as file:
        file.truncate(1 << 34)


def _ten_thousand_files(folder: Path) -> None:
    for number in range(10_000):
        (folder / f"x{number}.cedar").write_text(f'@id("a{number}") {ANY};')


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_links_that_lead_out, "this link points outside the folder"),
        (_devices, "this link points outside the folder"),
        (_pipes, "this is not a regular file"),
        (_folders, "this is not a regular file"),
        (_gigabytes, "longer than 1000000 bytes"),
        (_ten_thousand_files, "there are more than 500 files here"),
    ],
)
def test_what_is_no_plain_file_or_one_of_too_many_is_said_soon(
    root: Path, make: Callable[[Path], None], expected: str
) -> None:
    make(root / "policies")
    complaints, seconds = taken(root)
    assert any(expected in one for one in complaints)
    assert seconds < SECONDS


@pytest.fixture
def many_wrong_files(root: Path) -> Path:
    for number in range(400):
        (root / f"policies/x{number}.cedar").write_text(when("context.x > 1", f"a{number}") * 20)
    return root


def test_a_folder_that_is_wrong_everywhere_is_not_read_to_its_end(many_wrong_files: Path) -> None:
    complaints, seconds = taken(many_wrong_files)
    assert any("this file was not read: there are already 200 problems" in one for one in complaints)
    assert len(complaints) < 1_000
    assert seconds < 2 * SECONDS
