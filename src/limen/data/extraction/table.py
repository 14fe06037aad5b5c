"""Tables as text with separators: the cells of a row stand beside each other, as a reader sees them."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from typing import Final

from limen.data.documents import Part
from limen.data.extraction.limits import Budget
from limen.data.extraction.pieces import Piece
from limen.data.extraction.plain import LOOK, PIECE, decoded, encoding_of, numbered

_SEPARATORS: Final = ";\t,|"
_ROWS_TOLD_BY: Final = 5
_LONGEST_CELL: Final = 1 << 20
_ROWS_AT_ONCE: Final = 500
_LARGE: Final = 16 << 20


def separator_of(start: str) -> str:
    """What separates the cells of a table that begins like this: every row has as many of it; "" where it is none."""
    rows = [one for one in start.splitlines()[: _ROWS_TOLD_BY + 1] if one.strip()][:_ROWS_TOLD_BY]
    if len(rows) < 2:
        return ""
    for separator in _SEPARATORS:
        cells = {len(row) for row in csv.reader(rows, delimiter=separator)}
        if len(cells) == 1 and cells != {1}:
            return separator
    return ""


def read_table(data: bytes, budget: Budget) -> Iterator[Piece]:
    """CSV and what is like it. Cells are parted by a blank, so that a number spread over some is one."""
    encoding = encoding_of(data[:LOOK]) or "cp1252"
    separator = separator_of(codecs.decode(data[:LOOK], encoding, "replace").lstrip("\ufeff")) or ","
    if len(data) > _LARGE:
        yield from _roughly(data, encoding, separator, budget)
        return
    csv.field_size_limit(_LONGEST_CELL)
    rows = csv.reader(_lines(data, encoding), delimiter=separator)
    first, texts = 1, []
    for number, row in enumerate(rows, 1):
        texts.append(" ".join(row).replace("\n", " ") + "\n")
        if len(texts) == _ROWS_AT_ONCE:
            yield _numbered(texts, first, budget)
            first, texts = number + 1, []
    yield _numbered(texts, first, budget)


def _roughly(data: bytes, encoding: str, separator: str, budget: Budget) -> Iterator[Piece]:
    """A large table, quickly: every separator is a blank, also one within quotes."""
    table = bytes.maketrans(separator.encode(), b" ")
    pieces = decoded((data[at : at + PIECE] for at in range(0, len(data), PIECE)), encoding)
    for one in numbered(piece.translate(table, b'"') for piece in pieces):
        budget.tick()
        yield one


def _numbered(rows: list[str], first: int, budget: Budget) -> Part:
    text = "".join(rows).encode("utf-8", "replace")
    budget.take(len(text))
    budget.tick()
    return Part("", text, first)


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    pieces = (data[at : at + PIECE] for at in range(0, len(data), PIECE))
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    rest = ""
    for piece in decoded(pieces, encoding):
        *whole, rest = (rest + decoder.decode(piece)).split("\n")
        yield from (f"{line}\n" for line in whole)
        if len(rest) > _LONGEST_CELL:
            yield rest
            rest = ""
    if rest:
        yield rest
