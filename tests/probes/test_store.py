"""Runs as they are kept."""

from __future__ import annotations

from dataclasses import replace

from tests.web.conftest import House

from limen.probes import store
from limen.probes.model import MOST_TRIES, Outcome, Run, Try

TRIES = (Try("a", held=True, took=3), Try("b", held=None, why="away"))
OVER = Run("pb_1", "leaver", 10, "p_ada", 11, 12, Outcome.COULD_NOT_RUN, 3, "b: away", TRIES)


def test_a_run_comes_back_as_it_was_kept(house: House) -> None:
    database = house.limen.database
    database.write(lambda t: store.add(t.connection, Run(OVER.id, "leaver", 10, "p_ada")))
    assert [one.id for one in database.read(lambda s: store.open_runs(s.connection))] == ["pb_1"]
    database.write(lambda t: store.keep(t.connection, OVER))
    assert database.read(lambda s: store.by_id(s.connection, "pb_1")) == OVER
    assert database.read(lambda s: store.by_id(s.connection, "pb_2")) is None
    assert database.read(lambda s: store.open_runs(s.connection)) == []
    assert database.read(lambda s: store.newest(s.connection)) == {"leaver": OVER}


def test_one_that_has_begun_is_withdrawn_no_more(house: House) -> None:
    database = house.limen.database
    for name, started in (("pb_1", 0), ("pb_2", 5)):
        one = Run(name, "edr", 4, started_at=started)
        database.write(lambda t, one=one: store.add(t.connection, one))
    gone = [database.write(lambda t, name=name: store.remove_waiting(t.connection, name)) for name in ("pb_1", "pb_2")]
    assert gone == [True, False]


def test_the_newest_stays_and_rows_are_bounded(house: House) -> None:
    database = house.limen.database
    many = replace(OVER, id="pb_9", asked_at=90, tries=TRIES[:1] * (MOST_TRIES + 5))
    for one in (OVER, replace(OVER, id="pb_2", asked_at=20), many):
        database.write(lambda t, one=one: store.add(t.connection, one))
    assert database.write(lambda t: store.forget(t.connection, 1_000)) == 2
    (left,) = database.read(lambda s: store.of_probe(s.connection, "leaver"))
    assert (left.id, len(left.tries)) == ("pb_9", MOST_TRIES)
