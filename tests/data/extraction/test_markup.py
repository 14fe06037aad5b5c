"""Markup as a stream: nothing is fetched or followed. Attacks: `tests/attacks/test_hostile_documents.py`."""

from __future__ import annotations

from limen.data.documents import Part, WhyNot
from limen.data.extraction.limits import Budget
from limen.data.extraction.markup import Aside, TextHandler, joined, local, read_xml


def test_places_and_names() -> None:
    assert (joined("page 1", "", "fields"), local("{urn:x}name"), local("name")) == ("page 1, fields", "name", "name")


def test_what_stands_aside_comes_last_line_by_line() -> None:
    aside = Aside(Budget())
    aside.add("fields", "a")
    aside.add("fields", "b")
    aside.end_lines()
    aside.line("fields", "c")
    aside.attributes({"{urn:x}rsidR": "00AB12CD", "short": "12345678", "target": "https://harbor.example"})
    assert list(aside.parts("page 1")) == [
        Part("page 1, fields", b"ab\nc\n\n"),
        Part("page 1, properties", b"https://harbor.example\n\n"),
    ]


def test_text_before_an_error_counts() -> None:
    pieces = list(read_xml([b"<a>text<b", b"></c>"], TextHandler(Budget(), "x"), Budget()))
    assert pieces == [WhyNot.BROKEN, Part("x", b"text"), Part("x", b"\n")]


def test_long_text_comes_while_it_is_read() -> None:
    handler = TextHandler(Budget(), "x")
    first = next(read_xml([b"<a>" + b"text " * 50_000, b"</a>"], handler, Budget()))
    assert isinstance(first, Part)
    assert len(first.text) < 200_000


def test_text_that_a_parser_gives_in_pieces_is_one_line() -> None:
    aside = Aside(Budget())
    for text in ("4111 ", "1111"):
        aside.add("", text)
    aside.end_line("")
    aside.end_line("")
    aside.add("", "next")
    assert [one.text for one in aside.parts() if isinstance(one, Part)] == [b"4111 1111\nnext\n"]
