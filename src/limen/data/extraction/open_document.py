"""OpenDocument (OASIS, ISO/IEC 26300): texts, sheets and presentations of LibreOffice and others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import TextHandler, local
from limen.data.extraction.office import read_member
from limen.data.extraction.packed import one_file
from limen.data.extraction.pieces import Piece
from limen.data.extraction.zip_gaps import beside_members
from limen.data.extraction.zips import members_of, unpacked

_PLACES: Final = {"content.xml": "", "styles.xml": "header or footer", "meta.xml": "document properties"}
_DIGITS: Final = 9
_MOST_CELLS: Final = 8
"""Equal neighbours are written once, with their number: a card of equal blocks is one such cell. So many are read."""


def read_open_document(data: bytes, budget: Budget) -> Iterator[Piece]:
    """All parts of the package. Of an encrypted one only what it says of itself."""
    members = members_of(data, budget)
    for member in members:
        name = member.name
        if name.lower().endswith((".xml", ".rdf")):
            handler = _Text(budget, _PLACES.get(name.rpartition("/")[2], name))
            yield from read_member(data, member, handler, budget)
            if handler.is_encrypted:
                yield WhyNot.ENCRYPTED
                return
        else:
            yield from one_file(name, unpacked(data, member, budget), is_part=True)
    yield from beside_members(data, members, budget)


_PARAGRAPHS: Final = frozenset({"p", "h"})
_SPACES: Final = {"s": " ", "tab": " ", "line-break": "\n"}
_ASIDE: Final = {
    "annotation": "comments",
    "note": "footnotes",
    "tracked-changes": "deleted text",
    "ruby-text": "readings",
}

_APART: Final = frozenset(
    {*_ASIDE, "creator", "creator-initials", "sender-initials", "date", "date-string", "note-citation", "note-body"}
)
"""What says of a remark or a note whose it is, when it was written and what number it has, is none of its words."""


class _Text(TextHandler):
    """Text by page, slide or row; remarks, notes and what was deleted stand aside."""

    def __init__(self, budget: Budget, where: str) -> None:
        super().__init__(budget, where)
        self.where = where or "text"
        self._in: list[str] = []
        self._paragraphs = 0
        self._page, self._slide, self._table, self._row, self._repeated = 1, 0, "", 0, 1
        self._cell, self._cells = "", 1
        self.is_encrypted = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self.aside.end_line("")
        name = local(tag)
        if name in _APART:
            self.aside.end_lines()
        self._in.append(name)
        if name in _PARAGRAPHS:
            self._paragraphs += 1
        elif name in _SPACES:
            self.data(_SPACES[name])
        elif name == "soft-page-break":
            self._page += 1
            self.move(f"page {self._page}")
        elif name == "encryption-data":
            self.is_encrypted = True
        elif name in {"page", "table", "table-row", "table-cell"}:
            self._enter(name, {local(key): value for key, value in attributes.items()})

    def _enter(self, name: str, attributes: dict[str, str]) -> None:
        if name == "page":
            self._slide += 1
            self.move(f"slide {self._slide}")
        elif name == "table":
            self._table, self._row = f"sheet {attributes.get('name', '')}", 0
        elif name == "table-cell":
            self._cell, self._cells = "", _number(attributes.get("number-columns-repeated", ""))
        elif self._table:
            self._row += 1
            self._repeated = _number(attributes.get("number-rows-repeated", ""))
            self.move(f"{self._table}, row {self._row}")

    def end(self, tag: str) -> None:
        self.aside.end_line("")
        name = local(tag)
        if self._in:
            self._in.pop()
        if name in _APART:
            self.aside.end_lines()
        if name in _PARAGRAPHS:
            self._paragraphs -= 1
            if self._aside_of():
                self.aside.end_lines()
            else:
                self.write(" " if "table-cell" in self._in else "\n")
        elif name == "table-cell" and self._cell:
            self.write(f"{self._cell} " * (min(self._cells, _MOST_CELLS) - 1))
            self._cell = ""
        elif name == "table-row":
            self.write("\n")
            self._row += self._repeated - 1
            self._repeated = 1
        elif name == "table":
            self._table = ""
            self.move(self.part or "text")

    def data(self, text: str) -> None:
        if aside := self._aside_of():
            self.aside.add(aside, text)
        elif self._paragraphs:
            self.write(text)
            if "table-cell" in self._in:
                self._cell += text
        else:
            self.aside.add("", text)

    def _aside_of(self) -> str:
        return next((_ASIDE[one] for one in self._in if one in _ASIDE), "")


def _number(text: str) -> int:
    """How often something is repeated. Rows are read once for all."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < _DIGITS else 1
