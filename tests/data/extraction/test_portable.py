"""PDF: pages, remarks, forms, attachments, and those that need a password."""

from __future__ import annotations

import io

from reportlab.pdfgen import canvas
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.portable import xmp_of


def test_remarks_forms_bookmarks_and_white_letters_are_read() -> None:
    file = io.BytesIO()
    page = canvas.Canvas(file)
    page.setFillColorRGB(1, 1, 1)
    page.drawString(100, 600, made.CARD)
    page.textAnnotation(made.UNSEEN, Rect=(1, 1, 9, 9))
    page.acroForm.textfield(name="field", value=made.CARD, x=10, y=10)
    page.bookmarkPage("a")
    page.addOutlineEntry(made.UNSEEN, "a")
    page.save()
    assert made.finds(made.inspected(file.getvalue())) == {
        ("card", "page 1"),
        ("account", "page 1, remarks and forms"),
        ("card", "page 1, remarks and forms"),
        ("account", "bookmarks"),
    }


def test_one_with_a_password_is_encrypted() -> None:
    assert made.why_not(made.portable(password="harbor")) == {WhyNot.ENCRYPTED}


def test_metadata_is_found_where_it_stands_unpacked() -> None:
    assert xmp_of(b"..<x:xmpmeta a>b</x:xmpmeta>..") == "<x:xmpmeta a>b"
    assert xmp_of(b"..<x:xmpmeta a>b") == ""
