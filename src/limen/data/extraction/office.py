"""Documents of Office Open XML (ECMA-376): Word, PowerPoint and Excel.

All that is in the package is read: every part of XML for its text, every other as a document within. What a part is,
its first element says: programs find it by relations, and it may be called like anything. Text that a reader
sees runs through, so that a word of many runs is one; what was deleted, hidden or counted by programs stands aside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from limen.data.documents import WhyNot
from limen.data.extraction.compound import read_sheets
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.markup import TextHandler, joined, local, read_xml
from limen.data.extraction.markup_roots import NO_ROOT, root_of
from limen.data.extraction.packed import one_file
from limen.data.extraction.pieces import Inner, Piece, lines
from limen.data.extraction.plain import read_runs
from limen.data.extraction.sheets import SharedStrings, Sheet, sheet_names
from limen.data.extraction.styles import is_of_styles, said_in_styles
from limen.data.extraction.zip_gaps import beside_members
from limen.data.extraction.zips import Member, beginning, has_directory, members_of, unpacked

_PLACES: Final = (
    (re.compile(r"word/document\d*\.xml"), "text"),
    (re.compile(r"word/header\d*\.xml"), "header"),
    (re.compile(r"word/footer\d*\.xml"), "footer"),
    (re.compile(r"word/footnotes\.xml"), "footnotes"),
    (re.compile(r"word/endnotes\.xml"), "endnotes"),
    (re.compile(r"ppt/slides/slide(\d+)\.xml"), "slide {}"),
    (re.compile(r"ppt/notesSlides/notesSlide(\d+)\.xml"), "notes {}"),
    (re.compile(r"ppt/slideMasters/.*|ppt/slideLayouts/.*"), "layout"),
    (re.compile(r".*comments?[^/]*\.xml", re.IGNORECASE), "comments"),
    (re.compile(r"docProps/.*"), "document properties"),
    (re.compile(r"customXml/.*"), "custom data"),
    (re.compile(r".*/charts/[^/]*\.xml"), "chart"),
    (re.compile(r".*\.rels"), "links"),
)
_SHEETS: Final = frozenset({"worksheet", "chartsheet", "dialogsheet", "macrosheet"})
_STRINGS: Final = "sst"
_BINARY: Final = re.compile(r"xl/.*\.bin", re.IGNORECASE)
_FOREIGN: Final = frozenset({"html", "svg"})
_XML: Final = (".xml", ".rels", ".vml")


def read_binary_workbook(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A workbook of Excel of which cells are not in XML; and all else that is in its package."""
    try:
        yield from read_sheets(data, budget)
    except UnreadableError as error:
        yield error.why_not
        if error.why_not is not WhyNot.BROKEN:
            raise
    yield from read_office(data, budget, _BINARY)


def read_office(data: bytes, budget: Budget, known: re.Pattern[str] | None = None) -> Iterator[Piece]:
    """A document of Word, PowerPoint or Excel. Parts whose names are `known` are read by others, and here as runs."""
    if not has_directory(data):
        yield WhyNot.BROKEN
    members = members_of(data, budget)
    strings = SharedStrings(budget, len(data))
    roots = {one: _root(data, one) for one in members}
    for member in members:  # sheets speak of them by number, wherever in the package they are
        if roots[member] == _STRINGS:
            yield from read_member(data, member, strings, budget)
    names = sheet_names(data, members, budget)

    def handler_of(member: Member, root: str) -> TextHandler:
        if root in _SHEETS:
            return Sheet(budget, strings, names.get(member.name.lower(), "sheet"))
        return OfficeText(budget, _place(member.name), has_pages="word/document" in member.name)

    for member in members:
        if member.is_encrypted:
            yield WhyNot.ENCRYPTED
        elif roots[member] == _STRINGS:
            continue
        elif (said := _said_in_styles(data, member, budget)) is not None:
            yield from lines(joined(_place(member.name), "properties"), said)
        elif roots[member]:
            if roots[member] == NO_ROOT:
                yield WhyNot.BROKEN
            yield from read_member(data, member, handler_of(member, roots[member]), budget)
        else:
            file = one_file(member.name, unpacked(data, member, budget), is_part=True)
            is_known = known is not None and known.fullmatch(member.name) is not None
            yield from _of_known_kinds(file, budget) if is_known else file
    yield from strings.unnamed()
    yield from beside_members(data, members, budget)


