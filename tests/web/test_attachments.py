"""Files that people get to keep: what they are called, and that no browser opens them in our origin."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.web.attachments import LONGEST, attachment, safe_name


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("offer 2026.docx", "offer 2026.docx"),
        ("Angebot für Müller.pdf", "Angebot für Müller.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\offer.docx", "offer.docx"),
        ('a";filename="b.exe', "a__filename=_b.exe"),
        ("a\r\nSet-Cookie: b=c.docx", "aSet-Cookie_ b=c.docx"),
        ("offer\u202excod.exe", "offerxcod.exe"),
        ("offer\u200b.docx", "offer.docx"),
        ("CON", "_CON"),
        ("com1.docx", "_com1.docx"),
        (".htaccess", "htaccess"),
        ("offer.docx. . ", "offer.docx"),
        ("..", "document"),
        ("", "document"),
        ("a/", "document"),
    ],
)
def test_a_name_leads_nowhere_and_hides_nothing(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_long_name_keeps_its_ending() -> None:
    assert safe_name("a" * 300 + ".docx") == "a" * (LONGEST - 5) + ".docx"
    assert safe_name("a." + "b" * 300) == ("a." + "b" * 300)[:LONGEST]


@given(st.text(max_size=300))
def test_whatever_the_name_the_answer_is_saved_and_not_shown(name: str) -> None:
    response = attachment(b"<script>", name)
    disposition = response.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert disposition.isascii()
    assert disposition.isprintable()
    assert disposition.count('"') == 2
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["cache-control"] == "no-store"
    assert not {"/", "\\"} & set(safe_name(name))
