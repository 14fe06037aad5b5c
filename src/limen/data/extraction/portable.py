"""PDF: the text of each page, remarks and forms on it, what is attached, and what the file says of itself.

PDFium reads it. What it shows as pages counts, also in white on white; text in pictures is not read. What PDFium does
not tell of, `portable_rest` finds in the file.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final

import pypdfium2 as pdfium
from pypdfium2 import raw

from limen.data.documents import Part, WhyNot
from limen.data.extraction.limits import Budget, UnreadableError
from limen.data.extraction.pieces import Inner, Piece, lines, part
from limen.data.extraction.portable_rest import beside_pages, digest_of_file
from limen.data.extraction.portable_weight import weigh

_MOST_MARKS: Final = 10_000
_MOST_ATTACHED: Final = 1_000
_LONGEST: Final = 1 << 20
_SHORTEST: Final = 2
"""The zero behind a string in UTF-16."""
_NEEDS_PASSWORD: Final = raw.FPDF_ERR_PASSWORD
_KEYS: Final = ("Contents", "T", "TU", "V", "DV", "RC", "URI", "NM", "Subj")
_XMP: Final = (b"<x:xmpmeta", b"</x:xmpmeta>")


def read_pdf(data: bytes, budget: Budget) -> Iterator[Piece]:
    """A PDF. Raises UnreadableError where it needs a password or is none."""
    weigh(data, budget.limits)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        needs_password = getattr(error, "err_code", None) == _NEEDS_PASSWORD
        raise UnreadableError(WhyNot.ENCRYPTED if needs_password else WhyNot.BROKEN) from None
    said: set[str] = set()
    files: set[bytes] = set()
    try:
        for piece in _all(document, data, budget):
            if isinstance(piece, Part):
                said.update(line.strip() for line in piece.text.decode().split("\n"))
            elif isinstance(piece, Inner):
                files.add(digest_of_file(piece.data))
            yield piece
    finally:
        document.close()
    yield from beside_pages(data, said, files, budget)


def _all(document: Any, data: bytes, budget: Budget) -> Iterator[Piece]:
    yield from _pages(document, budget)
    yield from lines("document properties", [*document.get_metadata_dict(skip_empty=True).values(), xmp_of(data)])
    yield from lines("bookmarks", [one.get_title() for one in document.get_toc()])
    yield from _attached(document, budget)


def xmp_of(data: bytes) -> str:
    """The first block of metadata in XMP (ISO 16684), where it stands unpacked."""
    begin, end = _XMP
    start = data.find(begin)
    stop = data.find(end, start) if start >= 0 else -1
    return data[start : min(stop, start + _LONGEST)].decode("utf-8", "replace") if stop >= 0 else ""


def _pages(document: Any, budget: Budget) -> Iterator[Piece]:
    for number in range(1, len(document) + 1):
        budget.tick()
        try:
            page = document[number - 1]
        except pdfium.PdfiumError:
            yield WhyNot.BROKEN
            continue
        where = f"page {number}"
        text = page.get_textpage().get_text_range(errors="replace")
        budget.take(len(text))
        yield part(where, text.replace("\r\n", "\n") + "\n")
        yield from lines(f"{where}, remarks and forms", list(_marks(page)))
        if raw.FPDFPage_GetAnnotCount(page) > _MOST_MARKS:
            yield WhyNot.TOO_MANY
        page.close()


def _marks(page: Any) -> Iterator[str]:
    """Texts of annotations and fields on a page."""
    for number in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_MARKS)):
        mark = raw.FPDFPage_GetAnnot(page, number)
        if not mark:
            continue
        try:
            for key in _KEYS:
                yield _string(partial(raw.FPDFAnnot_GetStringValue, mark, key.encode()))
        finally:
            raw.FPDFPage_CloseAnnot(mark)


def _string(get: Callable[[Any, int], int]) -> str:
    """A string as PDFium gives it, in UTF-16 with a zero behind it."""
    length = get(None, 0)
    if not _SHORTEST < length <= _LONGEST:
        return ""
    buffer = ctypes.create_string_buffer(length)
    get(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return str(buffer.raw[: length - _SHORTEST].decode("utf-16-le", "replace"))


def _attached(document: Any, budget: Budget) -> Iterator[Piece]:
    if document.count_attachments() > _MOST_ATTACHED:
        yield WhyNot.TOO_MANY
    for number in range(min(document.count_attachments(), _MOST_ATTACHED)):
        one = document.get_attachment(number)
        try:
            content = bytes(one.get_data())
        except pdfium.PdfiumError:
            yield WhyNot.BROKEN
            continue
        budget.take(len(content))
        yield Inner(one.get_name(), content)