def _root(data: bytes, member: Member) -> str:
    """With which element a part begins; "" where it is none of the format's own, but a page, a picture or a text."""
    start = beginning(data, member)
    root = root_of(start)
    if member.name.lower().endswith(_XML):
        return root or NO_ROOT
    plain = start.replace(b"\0", b"")
    return root if root.lower() not in _FOREIGN and (b"xmlns" in plain or b"<?xml" in plain) else ""


def _of_known_kinds(pieces: Iterator[Piece], budget: Budget) -> Iterator[Piece]:
    for one in pieces:
        if isinstance(one, Inner) and kinds_of(one.data) == ("unknown",):
            yield from read_runs(one.data, budget)
        else:
            yield one


def _said_in_styles(data: bytes, member: Member, budget: Budget) -> list[str] | None:
    """What a part says of how the document looks; None where it is no such part, or one to be parsed."""
    if not is_of_styles(member.name):
        return None
    try:
        return said_in_styles(b"".join(unpacked(data, member, budget)))
    except UnreadableError:
        return None  # it is said why where it is parsed


def read_member(data: bytes, member: Member, handler: TextHandler, budget: Budget) -> Iterator[Piece]:
    """What is in one part; a broken one keeps no other from being read, and is looked into as a file."""
    is_broken = False
    try:
        for piece in read_xml(unpacked(data, member, budget), handler, budget):
            yield piece
            is_broken = is_broken or piece is WhyNot.BROKEN
        if is_broken:
            yield from one_file(member.name, unpacked(data, member, budget), is_part=True)
    except UnreadableError as error:
        yield error.why_not
        if error.why_not in {WhyNot.TOO_LARGE, WhyNot.TIMED_OUT}:
            raise


def _place(name: str) -> str:
    for pattern, place in _PLACES:
        if match := pattern.fullmatch(name):
            return place.format(*match.groups())
    return name


_ASIDE: Final = {"delText": "deleted text", "instrText": "fields", "delInstrText": "fields"}
ENDS_LINE: Final = frozenset({"p", "br", "cr", "tr", "comment"})
_BLANKS: Final = {"tab": " ", "ptab": " ", "noBreakHyphen": "-"}
_HIDES: Final = frozenset({"vanish", "webHidden", "specVanish"})
_OFF: Final = frozenset({"0", "false", "off", "none"})


class OfficeText(TextHandler):
    """The text of a part. A paragraph ends a line; runs within it do not end a word.

    Word notes where pages ended when it last showed the document; with `has_pages` they are counted.
    """

    def __init__(self, budget: Budget, where: str, *, has_pages: bool = False) -> None:
        super().__init__(budget, where)
        self._in: list[str] = []
        self._is_hidden = False
        self._page, self._has_pages = 1, has_pages

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        super().start(tag, attributes)
        self.aside.end_line("")
        name = local(tag)
        self._in.append(name)
        if name == "r":
            self._is_hidden = False
        elif name in _HIDES:
            self._is_hidden = not _OFF.intersection(attributes.values())
        elif name == "lastRenderedPageBreak" and self._has_pages:
            self._page += 1
            self.move(f"page {self._page}")
        elif name in _BLANKS:
            self.write(_BLANKS[name])

    def end(self, tag: str) -> None:
        self.aside.end_line("")
        name = local(tag)
        if self._in:
            self._in.pop()
        if name in ENDS_LINE:
            self.write("\n")
            self.aside.end_lines()
        elif name == "tc":
            self.write(" ")
        elif name == "r":
            self._is_hidden = False

    def data(self, text: str) -> None:
        name = self._in[-1] if self._in else ""
        if name == "t" and not self._is_hidden:
            self.write(text)
        elif name == "t":
            self.aside.add("hidden text", text)
        elif name in _ASIDE:
            self.aside.add(_ASIDE[name], text)
        else:
            self.aside.add("", text)
