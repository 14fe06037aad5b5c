"""Reviews in the database, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from tests.access.reviews.made import REVIEW, row
from tests.access.rows import NOW

from limen.access.reviews import store
from limen.access.reviews.model import Effect, Progress, Verdict
from limen.clock import DAY
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


@pytest.fixture
def reading(database: Database) -> Callable[..., Any]:
    return lambda query, *more: database.read(lambda s: query(s.connection, *more))


@pytest.fixture
def writing(database: Database) -> Callable[..., Any]:
    return lambda query, *more: database.write(lambda t: query(t.connection, *more))


def test_a_review_is_kept_with_its_rows_in_their_order(reading: Any, writing: Any) -> None:
    rows = [row(id=f"rr_{number}", person_id=f"p{number % 7}") for number in range(1_200)]
    assert writing(store.add_review, REVIEW, rows)
    assert reading(store.rows, "rv_1") == rows
    assert reading(store.rows, "rv_1", 600, 3) == rows[600:603]
    assert reading(store.row, "rv_1", "rr_9") == rows[9]
    assert reading(store.row, "rv_2", "rr_9") is None
    assert reading(store.review, "rv_1") == REVIEW
    assert reading(store.reviews) == [REVIEW]


def test_one_date_of_a_calendar_begins_one_review(reading: Any, writing: Any) -> None:
    assert writing(store.add_review, REVIEW, [row()])
    assert not writing(store.add_review, replace(REVIEW, id="rv_2"), [row(id="rr_2", review_id="rv_2")])
    assert reading(store.rows, "rv_2") == []
    assert reading(store.has_slot, "customers", NOW)
    assert not reading(store.has_slot, "customers", NOW + 1)


def test_a_row_is_kept_only_from_the_version_that_was_seen(reading: Any, writing: Any) -> None:
    writing(store.add_review, REVIEW, [row()])
    decided = row(version=2, verdict=Verdict.REMOVE, effect=Effect.REMOVED, decided_by="farid", decided_at=NOW)
    assert writing(store.keep_row, decided, 1)
    assert not writing(store.keep_row, replace(decided, verdict=Verdict.KEEP), 1)
    assert reading(store.rows, "rv_1") == [decided]
    assert reading(store.decided_about, "rv_1", "oscar", "farid")
    assert not reading(store.decided_about, "rv_1", "oscar", "greta")
    assert reading(store.removed_from, "rv_1", "oscar") == {"sales"}


def test_how_far_it_is(reading: Any, writing: Any) -> None:
    rows = [
        row(id="a"),
        row(id="b", verdict=Verdict.ASK),
        row(id="c", verdict=Verdict.KEEP),
        row(id="d", effect=Effect.GONE),
        row(id="e", verdict=Verdict.REMOVE, effect=Effect.REMOVED),
    ]
    writing(store.add_review, REVIEW, rows)
    assert reading(store.progress) == {"rv_1": Progress(5, 3, 1)}
    assert [one.id for one in reading(store.gone_with, "rv_1", "oscar", "sales")] == ["d"]
    assert reading(store.gone_with, "rv_1", "oscar", "staff") == []


def test_it_is_marked_and_closed_once_and_forgotten(reading: Any, writing: Any) -> None:
    writing(store.add_review, REVIEW, [row()])
    assert [writing(store.mark, "rv_1", "reminded_at", NOW) for _ in range(2)] == [True, False]
    assert [one.id for one in reading(store.open_reviews)] == ["rv_1"]
    assert [writing(store.close, "rv_1", NOW + DAY, "ada") for _ in range(2)] == [True, False]
    assert reading(store.open_reviews) == []
    writing(store.forget, NOW + DAY)
    assert reading(store.rows, "rv_1") != []
    writing(store.forget, NOW + 2 * DAY)
    assert (reading(store.rows, "rv_1"), reading(store.reviews)) == ([], [])
