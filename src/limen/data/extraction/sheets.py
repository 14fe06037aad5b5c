"""Sheets of Excel: the cells of a row beside each other, numbers as they are typed, hidden ones like all others."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Final

from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.markup import TextHandler, joined, local, read_xml
from limen.data.extraction.pieces import Piece, lines, part
from limen.data.extraction.zips import Member, unpacked

_LONGEST_EXPONENT: Final = 20
_DIGITS: Final = 9
"""Numbers of rows and strings have fewer."""


_MARGINS: Final = frozenset(f"{which}{what}" for which in ("odd", "even", "first") for what in ("Header", "Footer"))
_SIDES: Final = re.compile("&[LCR]")
_LOOKS: Final = re.compile(r'&(?:"[^"]*"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|[A-JM-Z])')
"""Where in a header the text behind stands, and how it looks (ECMA-376 part 1, section 18.3.1.46)."""
_PLAIN: Final = frozenset({"v", "t"})


class SharedStrings(TextHandler):
    """Strings that cells name by their number. `length`: of the package, which can't make any amount of text."""

    def __init__(self, budget: Budget, length: int) -> None:
        super().__init__(budget, "strings")
        self._count = budget.unpacking(length)
        self._strings: list[str] = []
        self._is_named = bytearray()
        self._in: list[str] = []
        self._current: list[str] = []

    def __getitem__(self, number: int) -> str:
        if number >= len(self._strings):
            return ""
        self._is_named[number] = 1
        self._count.take(len(self._strings[number]))
        return self._strings[number]

    def unnamed(self) -> Iterator[Piece]:
        """Those that no cell shows."""
        rest = [text for text, is_named in zip(self._strings, self._is_named, strict=True) if not is_named]
        yield from lines("unused strings", rest)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self.aside.end_line("")
        self._in.append(local(tag))

    def end(self, tag: str) -> None:
        self.aside.end_line("")
        if self._in:
            self._in.pop()
        if local(tag) == "si":
            self._strings.append("".join(self._current))
            self._is_named.append(0)
            self.budget.take(len(self._strings[-1]))
            self._current.clear()

    def data(self, text: str) -> None:
        if self._in and self._in[-1] == "t" and "si" in self._in and "rPh" not in self._in:
            self._current.append(text)
        else:
            self.aside.add("", text)


class Sheet(TextHandler):
    """One sheet, row by row."""

    def __init__(self, budget: Budget, strings: SharedStrings, where: str) -> None:
        super().__init__(budget, where)
        self._strings = strings
        self._in = ""
        self._type, self._is_in_cell = "", False
        self._row = 0
        self._cells: list[str] = []
        self._cell: list[str] = []
        self._margin: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.aside.end_line("")
        self._in = name = local(tag)
        if attributes:
            self.aside.attributes(attributes)
        if name == "row":
            number = attributes.get("r", "")
            self._row = (
                int(number) if number.isascii() and number.isdigit() and len(number) < _DIGITS else self._row + 1
            )
        elif name == "c":
            self._type, self._is_in_cell = attributes.get("t", ""), True
            self._cell.clear()

    def end(self, tag: str) -> None:
        name = local(tag)
        self._in = ""
        self.aside.end_line("")
        self.aside.end_line("formulas")
        if self._margin:
            self._said_in_margin()
        if name == "c":
            self._cells.append(self._value("".join(self._cell)))
            self._is_in_cell = False
        elif name == "row" and self._cells:
            text = " ".join(self._cells) + "\n"
            self._cells.clear()
            self.budget.take(len(text))
            self._ready.append(part(joined(self.where, f"row {self._row}"), text))

    def data(self, text: str) -> None:
        if self._is_in_cell and self._in in _PLAIN:
            self._cell.append(text)
        elif self._in in _MARGINS:
            self._margin.append(text)
        else:
            self.aside.add("formulas" if self._in == "f" else "", text)

    def _said_in_margin(self) -> None:
        """A header or footer, as it is written and as it is printed."""
        text = "".join(self._margin)
        self._margin.clear()
        self.aside.line("header or footer", text)
        if "&" in text:
            self.aside.line("header or footer", _LOOKS.sub("", _SIDES.sub("\n", text)))

    def _value(self, text: str) -> str:
        if self._type == "s" and text.isascii() and text.isdigit():
            return self._strings[int(text)] if len(text) < _DIGITS else ""
        return as_typed(text) if self._type in {"", "n"} else text

    def finished(self) -> Iterator[Piece]:
        if self._cells:
            self._ready.append(part(joined(self.where, f"row {self._row}"), " ".join(self._cells) + "\n"))
        yield from super().finished()


def as_typed(number: str) -> str:
    """A number as somebody types it: a card number is stored as `4.1111111111111E+15`."""
    if "E" not in number and "e" not in number:
        return number
    try:
        value = Decimal(number)
    except InvalidOperation:
        return number
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or abs(exponent) > _LONGEST_EXPONENT:
        return number
    return f"{value:f}"


def sheet_names(data: bytes, members: list[Member], budget: Budget) -> dict[str, str]:
    """What each part with a sheet is called by those who open it, by the part's name in small letters."""
    targets: dict[str, str] = {}
    named: dict[str, str] = {}
    for member in members:
        name = member.name.lower()
        if name in {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} and not member.is_encrypted:
            book = _Book(budget)
            try:
                for _ in read_xml(unpacked(data, member, budget), book, budget):
                    pass
            except UnreadableError:
                continue  # the part is read once more as text, and says then why not
            targets |= book.targets
            named |= book.named
    return {posixpath.normpath(f"xl/{target}" if not target.startswith("/") else target[1:]).lower(): named[id_]
            for id_, target in targets.items() if id_ in named}  # fmt: skip


class _Book(TextHandler):
    """Which sheets a workbook has, and which part each is."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.targets: dict[str, str] = {}
        self.named: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")
        elif local(tag) == "sheet":
            hidden = " (hidden)" if attributes.get("state", "visible") != "visible" else ""
            for name, value in attributes.items():
                if local(name) == "id":
                    self.named[value] = f"sheet {attributes.get('name', '')}{hidden}"

    def data(self, text: str) -> None:
        """What it says is read where it is read as text."""
