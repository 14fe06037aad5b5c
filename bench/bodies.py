"""Bodies of five megabytes as they pass a company's gateway, one of each kind; the same ones each time."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

import docx
import openpyxl
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas
from tests.data.ordinary.documents import documents
from tests.data.ordinary.words import ENGLISH, sentence

SIZE: Final = 5_000_000
_DOCUMENTS: Final = 500
_PARAGRAPHS: Final = 300


def text() -> bytes:
    """What a business writes: letters, invoices, logs, lists, source."""
    written = "\n\n".join(one.text for one in documents(16, _DOCUMENTS)).encode()
    return (written * (SIZE // len(written) + 1))[:SIZE]


def answers() -> bytes:
    """What an app's API answers: a long list of orders, as JSON."""
    random, rows, size = Random(1), list[str](), 0
    while size < SIZE:
        row = {
            "id": len(rows),
            "title": " ".join(sentence(random, ENGLISH)[:60].split()),
            "price": random.randrange(1, 100_000) / 100,
            "isOpen": random.random() < 0.5,
            "changed": f"2026-11-{random.randrange(1, 31):02}T09:{random.randrange(60):02}:00Z",
            "tags": ["boats", "harbor"],
            "note": None,
        }
        rows.append(json.dumps(row))
        size += len(rows[-1]) + 2
    return f"[{', '.join(rows)}]".encode()


def photo(pixels: int = 2_740, seed: int = 2) -> bytes:
    """A photograph as a telephone takes it."""
    noise = Random(seed).randbytes(pixels * pixels * 3)
    file = io.BytesIO()
    Image.frombytes("RGB", (pixels, pixels), noise).save(file, "JPEG", quality=80)
    return file.getvalue()


def film() -> bytes:
    """A film (MP4): a head, and data that nobody reads as text."""
    content = Random(3).randbytes(SIZE)
    boxes = ((b"ftyp", b"isom\0\0\2\0isomiso2"), (b"moov", bytes(2_000)), (b"mdat", content))
    return b"".join((len(box) + 8).to_bytes(4) + name + box for name, box in boxes)


def letter() -> bytes:
    """A Word document: twenty pages, and photographs."""
    random, document = Random(4), docx.Document()
    for _ in range(_PARAGRAPHS):
        document.add_paragraph(sentence(random, ENGLISH))
    for seed in range(4):
        document.add_picture(io.BytesIO(photo(1_350, seed)))
    return _saved(document)


def scan() -> bytes:
    """A PDF as a copier makes it: pages that are pictures, and one of text."""
    file = io.BytesIO()
    page = canvas.Canvas(file)
    page.drawString(40, 800, "The contract about the harbor, as it was signed.")
    for seed in range(4):
        page.showPage()
        page.drawImage(ImageReader(io.BytesIO(photo(1_220, seed))), 0, 0, 500, 700)
    page.save()
    return file.getvalue()


def sheet() -> bytes:
    """A workbook of numbers: the slowest to read of all, as its five megabytes unpack to many times as much."""
    random, book = Random(5), openpyxl.Workbook(write_only=True)
    page = book.create_sheet("Orders")
    for number in range(104_000):
        page.append(
            [f"order {number}", random.random(), random.random() * 1_000, random.randrange(10**6), "2026-11-30"]
        )
    return _saved(book)


def archive() -> bytes:
    """A ZIP file of photographs and some letters."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for seed in range(4):
            packed.writestr(f"photo{seed}.jpg", photo(1_350, seed), zipfile.ZIP_STORED)
        for number, one in enumerate(documents(6, 50)):
            packed.writestr(f"letter{number}.txt", one.text)
    return file.getvalue()


def _saved(document: object) -> bytes:
    file = io.BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


KINDS: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "film": ("video/mp4", film),
    "photo": ("image/jpeg", photo),
    "scan": ("application/pdf", scan),
    "archive": ("application/zip", archive),
    "letter": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", letter),
    "text": ("text/plain", text),
    "json": ("application/json", answers),
    "sheet": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", sheet),
}
"""By name: the type, and what makes one."""
MIX: Final = (
    *(*("film",) * 9, *("photo",) * 11, *("scan",) * 8, *("archive",) * 5, *("letter",) * 4),
    *("text", "json", "sheet"),
)
"""What of forty bodies this large is what: an assumption, and not what any company was seen to send. Text, answers of
programs and sheets of numbers are seldom so large, and slowest by far.
"""


def in_turn(mix: Sequence[str], seed: int = 1) -> list[str]:
    """The mix in an order that has no pattern."""
    mixed = list(mix)
    Random(seed).shuffle(mixed)
    return mixed
