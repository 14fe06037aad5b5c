from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.data.inventory.inventories import NOW

from limen.data.inventory import kept_items, kept_stores
from limen.data.inventory.kept_items import Looked, Sought
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import Evidence, Item, LookedInto
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def begin(database: Database, place: str = "/srv", mark: str = "r1", *, anew: bool = False) -> StoreState:
    return database.write(lambda t: kept_stores.begin_walk(t.connection, "share", place, mark, NOW, anew=anew))


def test_a_walk_that_is_under_way_goes_on(database: Database) -> None:
    first = begin(database)
    assert (first.walk, first.is_whole, first.cursor) == (1, True, "")
    database.write(lambda t: kept_stores.go_on(t.connection, first, "c1", 5, 20, 1))
    again = begin(database)
    assert (again.walk, again.cursor, again.seen, again.whole, again.missed) == (1, "c1", 5, 20, 1)
    database.write(lambda t: kept_stores.end_walk(t.connection, again, NOW))
    changes = begin(database)
    assert (changes.walk, changes.is_whole, changes.cursor, changes.seen) == (2, False, "c1", 0)


@pytest.mark.parametrize("how", [{"place": "/mnt"}, {"mark": "r2"}, {"anew": True}])
def test_another_place_other_rules_and_anew_begin_from_the_beginning(
    database: Database, how: dict[str, object]
) -> None:
    first = begin(database)
    database.write(lambda t: kept_stores.go_on(t.connection, first, "c1", 5, 0, 0))
    second = begin(database, **how)  # type: ignore[arg-type]
    assert (second.walk, second.is_whole, second.cursor) == (2, True, "")
    assert (second.rules_at, second.rules_mark) == (NOW, how.get("mark", "r1"))


def test_the_end_of_a_whole_walk_drops_what_it_did_not_come_by(database: Database) -> None:
    first = begin(database)
    some = [Looked(Item(key, f"{key}.txt", 1, 1, "e"), looked=LookedInto()) for key in "ab"]
    database.write(lambda t: kept_items.keep(t.connection, "share", first.walk, some, NOW))
    assert database.write(lambda t: kept_stores.end_walk(t.connection, first, NOW)) == 0
    second = begin(database, anew=True)
    database.write(lambda t: kept_items.keep(t.connection, "share", second.walk, some[:1], NOW))
    assert database.write(lambda t: kept_stores.end_walk(t.connection, second, NOW)) == 1
    assert database.read(lambda s: kept_items.number(s.connection, Sought())) == 1


def test_evidence_and_forgetting(database: Database) -> None:
    begin(database)
    told = Evidence(is_encrypted=True, encrypted_by="dm-crypt")
    database.write(lambda t: kept_stores.keep_evidence(t.connection, "share", told))
    assert database.read(lambda s: kept_stores.states(s.connection))["share"].evidence == told
    database.write(lambda t: kept_stores.forget(t.connection, "share"))
    assert database.read(lambda s: kept_stores.states(s.connection)) == {}
    assert database.read(lambda s: kept_stores.state_of_store(s.connection, "share")).walk == 0
