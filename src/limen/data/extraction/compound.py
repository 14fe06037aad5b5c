"""Compound files (MS-CFB): Word, Excel and PowerPoint before 2007, mails of Outlook, and packages with a password.

Sheets are read by their cells. Of the other old formats each stream is read for the runs of text in it, which is all
that they hold apart from how it looks.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import olefile
from python_calamine import CalamineWorkbook

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, part
from limen.data.extraction.plain import read_runs

MARK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = frozenset({"encryptedpackage", "encryptioninfo"})
_WORD_FLAGS: Final = 0x0B
_WORD_ENCRYPTED: Final = 0x01
_EMBEDDED: Final = frozenset({"package", "contents", "\x01ole10native"})
_SHEETS: Final = frozenset({"workbook", "book"})
_PROPERTY: Final = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-[0-9A-F]{8})?", re.IGNORECASE)
_UNICODE, _BYTES, _BINARY = "001F", "001E", "0102"
_ATTACHED: Final = "3701"
_NAMES: Final = ("3707", "3704", "3001")
_HTML: Final = "1013"


def read_compound(data: bytes, budget: Budget) -> Iterator[Piece]:
    """Any compound file."""
    with olefile.OleFileIO(io.BytesIO(data)) as file:
        paths = file.listdir(streams=True, storages=False)
        names = {path[-1].lower() for path in paths}
        if names & _ENCRYPTED:
            yield WhyNot.ENCRYPTED
        if names & _SHEETS:
            yield from read_sheets(data, budget)
        for path in paths:
            budget.member()
            content = _content(file, path, budget)
            if content is None:
                yield WhyNot.BROKEN
            elif match := _PROPERTY.fullmatch(path[-1]):
                yield from _property(file, path, match[1].upper(), match[2].upper(), content)
            else:
                yield from _stream(path[-1].lower(), content, budget)


def _stream(name: str, content: bytes, budget: Budget) -> Iterator[Piece]:
    """A stream of an old document, by its name in small letters."""
    if name == "worddocument" and content[_WORD_FLAGS : _WORD_FLAGS + 1] and content[_WORD_FLAGS] & _WORD_ENCRYPTED:
        yield WhyNot.ENCRYPTED
    yield from read_runs(content, budget)
    if name in _EMBEDDED:
        yield Inner("embedded object", content)


def _content(file: Any, path: list[str], budget: Budget) -> bytes | None:
    try:
        with file.openstream(path) as stream:
            content: bytes = stream.read()
    except (OSError, ValueError, IndexError):
        return None
    budget.take(len(content))
    return content


def _property(file: Any, path: list[str], number: str, kind: str, content: bytes) -> Iterator[Piece]:
    """A property of a mail (MS-OXMSG 2.4)."""
    if number == _ATTACHED and kind == _BINARY:
        yield Inner(_attachment_name(file, path[:-1]), content)
    elif kind == _UNICODE:
        yield part("text", content.decode("utf-16-le", "replace") + "\n")
    elif kind == _BYTES:
        yield part("text", content.decode("cp1252", "replace") + "\n")
    elif number == _HTML:
        yield Inner("text", content)


def _attachment_name(file: Any, folder: list[str]) -> str:
    for number in _NAMES:
        for kind, encoding in ((_UNICODE, "utf-16-le"), (_BYTES, "cp1252")):
            path = [*folder, f"__substg1.0_{number}{kind}"]
            if file.exists(path):
                with file.openstream(path) as stream:
                    return str(stream.read(512).decode(encoding, "replace"))
    return "attachment"


def read_sheets(data: bytes, budget: Budget) -> Iterator[Piece]:
    """The cells of an old or binary workbook. Raises UnreadableError where it is broken."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    except Exception as error:  # noqa: BLE001 -- it has a class for each thing that can be wrong
        raise UnreadableError(WhyNot.ENCRYPTED if "assword" in str(error) else WhyNot.BROKEN) from None
    for sheet in book.sheets_metadata:
        hidden = "" if str(sheet.visible).endswith("Visible") else " (hidden)"
        rows = book.get_sheet_by_name(sheet.name)
        for number, row in enumerate(rows.iter_rows(), 1):
            text = " ".join(_typed(cell) for cell in row) + "\n"
            budget.take(len(text))
            if text.strip():
                yield part(f"sheet {sheet.name}{hidden}, row {number}", text)


def _typed(cell: object) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
