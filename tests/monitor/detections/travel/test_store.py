from __future__ import annotations

from pathlib import Path

from limen.monitor.detections.travel import store
from limen.monitor.detections.travel.expected import ExpectedTravel
from limen.storage import Database


def travel(number: int, until: int, person: str = "p_eve") -> ExpectedTravel:
    return ExpectedTravel(f"t_{number}", person, "PT", 10 - number, until, "Lisbon", "p_ada", 5)


def test_journeys_are_kept_found_and_dropped(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    for one in (travel(1, 100), travel(2, 200), travel(3, 300, "p_tom")):
        database.write(lambda t, one=one: store.add(t.connection, one))
    read = database.read
    assert read(lambda s: store.by_id(s.connection, "t_1")) == travel(1, 100)
    assert read(lambda s: store.by_id(s.connection, "t_9")) is None
    assert [one.id for one in read(lambda s: store.every(s.connection, 100))] == ["t_3", "t_2"]
    assert [one.id for one in read(lambda s: store.of_person(s.connection, "p_eve"))] == ["t_2", "t_1"]
    database.write(lambda t: store.remove(t.connection, "t_3"))
    assert database.write(lambda t: store.forget(t.connection, 150)) == 1
    assert [one.id for one in read(lambda s: store.every(s.connection, 0))] == ["t_2"]
    database.close()
