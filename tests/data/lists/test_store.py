"""What is kept of tables and documents."""

from __future__ import annotations

from dataclasses import replace

from limen.data.lists import store
from limen.data.lists.store import KeptList
from limen.storage import Database

KEPT = KeptList("customers", "exact", 3, b"body", b"key", 7)


def test_a_list_replaces_the_one_of_its_name(database: Database) -> None:
    database.write(lambda t: store.put(t.connection, KEPT))
    other = replace(KEPT, entries=4)
    database.write(lambda t: store.put(t.connection, other))
    database.write(lambda t: store.put(t.connection, replace(KEPT, name="a")))
    assert database.read(lambda s: store.every(s.connection)) == [replace(KEPT, name="a"), other]
    assert database.read(lambda s: store.get(s.connection, "customers")) == other
    assert database.write(lambda t: store.remove(t.connection, "customers"))
    assert not database.write(lambda t: store.remove(t.connection, "customers"))
    assert database.read(lambda s: store.get(s.connection, "customers")) is None
