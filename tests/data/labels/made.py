"""Documents as the programs and libraries that people use make them, with some text and a label's companions."""

from __future__ import annotations

import io
from typing import Any, Final

import docx
import openpyxl
import pptx
from odfdo import Document as OpenDocument
from openpyxl.packaging.custom import StringProperty
from reportlab.pdfgen import canvas

from limen.data.labels.marks import Marks

TEXT: Final = "Harbor pays on the 27th"
KEY: Final = b"k" * 32
MARKS: Final = Marks((KEY,))
MICROSOFT_ID: Final = "0a1b2c3d-1111-2222-3333-444455556666"
PROJECT: Final = ("Project", "Lighthouse")
"""A property that somebody else put into the spreadsheet."""


def _bytes(made: Any) -> bytes:
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def word(text: str = TEXT) -> bytes:
    made = docx.Document()
    made.add_paragraph(text)
    return _bytes(made)


def sheet(text: str = TEXT, *properties: tuple[str, str]) -> bytes:
    made = openpyxl.Workbook()
    made.active["A1"] = text
    for name, value in (PROJECT, *properties):
        made.custom_doc_props.append(StringProperty(name=name, value=value))
    return _bytes(made)


def slides(text: str = TEXT) -> bytes:
    made = pptx.Presentation()
    made.slides.add_slide(made.slide_layouts[0]).shapes.title.text = text
    return _bytes(made)


def pdf(text: str = TEXT) -> bytes:
    buffer = io.BytesIO()
    made = canvas.Canvas(buffer, invariant=1)
    made.setTitle("Wages (2026)")
    made.drawString(72, 720, text)
    made.showPage()
    made.save()
    return buffer.getvalue()


def open_text(text: str = TEXT) -> bytes:
    made = OpenDocument("text")
    made.body.clear()
    from odfdo import Paragraph

    made.body.append(Paragraph(text))
    return _bytes(made)


def mail(text: str = TEXT, *fields: str) -> bytes:
    head = ["From: ada@harbor.example", "To: ben@harbor.example", "Subject: Wages", " of June", *fields]
    return "\r\n".join([*head, "", text, ""]).encode()


ALL: Final = {"docx": word, "xlsx": sheet, "pptx": slides, "pdf": pdf, "odt": open_text, "eml": mail}
