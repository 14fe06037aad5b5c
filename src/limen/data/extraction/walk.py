"""A document and all documents in it, as runs of text with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.data.documents import Part, WhyNot
from limen.data.extraction import (
    compound,
    mail,
    office,
    open_document,
    packed,
    pictures,
    plain,
    portable,
    rich_text,
    table,
    web_page,
)
from limen.data.extraction.encoded import Encoded
from limen.data.extraction.encrypted import is_encrypted
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.media import is_media, is_own_part
from limen.data.extraction.pieces import Inner, Piece, Reader, lines
from limen.data.model import BEFORE

READERS: Final[dict[str, Reader]] = {
    "text": plain.read_text,
    "csv": table.read_table,
    "html": web_page.read_page,
    "xml": web_page.read_markup,
    "mail": mail.read_mail,
    "rtf": rich_text.read_rich_text,
    "pdf": portable.read_pdf,
    "docx": office.read_office,
    "xlsx": office.read_office,
    "pptx": office.read_office,
    "xlsb": office.read_binary_workbook,
    "odt": open_document.read_open_document,
    "ods": open_document.read_open_document,
    "odp": open_document.read_open_document,
    "odg": open_document.read_open_document,
    "odf": open_document.read_open_document,
    "compound": compound.read_compound,
    "picture": pictures.read_picture,
    "zip": packed.read_zip,
    "tar": packed.read_tar,
    "gzip": packed.read_gzip,
    "bzip2": packed.read_bzip2,
    "xz": packed.read_xz,
}
LABELLED: Final = frozenset({"docx", "xlsx", "pptx", "xlsb", "odt", "ods", "odp", "odg", "odf", "pdf", "mail"})
"""Kinds that have room for a label."""
_ENDS_ALL: Final = frozenset({WhyNot.TOO_LARGE, WhyNot.TOO_MANY, WhyNot.TIMED_OUT})
_GAP: Final = b"\n" * (BEFORE + 1)
"""Between documents, so that a word in one says nothing of a number in the next."""


def parts_of(data: bytes, kinds: tuple[str, ...], name: str, budget: Budget) -> Iterator[Part | WhyNot]:
    """The text in a document of these kinds, and each reason why something in it was not read. Never raises."""
    try:
        yield from lines("name", [name])
        yield from _document(data, kinds, _Place(budget))
    except UnreadableError as error:
        yield error.why_not


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a document is: in which others, how deep, and whether it is a mere part of the one around it."""

    budget: Budget
    path: str = ""
    depth: int = 0
    is_part: bool = False

    def within(self, where: str) -> str:
        return " / ".join(filter(None, (self.path, where)))


def _document(data: bytes, kinds: tuple[str, ...], place: _Place) -> Iterator[Part | WhyNot]:
    """Raises UnreadableError where all is to end."""
    if place.depth and not LABELLED.isdisjoint(kinds):  # a part of another document can be a whole one, too
        place.budget.carry(data)
    for kind in kinds:
        reader = READERS.get(kind, plain.read_runs)
        if kind not in READERS and kind != "empty":
            if is_media(data):
                reader = plain.read_media
            elif not _is_own(kind, data, place):
                yield WhyNot.UNKNOWN_KIND
        if is_encrypted(kind, data):
            yield WhyNot.ENCRYPTED
        yield from _as(reader, data, place)
    yield Part(place.path, _GAP)


def _is_own(kind: str, data: bytes, place: _Place) -> bool:
    """Whether it is a part of the document around it that nobody reads: little, or built like one."""
    return place.is_part and kind == "unknown" and (is_own_part(data) or place.budget.may_be_unknown(len(data)))


def _as(reader: Reader, data: bytes, place: _Place) -> Iterator[Part | WhyNot]:
    """A document read in one way. What can't be read as that is read for the runs of text in it."""
    is_broken, encoded = False, Encoded(place.budget)
    for piece in _guarded(reader, data, place.budget):
        if isinstance(piece, WhyNot):
            yield piece
            is_broken = is_broken or piece is WhyNot.BROKEN
        elif isinstance(piece, Part):
            yield Part(place.within(piece.where), piece.text, piece.first_line)
            yield from _each(encoded.feed(piece.text), place)
        else:
            yield from _inner(piece, place)
    if is_broken:
        for run in plain.read_runs(data, place.budget):
            if isinstance(run, Part):
                yield Part(place.within("unreadable part"), run.text)
                yield from _each(encoded.feed(run.text), place)
    yield from _each(encoded.end(), place)


def _each(pieces: Iterator[Piece], place: _Place) -> Iterator[Part | WhyNot]:
    """What stands in base 64 in a text."""
    for piece in pieces:
        if isinstance(piece, Inner):
            yield from _inner(piece, place)
        else:
            yield Part(place.within(piece.where), piece.text) if isinstance(piece, Part) else piece


def _guarded(reader: Reader, data: bytes, budget: Budget) -> Iterator[Part | Inner | WhyNot]:
    """What a reader gives, until it ends or fails; what ends the whole document is raised."""
    try:
        yield from reader(data, budget)
    except UnreadableError as error:
        if error.why_not in _ENDS_ALL:
            raise
        yield error.why_not
    except RecursionError:
        yield WhyNot.TOO_DEEP
    except MemoryError:
        raise UnreadableError(WhyNot.TOO_LARGE) from None
    except Exception:  # noqa: BLE001 -- parsers of others raise anything at what is broken
        yield WhyNot.BROKEN


def _inner(inner: Inner, place: _Place) -> Iterator[Part | WhyNot]:
    yield from lines(place.within("names of files"), [inner.name])
    if place.depth >= place.budget.limits.most_depth:
        yield WhyNot.TOO_DEEP
        return
    deeper = _Place(place.budget, place.within(inner.name), place.depth + 1, inner.is_part)
    yield from _document(inner.data, kinds_of(inner.data, inner.name), deeper)
