from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.monitor.places import familiar_store as store
from limen.monitor.places.familiar_store import FamiliarPlace
from limen.storage import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(tmp_path / "limen.db")
    yield opened
    opened.close()


def place(owner: int, at: int, person: str = "p_eve", city: str = "Vienna") -> FamiliarPlace:
    return FamiliarPlace(person, "AT", owner, "", "A1", city, at, at)


def test_a_place_that_is_seen_again_keeps_when_it_was_seen_first(database: Database) -> None:
    for one in (place(1, 10), place(1, 20, city="Graz"), place(2, 15)):
        database.write(lambda t, one=one: store.keep(t.connection, [one], 10))
    found = database.read(lambda s: store.of_person(s.connection, "p_eve"))
    assert [(one.owner, one.first_at, one.last_at, one.city) for one in found] == [
        (1, 10, 20, "Graz"),
        (2, 15, 15, "Vienna"),
    ]


def test_the_latest_of_each_person_are_kept(database: Database) -> None:
    many = [place(number, number) for number in range(1, 30)]
    database.write(lambda t: store.keep(t.connection, [*many, place(1, 1, "p_ada")], 5))
    assert [one.owner for one in database.read(lambda s: store.of_person(s.connection, "p_eve"))] == [
        29,
        28,
        27,
        26,
        25,
    ]
    assert len(database.read(lambda s: store.of_person(s.connection, "p_ada"))) == 1


def test_places_of_long_ago_are_forgotten(database: Database) -> None:
    database.write(lambda t: store.keep(t.connection, [place(1, 10), place(2, 20)], 5))
    assert database.write(lambda t: store.forget(t.connection, 15)) == 1
    assert [one.owner for one in database.read(lambda s: store.of_person(s.connection, "p_eve"))] == [2]
