"""Every kind is read, in whatever it is packed, and cut anywhere it is never more than unreadable."""

from __future__ import annotations

from random import Random

import pytest
from tests import dial
from tests.data.extraction import made

from limen.data.documents import WhyNot
from limen.data.extraction.limits import Limits
from limen.data.extraction.walk import READERS


@pytest.mark.parametrize("kind", made.DOCUMENTS)
def test_what_is_seen_and_what_is_not_is_read(kind: str) -> None:
    one = made.inspected(made.DOCUMENTS[kind]())
    assert (one.kind, {detector for detector, _ in made.finds(one)}, one.why_not) == (
        kind,
        {"card", "account"},
        frozenset(),
    )


@pytest.mark.parametrize(
    ("kind", "places"),
    [
        ("docx", {("card", "text"), ("account", "document properties")}),
        ("xlsx", {("card", "sheet Salaries, row 1"), ("account", "comments")}),
        ("pptx", {("card", "slide 1"), ("account", "notes 1")}),
        ("pdf", {("card", "page 2"), ("account", "document properties")}),
        ("odt", {("card", "text"), ("account", "comments")}),
        ("rtf", {("card", "text"), ("account", "hidden text")}),
        ("html", {("card", "text"), ("account", "remarks in the markup")}),
        ("mail", {("card", "text"), ("account", "headers")}),
        ("csv", {("card", "line 2"), ("account", "line 3")}),
        ("text", {("card", "line 1"), ("account", "line 2")}),
        ("zip", {("card", "card.txt / line 1"), ("account", "account.txt / line 1")}),
    ],
)
def test_places_are_told_as_a_reader_finds_them(kind: str, places: set[tuple[str, str]]) -> None:
    assert made.finds(made.inspected(made.DOCUMENTS[kind]())) == places


def test_documents_in_documents_have_places_in_places() -> None:
    outer = made.zipped({"2026/offers.zip": made.zipped({"offer.docx": made.word(), "plan.pdf": made.portable()})})
    assert made.finds(made.inspected(outer)) == {
        ("card", "2026/offers.zip / offer.docx / text"),
        ("account", "2026/offers.zip / offer.docx / document properties"),
        ("card", "2026/offers.zip / plan.pdf / page 2"),
        ("account", "2026/offers.zip / plan.pdf / document properties"),
    }


def test_five_deep_is_read_and_six_is_said() -> None:
    data = made.SEEN.encode()
    for _ in range(Limits().most_depth):
        data = made.zipped({"a": data})
    assert ({"card"}, set()) == ({what for what, _ in made.finds(made.inspected(data))}, made.why_not(data))
    assert made.why_not(made.zipped({"a": data})) == {WhyNot.TOO_DEEP}


def test_a_word_in_one_document_says_nothing_of_the_next() -> None:
    text = "".join(made.text_of(made.zipped({"a": "Kreditkarte", "b": made.CARD})).values())
    whole = b"".join(one.text for one in _parts(made.zipped({"a": "Kreditkarte", "b": made.CARD})))
    assert "Kreditkarte" in text
    assert whole.index(made.CARD.encode()) - whole.index(b"Kreditkarte") > 150


def _parts(data: bytes) -> list[made.Part]:
    one_by_one = made.parts_of(data, made.kinds_of(data), "", made.Budget())
    return [one for one in one_by_one if isinstance(one, made.Part)]


@pytest.mark.parametrize("kind", made.DOCUMENTS)
def test_cut_anywhere_it_is_never_more_than_unreadable(kind: str) -> None:
    """A law: whatever is left of a document, looking into it ends, and raises nothing."""
    data, random = made.DOCUMENTS[kind](), Random(16)
    for _ in range(dial.size(80, 8)):
        cut = data[: random.randrange(len(data))]
        assert made.why_not(cut) <= {WhyNot.BROKEN, WhyNot.UNKNOWN_KIND, WhyNot.ENCRYPTED, WhyNot.TOO_LARGE}


@pytest.mark.parametrize("kind", made.DOCUMENTS)
def test_with_bytes_changed_it_is_never_more_than_unreadable(kind: str) -> None:
    data, random = made.DOCUMENTS[kind](), Random(17)
    for _ in range(dial.size(80, 8)):
        changed = bytearray(data)
        for _ in range(random.randrange(1, 20)):
            changed[random.randrange(len(changed))] = random.randrange(256)
        assert made.why_not(bytes(changed), Limits(seconds=5)) <= set(WhyNot) - {WhyNot.FAILED, WhyNot.TIMED_OUT}


def test_each_kind_of_document_here_has_its_reader() -> None:
    assert set(made.DOCUMENTS) <= set(READERS)
