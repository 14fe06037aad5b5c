"""From which devices things were opened, as the journal has it: decided by the policies, read from the disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.devices.seen import NOW

from limen.clock import DAY, HOUR, MINUTE, SetClock
from limen.company.company import Company
from limen.company.load import load_company
from limen.events import Event
from limen.facts import Device, Facts, Person, Place, Session
from limen.facts.nouns import Auth, Factor, Risk
from limen.policy.decision import Request
from limen.roadmap.counted.counting import standing_of
from limen.roadmap.counted.reading import counted
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.devices import reading_access
from limen.roadmap.devices.past_access import PastAccess, Standing
from limen.roadmap.devices.reading_access import past_access
from limen.storage.journal import Journal, Reader

FARID = Person("p_farid", groups=frozenset({"staff", "sales"}), active=True)
LAPTOP = Device("d_farid", True, "compliant", True, 1, "linux", NOW, fresh_ms=15 * MINUTE, bound_until=NOW + DAY)
STRANGE = Device()
KEYS = (b"journal key of past access......",)


@pytest.fixture(scope="module")
def company() -> Company:
    return load_company(Path(__file__).parents[3] / "examples" / "harbor")


class Door:
    """Decides by the company's policies, and keeps that in a journal."""

    def __init__(self, company: Company, folder: Path) -> None:
        self.company, self.folder, self.clock = company, folder, SetClock(NOW)
        self.journal = Journal.open(folder, KEYS, clock=self.clock)

    def ask(self, device: Device, action: str = "edit", at: int = NOW, who: Person = FARID) -> str:
        if at > self.clock.now():
            self.clock.forward(at - self.clock.now())
        auth = Auth(3, frozenset({Factor.PASSKEY}), at)
        facts = Facts(
            app=self.company.all_apps["crm"],
            person=who,
            auth=auth,
            session=Session("s1", who.id, auth, at - 1, at + DAY, DAY, app="crm"),
            device=device,
            place=Place("203.0.113.7", True, "DE", "office", False),
            risk=Risk(0, True, at),
        )
        decision = self.company.engine().decide(Request(action), facts, at)
        self.journal.decided("gateway", decision, "s1", "203.0.113.7", 1.0)
        return decision.effect.value

    def read(self, after: int = HOUR) -> PastAccess:
        self.journal.close()
        reader, now = Reader(self.folder), NOW + after
        return past_access(reader, counted(reader, now, Shelf()), self.company, now, lambda: None)


@pytest.fixture
def door(company: Company, tmp_path: Path) -> Door:
    return Door(company, tmp_path)


def test_what_was_permitted_is_counted_by_its_device(door: Door) -> None:
    stale = replace(LAPTOP, seen_at=NOW - HOUR)
    effects = [door.ask(one, "view") for one in (LAPTOP, LAPTOP, STRANGE, stale, replace(LAPTOP, binding=0))]
    assert set(effects) == {"permit"}
    found = door.read().accesses
    assert {one.standing: one.count for one in found} == {
        Standing.HEALTHY: 2,
        Standing.UNKNOWN: 1,
        Standing.STALE: 1,
        Standing.UNBOUND: 1,
    }
    assert {(one.actor, one.app, one.action, one.label) for one in found} == {("p_farid", "crm", "view", 2)}


def test_workloads_and_what_is_too_old_do_not_count(door: Door) -> None:
    door.ask(LAPTOP, "view")
    door.ask(STRANGE, "view", who=replace(FARID, is_workload=True))
    assert door.read(after=8 * DAY).accesses == ()


def test_who_was_refused_for_the_device_is_followed_until_they_get_in(door: Door) -> None:
    assert door.ask(STRANGE) == "deny"
    assert door.ask(STRANGE, at=NOW + MINUTE) == "deny"
    door.ask(STRANGE, at=NOW + MINUTE, who=replace(FARID, id="p_eve", groups=frozenset({"staff"})))
    assert door.ask(replace(LAPTOP, seen_at=NOW + 9 * MINUTE), at=NOW + 9 * MINUTE) == "permit"
    door.ask(LAPTOP, at=NOW + 10 * MINUTE)
    (one,) = door.read().refusals
    assert (one.actor, one.app, one.action, one.lasted_ms, one.was_helped) == (
        "p_farid",
        "crm",
        "edit",
        9 * MINUTE,
        False,
    )


def test_whoever_was_helped_did_not_do_it_alone(door: Door) -> None:
    door.ask(STRANGE)
    door.clock.forward(MINUTE)
    helped = Event(at=NOW + MINUTE, kind="device.released", actor="p_ada", subject="p_farid", device="d_farid")
    door.journal.record(helped)
    door.ask(LAPTOP, at=NOW + 2 * MINUTE)
    (one,) = door.read().refusals
    assert (one.until, one.was_helped) == (NOW + 2 * MINUTE, True)


def test_too_many_refusals_are_said(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_access, "MOST_ASKED", 0)
    door.ask(STRANGE)
    assert not door.read().is_whole


def test_work_can_be_ended(door: Door) -> None:
    def stop() -> None:
        raise TimeoutError

    door.ask(LAPTOP)
    door.journal.close()
    with pytest.raises(TimeoutError):
        counted(Reader(door.folder), NOW, Shelf(), stop)


@pytest.mark.parametrize(
    ("device", "standing"),
    [
        (LAPTOP, Standing.HEALTHY),
        (replace(LAPTOP, id=""), Standing.UNKNOWN),
        (replace(LAPTOP, bound_until=NOW), Standing.UNBOUND),
        (replace(LAPTOP, compliance="unknown"), Standing.UNHEALTHY),
        (replace(LAPTOP, due_at=NOW), Standing.STALE),
    ],
)
def test_the_worst_that_holds_is_named(device: Device, standing: Standing) -> None:
    assert standing_of(device, NOW) is standing
