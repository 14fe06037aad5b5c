"""Values that are allowed, as rows."""

from __future__ import annotations

from dataclasses import replace

from limen.data.allowed import store
from limen.data.allowed.store import AllowedValue
from limen.storage import Database

ONE = AllowedValue("dv_1", "payment-card", "00" * 8, "", "order numbers", 10, "p_ada", 1)


def test_those_that_are_not_over_are_read_in_the_order_of_their_ends(database: Database) -> None:
    other = replace(ONE, id="dv_2", until=5, person_id="p_eve")
    for each in (ONE, other):
        database.write(lambda t, each=each: store.add(t.connection, each))
    assert database.read(lambda s: store.every(s.connection, 0)) == [other, ONE]
    assert database.read(lambda s: store.every(s.connection, 5)) == [ONE]
    assert database.read(lambda s: store.for_everybody(s.connection, 0)) == {("payment-card", bytes(8))}
    assert database.read(lambda s: store.for_everybody(s.connection, 10)) == set()
    assert database.write(lambda t: store.forget(t.connection, 6)) == 1
    assert database.write(lambda t: store.remove(t.connection, ["dv_1", "dv_9"])) == 1
    assert database.read(lambda s: store.every(s.connection, 0)) == []
