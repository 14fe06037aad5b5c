"""HTML, SVG and XML files: what a reader reads, then what stands in attributes, comments and scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import TextHandler, local, read_html, read_xml
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
_CELLS: Final = frozenset({"td", "th"})
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
        self.aside.attributes({"": local(tag), **{f"{name}.": name for name in attributes}})  # text hides in names, too
        self._in = local(tag).lower()
        if self._in not in _WITHIN_A_LINE:
            self._part(" " if self._in in _CELLS else "\n")

    def end(self, tag: str) -> None:
        self._in = ""
        tag = local(tag).lower()
        if tag not in _WITHIN_A_LINE and tag not in _CELLS:
            self._part("\n")

    def data(self, text: str) -> None:
        if self._in in _UNSEEN:
            self.aside.line("not shown", text)
            return
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


def read_page(data: bytes, budget: Budget) -> Iterator[Piece]:
    """HTML."""
    text = decoded(_pieces(data), encoding_of(data[:LOOK]) or "cp1252")
    yield from read_html(text, _Page(budget, "text"), budget)


def read_markup(data: bytes, budget: Budget) -> Iterator[Piece]:
    """XML of any kind; its own declaration says its encoding."""
    yield from read_xml(_pieces(data), _Page(budget, "text"), budget)


def _pieces(data: bytes) -> Iterator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
