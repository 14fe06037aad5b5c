"""What is kept of the roadmap, on both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import Connection
from tests.roadmap.stated import statement

from limen.roadmap import store
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.holding import Day, Standing
from limen.roadmap.model import Grade
from limen.storage import Database

T = TypeVar("T")
TODAY = date(2026, 12, 2)


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def write(database: Database, work: Callable[[Connection], T]) -> T:
    return database.write(lambda transaction: work(transaction.connection))


def test_a_day_is_kept_once_and_not_for_ever(database: Database) -> None:
    assert database.read(lambda s: store.first_day(s.connection)) is None
    first = Day("I2", TODAY, 1, 1, 3, 4, Grade.MEASURED, 0.75, is_met=False)
    last = Day("I2", TODAY, 1, 9, 4, 4, Grade.PROBED, 1.0, is_met=True)
    other = Day("D1", TODAY - timedelta(days=2), 1, 9, 0, 0, Grade.UNKNOWN, 0.0, is_met=False)
    for days in ([first, other], [last]):
        write(database, partial(store.keep_days, days=days))
    kept = database.read(lambda s: store.days_since(s.connection, TODAY - timedelta(days=2)))
    assert kept == {"I2": {TODAY: last}, "D1": {other.day: other}}
    assert database.read(lambda s: store.first_day(s.connection)) == other.day
    assert database.write(lambda t: store.forget_days(t.connection, TODAY)) == 1
    assert database.read(lambda s: store.days_since(s.connection, date.min)) == {"I2": {TODAY: last}}


def test_standings_and_closed_phases_are_kept_as_they_are_now(database: Database) -> None:
    for kept in ((Standing("I2", 5), Standing("D1", 0)), (Standing("I2", 5, 7, 2),)):
        write(database, partial(store.keep_standings, kept=kept))
    assert database.read(lambda s: store.standings(s.connection)) == {"I2": Standing("I2", 5, 7, 2)}
    for closed in ({1: 5, 2: 6}, {1: 5}):
        write(database, partial(store.keep_closed_phases, closed=closed))
    assert database.read(lambda s: store.closed_phases(s.connection)) == {1: 5}


def test_an_exception_is_ended_once(database: Database) -> None:
    one = RoadmapException("rx_1", "D3", "d_1", "a reason", "instead", 100, "p_ada", 1)
    database.write(lambda t: store.except_(t.connection, one))
    assert database.read(lambda s: store.exceptions(s.connection)) == [one]
    ended = [write(database, partial(store.end_exception, exception_id="rx_1", now=at)) for at in (50, 60)]
    assert ended == [True, False]
    assert database.read(lambda s: store.exceptions(s.connection))[0].ended_at == 50


def test_a_statement_is_over_once_and_for_good(database: Database) -> None:
    one = statement("cloud", at=1_000_000_000_000)
    write(database, partial(store.state, one=one))
    assert write(database, store.statements) == [one]
    at = one.said_at + 1
    assert write(database, partial(store.contradict, statement_id=one.id, now=at, what="w" * 300))
    assert not write(database, partial(store.contradict, statement_id=one.id, now=at, what="again"))
    assert not write(database, partial(store.end_statement, statement_id=one.id, now=at))
    (kept,) = write(database, store.statements)
    assert (kept.contradicted_at, len(kept.contradicted_by), kept.ended_at) == (at, 200, 0)
