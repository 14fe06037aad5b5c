"""OpenDocument; files of LibreOffice itself: `tests/interop/test_libreoffice.py`."""

from __future__ import annotations

from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.open_document import read_open_document

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
)


def _read(body: str, **others: str) -> dict[str, str]:
    files = {"content.xml": f"<a {_NAMES}>{body}</a>"} | {name.replace("_", "."): text for name, text in others.items()}
    return made.read_by(read_open_document, made.zipped(files))[0]


def test_spaces_pages_and_slides() -> None:
    paragraph = "<text:p>a<text:s text:c='9'/>b<text:soft-page-break/>c</text:p>"
    assert _read(paragraph) == {"text": "a b", "page 2": "c\n"}
    slide = "<draw:page draw:name='One'><text:p>a</text:p></draw:page>"
    assert _read(slide) == {"slide 1": "a\n"}


def test_rows_have_their_numbers() -> None:
    row = "<table:table-row{}><table:table-cell><text:p>{}</text:p></table:table-cell></table:table-row>"
    repeated = " table:number-rows-repeated='10'"
    texts = _read(f"<table:table table:name='Pay'>{row.format(repeated, 'a')}{row.format('', 'b')}</table:table>")
    assert texts == {"sheet Pay, row 1": "a \n", "sheet Pay, row 11": "b \n"}


def test_equal_cells_that_are_written_once_are_read_as_often_as_a_number_needs() -> None:
    cell = "<table:table-cell table:number-columns-repeated='{}'><text:p>1111</text:p></table:table-cell>"
    for number, read in ((3, 3), (16_000, 8)):
        texts = _read(f"<table:table><table:table-row>{cell.format(number)}</table:table-row></table:table>")
        assert texts["sheet , row 1"].split() == ["1111"] * read


def test_notes_and_what_was_deleted_part_nothing() -> None:
    texts = _read(
        "<text:tracked-changes><text:p>gone</text:p></text:tracked-changes>"
        "<text:p>4111 <text:note><text:p>small</text:p></text:note>1111</text:p>"
    )
    assert {where: text.strip() for where, text in texts.items()} == {
        "text": "4111 1111",
        "deleted text": "gone",
        "footnotes": "small",
    }


def test_properties_and_values_are_read() -> None:
    texts = _read("<text:p text:string-value='remembered value'/>", meta_xml="<a><b>kept by Ann</b></a>")
    assert "remembered value" in texts["properties"]
    assert "kept by Ann" in texts["document properties"]


def test_an_encrypted_one_is_said_to_be() -> None:
    manifest = "<a xmlns:manifest='urn:m'><manifest:encryption-data/></a>"
    files = {"META-INF/manifest.xml": manifest, "content.xml": b"\1\2\3"}
    assert made.read_by(read_open_document, made.zipped(files))[2] == {WhyNot.ENCRYPTED}


def test_remarks_and_notes_are_read_without_their_number_and_author() -> None:
    author = "<dc:creator xmlns:dc='urn:d'>Ann</dc:creator><dc:date xmlns:dc='urn:d'>2026-01-01</dc:date>"
    remark = f"<office:annotation>{author}<text:p>{made.CARD}</text:p></office:annotation>"
    note = (
        "<text:note><text:note-citation>1</text:note-citation>"
        f"<text:note-body><text:p>{made.CARD}</text:p></text:note-body></text:note>"
    )
    texts = _read(f"<text:p>a{remark}{remark}b{note}{note}</text:p>")
    assert texts["comments"].split("\n").count(made.CARD) == texts["footnotes"].split("\n").count(made.CARD) == 2
    assert texts["text"] == "ab\n"
