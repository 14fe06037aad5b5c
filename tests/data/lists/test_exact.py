"""Rows of a table by their digests."""

from __future__ import annotations

import pickle

import pytest
from tests.data.planted import KEY

from limen.data.lists import exact
from limen.data.lists.exact import COMMON, ExactMatcher, exact_of
from limen.data.model import Confidence

ROWS = [
    ("K-10042", "Anna Berger", "DE89 3704 0044 0532 0130 00", "Berlin"),
    ("K-10043", "Zoë Müller", "DE02120300000000202051", "Berlin"),
    ("K-10044", "Bob", "", ""),
]
FIELDS = ("number", "name", "iban", "town")


def _matcher(needs: int = 2, rows: list[tuple[str, ...]] = ROWS, within: int = 100) -> ExactMatcher:
    return ExactMatcher("customers", exact_of(FIELDS[: len(rows[0])], rows, KEY), KEY, needs, within)


def _found(text: str, matcher: ExactMatcher | None = None) -> list[str]:
    search = (matcher or _matcher()).begin()
    search.feed(text.encode())
    findings, _ = search.end()
    assert all((one.detector, one.confidence) == ("customers", Confidence.HIGH) for one in findings)
    return [text.encode()[one.start : one.end].decode() for one in findings]


@pytest.mark.parametrize(
    "text",
    [
        "K-10042 Anna Berger",
        "k 10042; BERGER, Anna",
        "k10042\tanna\u00a0berger",
        "IBAN DE89370400440532013000 of Anna Berger",
        "IBAN DE89 3704 0044 0532 0130 00 (K-10042)",
        "zoë MÜLLER, number K-10043",
        "DE02 1203 0000 0000 2020 51 K-10043",
        "Bob has K-10044",
    ],
)
def test_a_row_is_found_however_its_values_are_written(text: str) -> None:
    assert len(_found(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "K-10042",
        "Anna Berger",
        "K-10042 Zoë Müller",
        "Anna met Mr Berger, K-10042",
        "K-10042" + " and so on" * 12 + " Anna Berger",
        "K-100421 Anna Berger",
        "Susanna Berger K-10042",
        "",
    ],
)
def test_fewer_fields_of_one_row_or_further_from_each_other_are_none(text: str) -> None:
    assert _found(text) == []


def test_needs_says_how_many_fields() -> None:
    assert _found("K-10042", _matcher(1)) == ["K-10042"]
    assert _found("K-10042 Anna Berger", _matcher(3)) == []
    assert len(_found("K-10042 Anna Berger Berlin", _matcher(3))) == 1


def test_rows_are_counted_and_copies_once() -> None:
    text = "K-10042 Anna Berger; K-10043 Zoë Müller; Anna Berger, K-10042"
    search = _matcher().begin()
    search.feed(text.encode())
    findings, is_more = search.end()
    assert len({one.digest for one in findings}) == len(findings) == 2
    assert not is_more


def test_one_value_in_two_fields_counts_once() -> None:
    assert _found("K-10042", _matcher(rows=[("K-10042", "K-10042")])) == []


def test_a_value_of_many_rows_leads_to_none_but_supports() -> None:
    rows = [(f"K-{number}", "Berlin") for number in range(10_000, 10_001 + COMMON)]
    matcher = _matcher(1, rows)
    assert _found("Berlin", matcher) == []
    assert len(_found("K-10007 in Berlin", _matcher(2, rows))) == 1
    assert matcher.lost() == 0
    assert _matcher(2, [("Berlin", "")] * 3).lost() == 3


def test_one_value_however_often_it_stands_there_hides_no_rows_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_HITS", 1_000)
    text = "K-10042 Anna Berger; " + "K-10042 " * 3_000 + "K-10043 Zoë Müller; " + "K-10042 " * 3_000
    search = _matcher().begin()
    search.feed(text.encode())
    assert len(search._hits) <= 5_000
    findings, is_more = search.end()
    assert (len(findings), is_more) == (2, False)
    assert len(_found(text)) == 2


def test_blanks_between_the_words_of_a_value_hide_it_not() -> None:
    assert len(_found("K-10042  Anna" + " " * 30 + "Berger")) == 1


def test_many_rows_are_said_to_be_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_ROWS", 2)
    search = _matcher().begin()
    search.feed("; ".join(" ".join(row[:2]) for row in ROWS).encode())
    findings, is_more = search.end()
    assert (len(findings), is_more) == (2, True)


def test_nothing_of_a_table_is_in_what_is_kept() -> None:
    data = exact_of(FIELDS, ROWS, KEY)
    assert data.rows == 3
    for value in (b"Anna", b"anna", b"berger", b"10042", b"Berlin", b"DE89"):
        assert value not in data.values + data.words


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exact, "MOST_VALUES", 10)
    with pytest.raises(ValueError, match="10 values"):
        exact_of(FIELDS, ROWS, KEY)


def test_a_worker_gets_it_whole() -> None:
    matcher = pickle.loads(pickle.dumps(_matcher()))
    assert len(_found("K-10042 Anna Berger", matcher)) == 1
