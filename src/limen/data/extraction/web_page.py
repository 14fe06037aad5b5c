"""HTML, SVG and XML files: what a reader reads, then what stands in attributes, comments and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import TextHandler, local, read_html, read_xml
from limen.data.extraction.office import ENDS_LINE
from limen.data.extraction.pieces import Piece
from limen.data.extraction.plain import LOOK, PIECE, decoded, encoding_of

_WITHIN_A_LINE: Final = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "output",
        "q",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "img",
        "tspan",
    ]
)
"""Elements that end no word: a number of which one digit is bold is one number."""
_BLANKS: Final = re.compile(r"[ \t\r\n\f]+")
_NUMBERS: Final = re.compile(r"\d.{6}", re.DOTALL)
_FORMATTED: Final = "formatted text"
_CELLS: Final = frozenset({"td", "th"})
_OF_OFFICE: Final = re.compile(r"\{[^}]*(?:wordprocessingml|drawingml|/wordml)[^}]*\}")
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript", "title"})


class _Page(TextHandler):
    """What a browser shows, and beside it what it does not."""

    def __init__(self, budget: Budget, where: str) -> None:
        super().__init__(budget)
        self.where = where
        self._last = "\n"
        self._in = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self.aside.end_line("not shown")
        self.aside.end_line(_FORMATTED)
        self.aside.attributes({"": local(tag), **{f"{name}.": name for name in attributes}})  # text hides in names, too
        self._in = local(tag).lower()
        if self._ends_word(tag, self._in):
            self._part(" " if self._in in _CELLS else "\n")

    def end(self, tag: str) -> None:
        self.aside.end_line("not shown")
        self.aside.end_line(_FORMATTED)
        self._in = ""
        name = local(tag).lower()
        if self._ends_word(tag, name) and name not in _CELLS:
            self._part("\n")

    def _ends_word(self, tag: str, name: str) -> bool:  # noqa: ARG002 -- who inherits needs it
        return name not in _WITHIN_A_LINE

    def data(self, text: str) -> None:
        if self._in in _UNSEEN:
            self.aside.add("not shown", text)
            return
        if self._in in _WITHIN_A_LINE and _NUMBERS.search(text):  # styles may set apart what stands in them
            self.aside.add(_FORMATTED, text)
        text = _BLANKS.sub(" ", text)
        if self._last in " \n":
            text = text.removeprefix(" ")
        if text:
            self.write(text)
            self._last = text[-1]

    def _part(self, by: str) -> None:
        """Blanks and ends of lines count once, as where it is shown."""
        if self._last not in ("\n", by):
            self.write(by)
            self._last = by


class _Markup(_Page):
    """XML; what Office keeps in one file of it is read as its packages are."""

    def _ends_word(self, tag: str, name: str) -> bool:
        if _OF_OFFICE.match(tag):
            return name in ENDS_LINE or name in {"tc", "tab"}
        return super()._ends_word(tag, name)


def read_page(data: bytes, budget: Budget) -> Iterator[Piece]:
    """HTML."""
    text = decoded(_pieces(data), encoding_of(data[:LOOK]) or "cp1252")
    yield from read_html(text, _Page(budget, "text"), budget)


def read_markup(data: bytes, budget: Budget) -> Iterator[Piece]:
    """XML of any kind; its own declaration says its encoding."""
    yield from read_xml(_pieces(data), _Markup(budget, "text"), budget)


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
