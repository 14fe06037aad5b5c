"""Word and PowerPoint: where text can hide, and what of it belongs together."""

from __future__ import annotations

import docx
import pytest
from docx.oxml import parse_xml
from tests.data.extraction import made

from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import read_xml
from limen.data.extraction.office import OfficeText, read_office

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def _text(body: str, *, has_pages: bool = False) -> dict[str, str]:
    def reader(data: bytes, budget: Budget) -> object:
        return read_xml([data], OfficeText(budget, "text", has_pages=has_pages), budget)

    return made.read_by(reader, f"<w:document {_W}>{body}</w:document>".encode())[0]  # type: ignore[arg-type]


def test_runs_are_one_word_and_paragraphs_are_lines() -> None:
    assert _text("<w:p><w:r><w:t>4111 11</w:t></w:r><w:r><w:t>11</w:t></w:r></w:p><w:p><w:t>b</w:t></w:p>") == {
        "text": "4111 1111\nb\n"
    }


def test_what_is_deleted_or_hidden_parts_nothing() -> None:
    texts = _text(
        "<w:p><w:r><w:t>4111 </w:t></w:r><w:del><w:r><w:delText>99</w:delText></w:r><w:r><w:delText>88</w:delText>"
        "</w:r></w:del><w:r><w:rPr><w:vanish/></w:rPr><w:t>77</w:t></w:r><w:r><w:rPr><w:vanish w:val='0'/></w:rPr>"
        "<w:t>1111</w:t></w:r></w:p>"
    )
    assert {where: text.strip() for where, text in texts.items()} == {
        "text": "4111 1111",
        "text, deleted text": "9988",
        "text, hidden text": "77",
    }


def test_pages_are_those_that_word_showed() -> None:
    broken = "<w:p><w:r><w:t>a</w:t><w:lastRenderedPageBreak/><w:t>b</w:t></w:r></w:p>"
    assert _text(broken, has_pages=True) == {"text": "a", "page 2": "b\n"}
    assert _text(broken) == {"text": "ab\n"}


@pytest.mark.parametrize("where", ["header", "footer", "text", "document properties", "comments", "word/settings.xml"])
def test_every_place_of_a_text_is_read(where: str) -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("first")
    if where == "text":
        document.add_table(1, 1).cell(0, 0).text = made.UNSEEN
    elif where == "header":
        document.sections[0].header.paragraphs[0].text = made.UNSEEN
    elif where == "footer":
        document.sections[0].footer.paragraphs[0].text = made.UNSEEN
    elif where == "comments":
        document.add_comment(paragraph.runs, made.UNSEEN, "Ann Summer", "AS")
    elif where == "document properties":
        document.core_properties.keywords = made.UNSEEN
    else:
        variables = f'<w:docVars {_W}><w:docVar w:name="a" w:val="{made.UNSEEN}"/></w:docVars>'
        document.settings.element.append(parse_xml(variables))
    found = made.finds(made.inspected(made.saved(document)))
    assert {(what, at.split(", ")[0]) for what, at in found} == {("account", where)}


def test_links_pictures_and_embedded_documents_are_read() -> None:
    document = docx.Document()
    document.part.relate_to(f"https://harbor.example/{made.SECRET}", "hyperlink", is_external=True)
    assert {("account", "links, properties")} == made.finds(made.inspected(made.saved(document)))
    package = made.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<a/>",
            "word/media/image1.png": made.picture(),
            "word/embeddings/sheet.xlsx": made.sheet(),
            "word/printerSettings1.bin": b"\0\1\2" * 99,
        }
    )
    assert ("card", "word/embeddings/sheet.xlsx / sheet Salaries, row 1") in made.finds(made.inspected(package))
    assert ("card", "word/media/image1.png / picture properties") in made.finds(made.inspected(package))
    assert made.why_not(package) == set()


def test_one_broken_part_keeps_no_other_from_being_read() -> None:
    package = made.zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": "<a",
            "word/footnotes.xml": f"<a><t>{made.CARD}</t></a>",
        }
    )
    texts, _, reasons = made.read_by(read_office, package)
    assert texts["footnotes"].strip() == made.CARD
    assert reasons == {made.WhyNot.BROKEN}


def test_references_to_letters_part_no_value_of_a_property() -> None:
    written = "".join(f"&#{ord(letter)};" for letter in made.SECRET)
    part = f'<?xml version="1.0"?><a xmlns="urn:b"><c>{made.SECRET[:4]}{written[20:]}</c><c>{written}</c></a>'
    package = made.zipped({"[Content_Types].xml": "<Types xmlns='urn:t'/>", "customXml/item1.xml": part})
    texts, _, _ = made.read_by(read_office, package)
    assert made.SECRET in texts["custom data"].split("\n")
