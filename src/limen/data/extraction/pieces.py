"""What a reader gives: text, a document within the one it reads, or a reason why something was not read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from limen.data.documents import Part, WhyNot
from limen.data.extraction.limits import Budget


@dataclass(frozen=True, slots=True)
class Inner:
    """A document within another. `name` is what it is called there, "" where it has no name.

    `is_part`: it belongs to the other's own format, as settings of printers do; of what kind it is need not be known
    where there is little of it.
    """

    name: str
    data: bytes
    is_part: bool = False


Piece: TypeAlias = Part | Inner | WhyNot
Reader: TypeAlias = Callable[[bytes, Budget], Iterator[Piece]]
"""Reads one kind. Raises whatever its parser raises; what it gave before that counts."""


def part(where: str, text: str) -> Part:
    """A part of this text; half surrogate pairs, which have no UTF-8, become question marks."""
    return Part(where, text.encode("utf-8", "replace"))


def lines(where: str, texts: Iterator[str] | list[str]) -> Iterator[Part]:
    """Each text on a line of its own, as one part; none where there is no text."""
    if text := "".join(f"{one}\n" for one in texts if one):
        yield part(where, text)
