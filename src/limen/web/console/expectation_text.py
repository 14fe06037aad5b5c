"""One policy test in the text of `policies/tests.yaml`: cut out, and put back."""

from __future__ import annotations


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
