"""What the server knows of places and people goes into the facts, and to the process that watches."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from tests.mmdb import LISBON, TUESDAY, VIENNA, write_mmdb

from limen.clock import HOUR, SetClock
from limen.facts import Auth, Device, FactStore, Person, Session
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.detections.travel.expected import ExpectedTravel
from limen.monitor.knowing import Knowing
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.places import Places
from limen.monitor.places.rules import PlaceRules
from limen.monitor.surroundings import PEOPLE, PeopleGiven
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven
from limen.pillar import CompanyPeople, DeviceNames


class Scene:
    """A server's facts, and what was told to a process."""

    def __init__(self, root: Path) -> None:
        self.known, self.clock = FactStore(), SetClock(TUESDAY)
        settings = SimpleNamespace(zone=ZoneInfo("Europe/Vienna"), domain="harbor.example")
        self.devices: dict[str, tuple[str, ...]] = {}
        self.last_days: dict[str, date] = {}
        found: dict[type, object] = {
            DeviceNames: DeviceNames(lambda: self.devices),
            CompanyPeople: SimpleNamespace(last_days=lambda _snapshot: self.last_days),
        }
        offers, database = SimpleNamespace(find=found.get), SimpleNamespace(reading=self._read)
        core: Any = SimpleNamespace(
            known=self.known, clock=self.clock, settings=settings, offers=offers, database=database
        )
        self.told: dict[str, bytes] = {}
        self.travels = Travels(core)
        self.knowing = Knowing(core, Places(root, root), self.travels, self._give)

    async def _read(self, work: Callable[[object], object]) -> object:
        return work(None)

    async def _give(self, kind: str, value: bytes) -> None:
        self.told[kind] = value

    @property
    def places(self) -> PlacesGiven:
        return msgspec.msgpack.decode(self.told[PLACES], type=PlacesGiven)

    @property
    def people(self) -> PeopleGiven:
        return msgspec.msgpack.decode(self.told[PEOPLE], type=PeopleGiven)


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    write_mmdb(tmp_path / "city.mmdb", {"203.0.113.0/24": VIENNA})
    found = Scene(tmp_path)
    found.known.set_rules(MonitorRules, MonitorRules(places=PlaceRules(("city.mmdb", "missing.mmdb"))))
    return found


async def test_facts_and_the_process_learn_places_by_one_look(scene: Scene, tmp_path: Path) -> None:
    scene.known.set_company([], [], (("shop", ip_network("203.0.113.0/28")),))
    assert not scene.known.place("203.0.113.7").known
    await scene.knowing.look_again()
    assert scene.known.place("203.0.113.7").country == "AT"
    given = scene.places
    assert (given.rules.databases, given.root, given.networks) == (
        ("city.mmdb", "missing.mmdb"),
        str(tmp_path),
        (("shop", "203.0.113.0/28"),),
    )


async def test_the_process_learns_who_leaves(scene: Scene) -> None:
    scene.last_days = {"p_eve": date(2026, 12, 18)}
    await scene.knowing.look_again()
    assert scene.people.usual.last_days == {"p_eve": "2026-12-18"}


async def test_nothing_is_forgotten_or_told_while_nothing_changes(scene: Scene, tmp_path: Path) -> None:
    await scene.knowing.look_again()
    changes: list[object] = []
    scene.known.watch(changes.append)
    told = dict(scene.told)
    scene.clock.forward(HOUR)
    await scene.knowing.look_again()
    assert (changes, scene.told) == ([], told)
    write_mmdb(tmp_path / "new.mmdb", {"203.0.113.0/24": LISBON})
    (tmp_path / "new.mmdb").replace(tmp_path / "city.mmdb")
    await scene.knowing.look_again()
    assert len(changes) == 1
    assert scene.places.at == TUESDAY + HOUR
    assert scene.known.place("203.0.113.7").country == "PT"


async def test_the_process_learns_who_works_with_whom_and_which_devices_are_healthy(scene: Scene) -> None:
    known = scene.known
    known.people.put(Person("p_eve", groups=frozenset({"staff", "sales"}), active=True))
    known.people.put(Person("p_ada", active=True))
    for name, said in {
        "d_1": {"managed": True, "compliance": "compliant"},
        "d_2": {"managed": False, "compliance": "compliant"},
        "d_3": {"managed": True, "compliance": "unknown"},
        "d_4": {"managed": True, "compliance": "compliant", "seen_at": TUESDAY - HOUR, "fresh_ms": 1},
    }.items():
        known.devices.put(Device(name, known=True, **said))  # type: ignore[arg-type]
    for name, said in {
        "s_1": {"device_id": "d_1", "binding": 2, "bound_until": TUESDAY + HOUR},
        "s_2": {"device_id": "d_1", "binding": 2, "bound_until": TUESDAY - 1},
        "s_3": {"device_id": "d_1"},
        "s_4": {"device_id": "d_2", "binding": 2, "bound_until": TUESDAY + HOUR},
        "s_5": {"parent": "s_1", "app": "wiki"},
    }.items():
        session = Session(name, "p_eve", Auth(), TUESDAY, TUESDAY + HOUR, HOUR, **said)  # type: ignore[arg-type]
        known.sessions.put(name.encode(), session)
    scene.travels.all = (ExpectedTravel("t_1", "p_eve", "PT", 0, 1),)
    await scene.knowing.look_again()
    people = scene.people
    assert people.usual.groups == {"p_eve": ["sales", "staff"], "p_ada": []}
    assert (people.usual.zone, people.travel.healthy) == ("Europe/Vienna", frozenset({"d_1"}))
    assert people.travel.travels == scene.travels.all
    assert people.travel.sessions == {"s_1": "d_1", "s_5": "d_1"}


async def test_files_are_figures(scene: Scene) -> None:
    await scene.knowing.look_again()
    assert {one.labels["state"]: one.value for one in scene.knowing.figures()} == {"used": 1, "old": 0, "unreadable": 1}


async def test_names_are_told_by_which_others_speak_of_people_and_devices(scene: Scene) -> None:
    for one in (Person("p_ada", "Ada", "Ada@harbor.example"), Person("p_bo", email="bo@out.example")):
        scene.known.people.put(one)
    scene.devices = {"d_wren": ("Wren", "ser-1")}
    await scene.knowing.look_again()
    names = msgspec.msgpack.decode(scene.told[NAMES], type=Identities)
    assert [names.person(one) for one in ("ada@HARBOR.example", "HARBOR\\ada", "ada", "bo@out.example", "bo")] == [
        "p_ada",
        "p_ada",
        "p_ada",
        "p_bo",
        "",
    ]
    assert (names.device("WREN.harbor.example"), names.device("ser-1"), names.device("x")) == ("d_wren", "d_wren", "")
