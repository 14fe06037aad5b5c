from __future__ import annotations

from limen.network.doors.model import Opening
from limen.network.doors.store import KeptDoor, all_doors, door, drop, put
from limen.storage.database import Database

ONE = Opening("no_1", "p_1", "s_1", "erp", "192.0.2.1", "d_1", 1, 9, "dv_1", ("10.99.0.2", "fd00:99::2"))
OTHER = Opening("no_2", "p_1", "s_1", "erp", "192.0.2.1", "d_2", 0, 9)


def test_a_door_comes_back_as_it_was_and_is_dropped_once(where: str) -> None:
    database = Database.open(where)
    for one, tied_until in ((ONE, 7), (OTHER, 0)):
        database.write(lambda t, one=one, tied=tied_until: put(t.connection, one, tied))  # type: ignore[misc]
    assert database.read(lambda s: all_doors(s.connection)) == [KeptDoor(OTHER, 0), KeptDoor(ONE, 7)]
    assert database.read(lambda s: door(s.connection, "no_1")) == KeptDoor(ONE, 7)
    assert [database.write(lambda t: drop(t.connection, "no_1")) for _ in range(2)] == [True, False]
    assert database.read(lambda s: door(s.connection, "no_1")) is None
