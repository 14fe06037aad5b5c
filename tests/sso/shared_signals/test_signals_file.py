"""`signals.yaml`: read with its lines, and what changes with it."""

from __future__ import annotations

import pytest

from limen.company.child import parse_texts
from limen.configuration.problem import Problem
from limen.configuration.tree import Tree
from limen.facts import FactStore
from limen.pillar import Around
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile, SubjectFormat
from limen.sso.shared_signals.receiving.transmitter import Transmitters
from limen.sso.shared_signals.signals_file import FILE, SIGNALS_FILE, changes, in_force, read

AROUND = Around(None, frozenset({"staff"}), frozenset({"wiki"}))
GOOD = """receivers:
  - id: wiki
    audience: https://wiki.example/signals
    events: [session-revoked, account-disabled]
    app: wiki
    subject: iss_sub
    push: signals.wiki.example:443
"""
WIKI = SignalReceiver(
    id="wiki",
    name="wiki",
    audience="https://wiki.example/signals",
    events=("session-revoked", "account-disabled"),
    app="wiki",
    subject=SubjectFormat.ISS_SUB,
    push_to="signals.wiki.example",
)


def read_text(text: str) -> tuple[SignalsFile | None, list[Problem]]:
    files, problems = parse_texts({FILE: text})
    assert not problems
    return read(Tree(files[FILE]["tree"]), AROUND)


def test_a_receiver_as_it_is_written() -> None:
    assert read_text(GOOD) == (SignalsFile((WIKI,)), [])
    assert read_text("receivers: []\n") == (SignalsFile(), [])


@pytest.mark.parametrize(
    ("was", "wrong", "line"),
    [
        ("id: wiki", "id: WIKI", 2),
        ("[session-revoked, account-disabled]", "[session-revokd]", 4),
        ("[session-revoked, account-disabled]", "[]", 4),
        ("app: wiki", "app: crm", 5),
        ("app: wiki", "about: [sales]", 5),
        ("app: wiki", "about: [staff]", 6),
        ("subject: iss_sub", "subject: phone", 6),
        ("push: signals.wiki.example:443", "push: https://signals.wiki.example", 7),
        ("push: signals.wiki.example:443", "push: 169.254.169.254", 7),
        ("push: signals.wiki.example:443", "push: signals.wiki.example:99999", 7),
        ("push: signals.wiki.example:443", "poll: false", 7),
        ("push: signals.wiki.example:443", 'name: "a\\u202eb"', 7),
        ("push: signals.wiki.example:443", "secret: hush", 7),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_line(was: str, wrong: str, line: int) -> None:
    found, problems = read_text(GOOD.replace(was, wrong))
    assert (found, problems[0].line) == (None, line)


def test_nobody_is_told_twice_under_one_name() -> None:
    found, problems = read_text(GOOD + GOOD.removeprefix("receivers:\n"))
    assert (found, [one.line for one in problems]) == (None, [8, 9])


def test_what_changes_is_said_and_takes_effect() -> None:
    one, none = SignalsFile((WIKI,)), SignalsFile()
    assert [len(list(changes(*two))) for two in ((None, one), (one, none), (one, one), (none, None))] == [1, 1, 0, 0]
    narrowed = SignalsFile((SignalReceiver(id="wiki", name="wiki", audience="x", events=("account-disabled",)),))
    assert len(list(changes(one, narrowed))) == 1
    known = FactStore()
    in_force(known, one)
    assert known.rules_of(SignalsFile) == one
    in_force(known, None)
    assert known.rules_of(SignalsFile) == none
    assert SIGNALS_FILE.name == FILE


def test_both_stand_in_one_file_and_a_transmitter_is_believed_while_it_is_in_force() -> None:
    more = "transmitters:\n  - {id: okta, issuer: 'https://okta.example', upstreams: [okta]}\n"
    file, problems = read_text(GOOD + more)
    assert file is not None, problems
    known = FactStore()
    in_force(known, file)
    found = known.rules_of(Transmitters)
    assert found is not None
    assert [one.id for one in found.transmitters] == [one.id for one in file.transmitters] == ["okta"]
    assert len(list(changes(read_text(GOOD)[0], file))) == 1
    in_force(known, None)
    assert known.rules_of(Transmitters) == Transmitters()
