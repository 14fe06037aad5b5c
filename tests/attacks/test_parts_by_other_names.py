"""Text in parts of documents that are called like what is dull; Word, Excel and LibreOffice open them all the same."""

from __future__ import annotations

import pytest
from tests.data.extraction import made

from limen.data.documents import WhyNot

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
_RUNS = "".join(f"<w:r><w:t>{part}</w:t></w:r>" for part in ("Kreditkarte ", "41", "11 1", "111 1111 11", "11"))
_DOCUMENT = f"<w:document xmlns:w='{_W}'><w:body><w:p>{_RUNS}</w:p></w:body></w:document>"
_CELLS = "".join(f"<c><v>{part}</v></c>" for part in ("4111", "1111", "1111", "1111"))
_SHEET = f"<worksheet xmlns='{_X}'><sheetData><row r='1'>{_CELLS}</row></sheetData></worksheet>"


def _package(name: str, kind: str, content: str) -> bytes:
    said = f"application/vnd.openxmlformats-officedocument.{kind}"
    types = f'<Types><Override PartName="/{name}" ContentType="{said}"/></Types>'
    relations = f'<Relationships><Relationship Id="r1" Type="{_RELATION}" Target="{name}"/></Relationships>'
    return made.zipped({"[Content_Types].xml": types, "_rels/.rels": relations, name: content})


def _open(files: dict[str, str], said: str = "application/vnd.oasis.opendocument.text") -> bytes:
    return made.zipped({"mimetype": said, "content.xml": "<a><p>hello</p></a>", **files}, packed=0)


_WORD, _EXCEL = "wordprocessingml.document.main+xml", "spreadsheetml.worksheet+xml"
_HIDDEN = {
    "a document called styles": _package("word/styles.xml", _WORD, _DOCUMENT),
    "a document in another folder": _package("doc/main.xml", _WORD, _DOCUMENT),
    "a document that is no .xml": _package("word/main.bin", _WORD, _DOCUMENT),
    "a sheet in another folder": _package("xl/tab/one.xml", _EXCEL, _SHEET),
    "a document called a sheet": _package("xl/worksheets/sheet1.xml", _WORD, _DOCUMENT),
    "text beside the cells": _package("xl/a.xml", _EXCEL, f"<worksheet><t>{made.SEEN}</t></worksheet>"),
    "text beside the strings": _package("xl/a.xml", _EXCEL, f"<sst><t>{made.SEEN}</t></sst>"),
    "a document in one file": f"<?xml version='1.0'?><pkg:package xmlns:pkg='urn:x'>{_DOCUMENT}</pkg:package>".encode(),
    "a picture of a page that is none": _open({"Thumbnails/customers.csv": made.SEEN}),
    "what kind it is": _open({}, f"application/vnd.oasis.opendocument.text\n{made.SEEN}"),
    **{
        f"an attribute {name}": f"<html><body><p {name}='{made.SEEN}'>hello there</p></body></html>".encode()
        for name in ("uid", "rsidr", "paraId", "xmlx")
    },
    "an attribute of a cell": _package("xl/a.xml", _EXCEL, f"<worksheet><row><c a='{made.SEEN}'/></row></worksheet>"),
}


@pytest.mark.parametrize("where", _HIDDEN)
def test_it_is_read(where: str) -> None:
    looked_into = made.inspected(_HIDDEN[where])
    assert {what for what, _ in made.finds(looked_into)} == {"card"}
    assert not looked_into.why_not


def test_a_part_that_hides_what_it_is_is_broken() -> None:
    hidden = _package("xl/a.xml", _EXCEL, f"<!-- {'x' * 70_000} -->{_SHEET}")
    assert made.why_not(hidden) == {WhyNot.BROKEN}


def test_a_package_that_calls_itself_a_binary_workbook_is_read_as_any_other() -> None:
    data = made.zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.bin": b"\1\2", "word/document.xml": _DOCUMENT})
    looked_into = made.inspected(data)
    assert (looked_into.kind, looked_into.why_not) == ("xlsb", {WhyNot.BROKEN})
    assert {what for what, _ in made.finds(looked_into)} == {"card"}


def test_pages_and_pictures_in_a_document_are_read_as_what_they_are() -> None:
    files = {"word/a.html": f"<html><body><p>{made.CARD[:9]}<b>{made.CARD[9:]}", "word/a.svg": "<svg xmlns='a'><text>b"}
    data = made.zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": "<a/>", **files})
    assert made.finds(made.inspected(data)) == {("card", "word/a.html / text")}
