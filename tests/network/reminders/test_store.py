"""What owners were reminded of is kept once."""

from __future__ import annotations

from typing import Any

from limen.network.reminders import store
from limen.storage import Database


def test_it_is_kept_by_flow_and_day_and_forgotten(where: Any) -> None:
    database = Database.open(where)
    database.write(lambda t: store.keep(t.connection, "web", "2027-05-01", 1))
    database.write(lambda t: store.keep(t.connection, "web", "2027-11-01", 5))
    assert database.read(lambda s: store.reminded(s.connection)) == {("web", "2027-05-01"), ("web", "2027-11-01")}
    database.write(lambda t: store.forget(t.connection, 5))
    assert database.read(lambda s: store.reminded(s.connection)) == {("web", "2027-11-01")}
    database.close()
