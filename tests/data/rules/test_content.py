"""What was found in something, in numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from limen.data.documents import Inspected, WhyNot
from limen.data.model import Confidence, Finding, Found
from limen.data.rules.content import MOST_WRITTEN, Content, content_of, read, written
from limen.data.scanning.scanner import MOST
from limen.facts import Label


def _inspected(*findings: tuple[str, Confidence, bytes]) -> Inspected:
    found = Found(tuple(Finding(name, sure, 0, 1, value) for name, sure, value in findings))
    return Inspected("text", found, ("",) * len(findings), Label.INTERNAL, frozenset({WhyNot.ENCRYPTED}))


TWO = _inspected(("iban", Confidence.HIGH, b"1"), ("iban", Confidence.LOW, b"1"), ("iban", Confidence.MEDIUM, b"2"))


def test_different_values_are_counted_by_how_sure_they_are() -> None:
    content = content_of(TWO)
    assert content.counts == {"iban": (2, 2, 1)}
    assert [content.number_of("iban", one) for one in Confidence] == [2, 2, 1]
    assert content.number_of("bic", Confidence.LOW) == 0


def test_a_value_that_is_allowed_is_not_there() -> None:
    assert content_of(TWO, {("iban", b"1")}).counts == {"iban": (1, 1, 0)}
    assert content_of(TWO, {("iban", b"1"), ("iban", b"2")}).counts == {}
    assert content_of(TWO, {("bic", b"1"), ("iban", b"")}) == content_of(TWO)
    assert content_of(TWO, {("iban", b"1")}).why_not == {WhyNot.ENCRYPTED}


def test_where_more_was_found_than_was_kept_an_allowed_value_hides_nothing() -> None:
    own = ("iban", Confidence.HIGH, b"1")
    more = replace(_inspected(own), found=replace(_inspected(own).found, more={"iban": Confidence.MEDIUM}))
    assert content_of(more, {("iban", b"1")}).counts == {"iban": (MOST, MOST, 0)}
    assert content_of(more).counts == {"iban": (MOST, MOST, 1)}


def test_it_is_written_and_read_again() -> None:
    content = content_of(TWO)
    assert read(written(content), Label.INTERNAL, [WhyNot.ENCRYPTED]) == content
    assert written(Content()) == ""
    assert read("") == Content()
    with pytest.raises(ValueError, match="unpack"):
        read("iban=1")


def test_a_long_list_keeps_what_is_surest() -> None:
    many = {f"d{number}": (1, 0, 0) for number in range(100)} | {"iban": (1, 1, 1)}
    assert len(written(Content(many)).split()) == MOST_WRITTEN
    assert "iban=1,1,1" in written(Content(many))
