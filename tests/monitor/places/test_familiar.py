from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.mmdb import TUESDAY, VIENNA, owner, write_mmdb

from limen.clock import DAY, HOUR, SetClock
from limen.facts import Auth, FactStore, Person, Session
from limen.monitor.places.familiar import FORGET_AFTER, FamiliarPlaces
from limen.monitor.places.places import Places
from limen.monitor.places.rules import PlaceRules
from limen.storage import Database


def session(number: int, person: str, address: str, app: str = "") -> Session:
    return Session(f"s_{number}", person, Auth(), TUESDAY + number, TUESDAY + DAY, HOUR, app=app, address=address)


async def test_each_sign_in_is_noted_once_where_its_address_is_a_place(tmp_path: Path) -> None:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": {**VIENNA, **owner(8447, "A1")}})
    places = Places(tmp_path)
    places.look_again(PlaceRules(("city.mmdb",)), TUESDAY)
    known, clock = FactStore(), SetClock(TUESDAY)
    database = Database.open(tmp_path / "limen.db")
    core: Any = SimpleNamespace(known=known, clock=clock, database=database)
    known.people.put(Person("p_eve", active=True))
    shown = [
        session(1, "p_eve", "203.0.113.7"),
        session(2, "p_eve", "192.0.2.1"),  # nowhere
        session(3, "p_eve", "198.51.100.1", app="wiki"),  # no sign-in
        session(4, "p_gone", "203.0.113.7"),
    ]
    for one in shown:
        known.sessions.put(one.id.encode(), one)
    familiar = FamiliarPlaces(core, places)
    for _ in range(2):
        (found,) = await familiar.of_person("p_eve")
    assert (found.country, found.owner, found.first_at, found.last_at) == ("AT", 8447, TUESDAY + 1, TUESDAY + 1)
    known.sessions.put(b"5", session(5, "p_eve", "203.0.113.8"))
    (found,) = await familiar.of_person("p_eve")
    assert (found.first_at, found.last_at) == (TUESDAY + 1, TUESDAY + 5)
    assert await familiar.of_person("p_gone") == []
    clock.forward(FORGET_AFTER + DAY)
    await familiar.forget()
    assert await familiar.of_person("p_eve") == []
    database.close()
