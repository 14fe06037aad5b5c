"""Parts that say how a document looks hide nothing, though they are not parsed."""

from __future__ import annotations

import docx
import pytest
from tests.data.extraction import made

from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import read_xml
from limen.data.extraction.office import OfficeText
from limen.data.extraction.styles import is_of_styles, said_in_styles
from limen.data.extraction.zips import members_of, unpacked


@pytest.mark.parametrize(
    "hidden",
    [
        "<a b='{}'/>",
        '<a b="&#x44;{}"/>',
        "<a>{}</a>",
        "<!-- {} -->",
        "<a><![CDATA[{}]]></a>",
        "<?a {}?>",
        "<a b = '>{}'/>",
    ],
)
def test_wherever_text_hides_it_is_said(hidden: str) -> None:
    said = said_in_styles(hidden.format(made.SECRET).encode())
    assert said is not None
    assert made.SECRET in " ".join(said)


@pytest.mark.parametrize(
    "content",
    [
        "<a b='x'/>".encode("utf-16"),
        b"<?xml version='1.0' encoding='iso-8859-1'?><a/>",
        b"<!DOCTYPE a><a/>",
        b"<a b='\xff'/>",
        b"<a>" + b"<!-- " * 9_000,
    ],
)
def test_what_has_to_be_parsed_is(content: bytes) -> None:
    assert said_in_styles(content) is None


def test_what_a_parser_says_is_said_here() -> None:
    """Held against the styles and the theme of Word's own template."""
    data = made.saved(docx.Document())
    looked_at = 0
    for member in members_of(data, Budget()):
        if is_of_styles(member.name):
            content = b"".join(unpacked(data, member, Budget()))
            parts = read_xml([content], OfficeText(Budget(), ""), Budget())
            text = "".join(one.text.decode() for one in parts if isinstance(one, made.Part))
            assert {line.strip() for line in text.split("\n")} - {""} <= set(said_in_styles(content) or ())
            looked_at += 1
    assert looked_at > 3
