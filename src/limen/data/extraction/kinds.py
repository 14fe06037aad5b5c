"""Which kinds a document is, by its content: what it is called says nothing, but that it may be a mail as well.

Some bytes are two documents at once, as a ZIP file behind a picture, or a PDF that begins as a tar file: each program
sees the one that it looks for, and so all of them are named.
"""

from __future__ import annotations

import re
from typing import Final

import filetype

from limen.data.extraction.compound import MARK
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.mail import looks_like_mail, may_be_mail
from limen.data.extraction.plain import LOOK, encoding_of
from limen.data.extraction.table import separator_of
from limen.data.extraction.zips import beginning, looks_like_zip, members_of

_PDF_WITHIN: Final = 1_024
"""Readers accept the first line of a PDF so far behind the start (ISO 32000-2, annex on implementation)."""
_MARKS: Final = ((b"\x1f\x8b", "gzip"), (b"BZh", "bzip2"), (b"\xfd7zXZ\0", "xz"), (MARK, "compound"))
_TAR_HEADER: Final = 512
_PICTURES: Final = frozenset({"png", "jpg", "gif", "tif", "webp", "bmp"})
_PAGE: Final = re.compile(rb"(?i)<(?:!doctype\s+html|html|head|body|table|div|p|script|meta)[\s>/]")
_MARKUP: Final = re.compile(rb"(?i)\s*<(?:\?xml|svg|[a-z_][\w.-]*:[\w.-]+|[a-z_][\w.-]*\s+xmlns)")
_OPEN_DOCUMENT: Final = re.compile(rb"mimetypeapplication/vnd\.oasis\.opendocument\.([a-z-]+)")
_OPEN_KINDS: Final = {"text": "odt", "spreadsheet": "ods", "presentation": "odp", "graphics": "odg"}
_OFFICE: Final = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
_TYPES: Final = "[content_types].xml"
_SAID_OFFICE: Final = (
    (b"wordprocessingml", "docx"),
    (b"ms-word", "docx"),
    (b"spreadsheetml", "xlsx"),
    (b"ms-excel", "xlsx"),
    (b"presentationml", "pptx"),
    (b"ms-powerpoint", "pptx"),
    (b"&#", "docx"),
)
_LONE: Final = frozenset({"zip", "docx", "xlsx", "xlsb", "pptx", "odt", "ods", "odp", "odg", "odf"})
_MAIL: Final = (".eml", ".mht", ".mhtml")
_HOLDS_OTHERS_PACKED: Final = frozenset({"gzip", "bzip2", "xz", "tar", "mail"})


def kinds_of(data: bytes, name: str = "") -> tuple[str, ...]:
    """All kinds that these bytes are, the one that most programs take them for first; never none.

    `name` tells one thing alone: what is called a mail is read as one, too, because its programs read anything as that.
    What is known and not read has the usual ending of its files as its kind (`7z`, `mp4`), the rest is `unknown`.
    """
    if not data:
        return ("empty",)
    kinds = [_first(data)]
    if kinds[0] not in _LONE | _HOLDS_OTHERS_PACKED and looks_like_zip(data):
        kinds.append(_packed_kind(data))
    if kinds[0] != "tar" and _is_tar(data):
        kinds.append("tar")
    within = _TAR_HEADER if kinds[0] == "tar" else _PDF_WITHIN  # a PDF in a tar file is read as what is in it
    if kinds[0] not in {"pdf", "mail"} and b"%PDF-" in data[:within]:
        kinds.append("pdf")
    if kinds[0] in {"gzip", "bzip2", "xz"} and encoding_of(data[:LOOK]):
        kinds.append("text")
    if "mail" not in kinds and (name.lower().endswith(_MAIL) or may_be_mail(data)):
        kinds.append("mail")
    return tuple(dict.fromkeys(kinds))


def _first(data: bytes) -> str:
    start = data[:LOOK]
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _packed_kind(data)
    if b"%PDF-" in start[:_PDF_WITHIN] and not _is_tar(data):
        return "pdf"
    for mark, kind in _MARKS:
        if start.startswith(mark):
            return kind
    if _is_tar(data):
        return "tar"
    if encoding := encoding_of(start):
        return _kind_of_text(start.decode(encoding, "replace").lstrip("\ufeff"))
    guessed = filetype.guess(start)
    if guessed is None:
        return "unknown"
    return "picture" if guessed.extension in _PICTURES else str(guessed.extension)


def _kind_of_text(text: str) -> str:
    start = text.encode("utf-8", "replace")
    if start.lstrip().startswith(b"{\\rt"):
        return "rtf"
    if looks_like_mail(start):
        return "mail"
    if _MARKUP.match(start) and b"<html" not in start.lower():
        return "xml"
    if _PAGE.search(start[:_PDF_WITHIN]):
        return "html"
    return "csv" if separator_of(text) else "text"


def _packed_kind(data: bytes) -> str:
    """Which kind of document a ZIP file is, by what is packed in it."""
    if match := _OPEN_DOCUMENT.search(data[:200]):
        return _OPEN_KINDS.get(match[1].decode().removesuffix("-template"), "odf")
    try:
        members = members_of(data, Budget())
    except UnreadableError:
        return "zip"
    names = [member.name for member in members]
    if "mimetype" in names and "content.xml" in names:
        return "odf"
    types = [member for member in members if member.name.lower() == _TYPES]
    if types:
        if any(name.lower().startswith("xl/workbook.bin") for name in names):
            return "xlsb"
        for folder, kind in _OFFICE:
            if any(name.startswith(folder) for name in names):
                return kind
        said = beginning(data, types[0]).replace(b"\0", b"").lower()  # parts may lie in any folder
        return next((kind for word, kind in _SAID_OFFICE if word in said), "zip")
    return "zip"


def _is_tar(data: bytes) -> bool:
    """Whether a tar file begins here: by its mark, or by the sum in the header of one that has none."""
    header = data[:_TAR_HEADER]
    if len(header) < _TAR_HEADER or b"\0" not in header:
        return False
    said = header[148:156].strip(b" \0")
    if not said or said.translate(None, b"01234567"):
        return False
    return int(said, 8) == sum(header[:148]) + 8 * 32 + sum(header[156:])
