"""Places of finds, in the whole and as a stream; no place tells what a document hides."""

from __future__ import annotations

from random import Random

from tests import dial
from tests.data.extraction import made

from limen.data.documents import Part
from limen.data.extraction.locating import WITHHELD, Locating, Places, located
from limen.data.model import Confidence, Finding

_PARTS = (
    b"Kreditkarte ",
    made.CARD[:7].encode(),
    made.CARD[7:].encode(),
    b"\n",
    made.SECRET.encode(),
    b" text ",
    b"x" * 999,
)


def test_as_a_stream_as_in_the_whole() -> None:
    """A law: finds and places are the same, however parts are cut."""
    scanner, random, found = made.scanner(), Random(16), 0
    for _ in range(dial.size(200, 20)):
        parts = [Part(f"page {n}", random.choice(_PARTS)) for n in range(random.randrange(1, 900))]
        with Locating(scanner) as locating:
            for one in parts:
                locating.add(one)
            streamed = locating.end()
        assert streamed == located(scanner, parts)
        found += len(streamed[1])
    assert found > 100


def test_a_find_over_two_parts_is_where_it_begins_and_lines_are_counted() -> None:
    parts = [
        Part("page 1", b"4111 1111 "),
        Part("page 2", b"1111 1111\n"),
        Part("a.txt", b"x\n" + made.SECRET.encode(), 7),
    ]
    assert located(made.scanner(), parts)[1] == ("page 1", "a.txt / line 8")


def test_names_that_hold_what_is_looked_for_are_withheld() -> None:
    where = f"{made.CARD}.zip / offer\x1b[2J.docx / page 1"
    [place] = located(made.scanner(), [Part(where, made.SECRET.encode() + b"\n")])[1]
    assert place.split(" / ")[0] == WITHHELD
    assert made.CARD not in place
    assert "\x1b" not in place
    assert len(located(made.scanner(), [Part("x" * 9_000, made.SECRET.encode() + b"\n")])[1][0]) <= 200


def test_a_find_that_is_the_whole_document_has_no_place() -> None:
    assert located(made.scanner(), [Part("page 1", made.SECRET.encode())])[1] == ("",)


def test_places_are_known_at_the_end_for_what_is_found_only_then() -> None:
    """Rows of lists are: their finds come with `end`, behind all that is forgotten."""
    places = Places(made.scanner())
    for number in range(9):
        places.add(Part(f"row {number}", b"x" * 100, number))
    places.forget_before(500)
    assert [places.of(Finding("list", Confidence.HIGH, at, at + 9, b"")) for at in (250, 750)] == [
        "row 2",
        "row 7 / line 7",
    ]
