"""Without a database nothing is kept; with one, what is known by the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.roadmap.counted.sheet import Sheet
from limen.roadmap.counted.shelf import Shelf
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def test_without_a_database_nothing_is_kept() -> None:
    shelf = Shelf(may_keep=True)
    shelf.put("d1", "a", Sheet())
    shelf.forget_all_but(())
    assert (shelf.get("d1", "a"), shelf.erased) == (None, frozenset())


def test_it_gives_what_is_known_by_the_same_and_forgets_the_rest(database: Database) -> None:
    for span in ("d1", "d2"):
        Shelf(database, may_keep=True).put(span, "a", Sheet())
    reading = Shelf(database)
    reading.put("d3", "a", Sheet())
    reading.forget_all_but(())
    assert [reading.get("d1", name) for name in ("a", "b", "")] == [Sheet(), None, None]
    Shelf(database, may_keep=True).forget_all_but({"d2"})
    again = Shelf(database)
    assert [again.get(span, "a") for span in ("d1", "d2", "d3")] == [None, Sheet(), None]
