"""Documents of many kinds, each with a card in what a reader sees and an account in what no reader sees."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from functools import cache

import docx
import openpyxl
import pptx
from openpyxl.comments import Comment
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from reportlab.pdfgen import canvas

from limen.data.documents import Inspected, Part, WhyNot
from limen.data.extraction.inspecting import inspect_bytes
from limen.data.extraction.kinds import kinds_of
from limen.data.extraction.limits import Budget, Limits
from limen.data.extraction.pieces import Inner, Reader
from limen.data.extraction.walk import parts_of
from limen.data.model import Confidence, Detector, Kind
from limen.data.scanning.scanner import Scanner

CARD = "4111 1111 1111 1111"
SECRET = "DE89370400440532013000"
SEEN = f"Kreditkarte {CARD}"
UNSEEN = f"IBAN {SECRET}"


@cache
def scanner() -> Scanner:
    """One that knows only what is in these documents, and is made in no time."""
    looked_for = {"card": "4111 1111 1111 1111", "account": SECRET}
    return Scanner(
        [Detector(name, name, Kind.BANK, text, 30, Confidence.HIGH) for name, text in looked_for.items()], key=b"k" * 32
    )


def text_of(data: bytes, limits: Limits | None = None) -> dict[str, str]:
    """All text in a document, by place."""
    texts: dict[str, str] = {}
    for one in parts_of(data, kinds_of(data), "", Budget(limits or Limits())):
        if isinstance(one, Part) and one.text.strip():
            texts[one.where] = texts.get(one.where, "") + one.text.decode("utf-8", "replace")
    return texts


def why_not(data: bytes, limits: Limits | None = None) -> set[WhyNot]:
    return {one for one in parts_of(data, kinds_of(data), "", Budget(limits or Limits())) if isinstance(one, WhyNot)}


def read_by(reader: Reader, data: bytes) -> tuple[dict[str, str], dict[str, bytes], set[WhyNot]]:
    """What one reader gives: texts by place, documents within by name, and reasons."""
    texts: dict[str, str] = {}
    inner: dict[str, bytes] = {}
    reasons = set()
    for one in reader(data, Budget()):
        if isinstance(one, Part):
            texts[one.where] = texts.get(one.where, "") + one.text.decode("utf-8", "replace")
        elif isinstance(one, Inner):
            inner[one.name] = one.data
        else:
            reasons.add(one)
    return texts, inner, reasons


def inspected(data: bytes, name: str = "", limits: Limits | None = None) -> Inspected:
    return inspect_bytes(scanner(), data, name, limits or Limits())


def finds(one: Inspected) -> set[tuple[str, str]]:
    return {(finding.detector, where) for finding, where in zip(one.found.findings, one.where, strict=True)}


def saved(document: object) -> bytes:
    """What a library writes for a document of its own."""
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


def word() -> bytes:
    """The card in two runs of a paragraph; the account in a remark of the properties."""
    document = docx.Document()
    paragraph = document.add_paragraph("Kreditkarte ")
    paragraph.add_run(CARD[:10])
    paragraph.add_run(CARD[10:]).bold = True
    document.core_properties.comments = UNSEEN
    return saved(document)


def sheet() -> bytes:
    """The card in four cells of a row; the account in a remark at a cell."""
    book = openpyxl.Workbook()
    book.active.title = "Salaries"
    book.active.append(["Kreditkarte", *CARD.split()])
    book.active["A9"] = "nothing"
    book.active["A9"].comment = Comment(UNSEEN, "Ann Summer")
    return saved(book)


def slides() -> bytes:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    slide.shapes.title.text = SEEN
    slide.notes_slide.notes_text_frame.text = UNSEEN
    return saved(show)


def portable(*, password: str = "") -> bytes:
    """The card on the second page; the account in the title."""
    file = io.BytesIO()
    page = canvas.Canvas(file, encrypt=password or None)
    page.drawString(100, 700, "first")
    page.showPage()
    page.drawString(100, 700, SEEN)
    page.setTitle(UNSEEN)
    page.save()
    return file.getvalue()


def zipped(files: Mapping[str, bytes | str], packed: int = zipfile.ZIP_DEFLATED, remark: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", packed) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        archive.comment = remark.encode()
    return file.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def open_text() -> bytes:
    """OpenDocument as LibreOffice writes it, in little: the card in two spans, the account in a remark."""
    content = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:text>'
        f"<text:p>Kreditkarte <text:span>{CARD[:7]}</text:span><office:annotation><text:p>{UNSEEN}</text:p>"
        f"</office:annotation>{CARD[7:]}</text:p></office:text></office:body></office:document-content>"
    )
    return zipped(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content}, packed=zipfile.ZIP_STORED
    )


def rich() -> bytes:
    return rb"{\rtf1\ansi Kreditkarte 4111 {\b 1111} 1111 1111\par {\v " + UNSEEN.encode() + b"}}"


def page() -> bytes:
    return f"<html><body>Kreditkarte {CARD[:6]}<b class=x>{CARD[6:]}</b><!-- {UNSEEN} --></body></html>".encode()


def mail() -> bytes:
    return (
        f"From: ann@harbor.example\r\nTo: bob@harbor.example\r\nSubject: offer\r\nX-Note: {UNSEEN}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\n"
        f"{SEEN}\r\n--b--\r\n"
    ).encode()


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image = Image.new("RGB", (4, 4))
    if kind == "PNG":
        info = PngInfo()
        info.add_text("Comment", SEEN)
        info.add_itxt("Note", UNSEEN, zip=True)
        image.save(file, kind, pnginfo=info)
    else:
        exif = image.getexif()
        exif[0x010E] = UNSEEN
        image.save(file, kind, exif=exif, comment=SEEN.encode())
    return file.getvalue()


DOCUMENTS: Mapping[str, Callable[[], bytes]] = {
    "docx": word,
    "xlsx": sheet,
    "pptx": slides,
    "pdf": portable,
    "odt": open_text,
    "rtf": rich,
    "html": page,
    "mail": mail,
    "picture": picture,
    "zip": lambda: zipped({"card.txt": SEEN, "account.txt": UNSEEN}),
    "tar": lambda: tarred({"card.txt": SEEN.encode(), "account.txt": UNSEEN.encode()}),
    "gzip": lambda: gzip.compress(f"{SEEN}\n{UNSEEN}".encode()),
    "bzip2": lambda: bz2.compress(f"{SEEN}\n{UNSEEN}".encode()),
    "xz": lambda: lzma.compress(f"{SEEN}\n{UNSEEN}".encode()),
    "csv": f"what;a;b;c;d\nKreditkarte;4111;1111;1111;1111\n{UNSEEN};;;;\n".encode,
    "text": f"{SEEN}\n{UNSEEN}\n".encode,
}
"""By the kind that each is."""
