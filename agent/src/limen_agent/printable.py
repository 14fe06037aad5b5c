"""What may stand in a line that people are shown: what a tool or a server printed can steer a terminal."""

from __future__ import annotations

from typing import Final

LONGEST_EVIDENCE: Final = 300
"""Characters of a check's evidence that Limen takes."""


def one_line(text: str, longest: int = LONGEST_EVIDENCE) -> str:
    """The text as one line of at most `longest` characters, with nothing in it that is not printable."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"
