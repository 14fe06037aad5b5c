"""One policy test in the text of `policies/tests.yaml`: cut out, changed in one thing, and put back.

Only lines are looked at. Whoever changes a test reads the result again, and compares it with what was wanted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_EXPECT: Final = re.compile(r"^(\s+expect:[ \t]*)(?:permit|challenge|deny)\b", re.MULTILINE)
_BECAUSE: Final = re.compile(r"^(\s+)(because:[ \t]*)[^\n#]*?(?:[ \t]+#[^\n]*)?(?:\n|\Z)", re.MULTILINE)
_TITLE: Final = re.compile(r"^(- test:[ \t]*)(\S[^\n]*)$", re.MULTILINE)


def block_at(text: str, line: int) -> str:
    """The test that begins on this line (from 1), without what follows it; "" where none begins there."""
    lines = text.split("\n")
    first, after = _bounds(lines, line)
    return "\n".join(lines[first:after])


def with_block(text: str, line: int, block: str) -> str:
    """The text with `block` in place of the test on this line; "" takes it out, with the empty line after it."""
    lines = text.split("\n")
    first, after = _bounds(lines, line)
    if first == after:
        return text
    new = block.strip("\n").split("\n") if block.strip() else []
    if not new and after < len(lines) and not lines[after].strip():
        after += 1
    return "\n".join([*lines[:first], *new, *lines[after:]])


def _bounds(lines: list[str], line: int) -> tuple[int, int]:
    """Where the test begins, and where what follows it does: another test, a remark, or nothing."""
    first = line - 1
    if not (0 <= first < len(lines) and lines[first].startswith("- ")):
        return 0, 0
    after = first + 1
    while after < len(lines) and (lines[after].startswith((" ", "\t")) and lines[after].strip()):
        after += 1
    return first, after


def with_answer(block: str, effect: str, because: str = "") -> str | None:
    """The test with another answer, and its reason where it names one; None where it is not written line by line.

    `because` is the policy, or the named refusal, that is the reason now ("": none, and the line goes).
    """
    changed, found = _EXPECT.subn(rf"\g<1>{effect}", block, count=1)
    if found != 1:
        return None
    if not because:
        return _BECAUSE.sub("", changed, count=1).rstrip("\n")
    return _BECAUSE.sub(lambda match: f"{match[1]}{match[2]}{because}\n", changed, count=1).rstrip("\n")


def with_choice(block: str, key: str, chosen: Sequence[str]) -> str | None:
    """The test with its apps or actions (`key`) replaced by these; None where they are not written on one line."""
    written = chosen[0] if len(chosen) == 1 else f"[{', '.join(chosen)}]"
    pattern = re.compile(rf"^(\s+{key}:[ \t]*)(?:\[[^\[\]\n]*\]|[A-Za-z0-9_-]+)[ \t]*(#.*)?$", re.MULTILINE)
    changed, found = pattern.subn(lambda match: f"{match[1]}{written}", block, count=1)
    return changed if found == 1 else None


def with_title(block: str, added: str) -> str:
    """The test with these words at the end of its title."""
    return _TITLE.sub(lambda match: f"{match[1]}{_titled(match[2], added)}", block, count=1)


def _titled(written: str, added: str) -> str:
    text = written.strip()
    if text[-1:] in {'"', "'"} and text[:1] == text[-1:] and len(text) > 1:
        return f"{text[:-1]} {added}{text[-1]}"
    return f"{text} {added}"
