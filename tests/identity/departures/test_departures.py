"""A departure begins when access ends, asks every surface, and is closed when each has said so, or by somebody."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.identity.conftest import House

from limen.clock import DAY, HOUR
from limen.identity.departures import departures as module, store
from limen.identity.departures.departures import Departures, Report
from limen.identity.departures.in_memory import facts_in_memory
from limen.identity.departures.model import Closed, State, Surface, Why
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.membership import Membership
from limen.identity.model import Visitor
from limen.pillar import AccessSurface, AccessSurfaces, Standing


class Hosts:
    """A surface of which a test says what it says."""

    def __init__(self) -> None:
        self.says = Standing(away=("db1",))
        self.fails = False
        self.waits = 0.0

    async def ask(self, _person_id: str, _since: int) -> Standing:
        await asyncio.sleep(self.waits)
        if self.fails:
            raise OSError("the network is down")
        return self.says


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


@pytest.fixture
def asking(house: House, hosts: Hosts) -> Departures:
    surfaces = AccessSurfaces((AccessSurface("hosts", "Hosts", hosts.ask), facts_in_memory(house.ports)))
    return Departures(replace(house.ports, surfaces=lambda: surfaces))


async def gone(house: House, visitor: Visitor, asking: Departures) -> Report:
    """Ben, who was there and was let go."""
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    await house.ports.write(
        lambda tx: Membership(tx, house.clock.now(), "p_ada", source="hr").deactivate(ben.person.id)
    )
    (report,) = await asking.all()
    return report


def states(report: Report) -> dict[str, State]:
    return {one.name: one.state for one in report.surfaces}


async def test_it_is_open_until_every_surface_says_so(
    house: House, visitor: Visitor, asking: Departures, hosts: Hosts
) -> None:
    began = await gone(house, visitor, asking)
    assert (began.departure.why, began.departure.by, began.departure.source) == (Why.DEACTIVATED, "p_ada", "hr")
    assert {one.name: one.ended for one in began.surfaces}["sessions"] == 1
    report = await asking.ask(began.departure.id)
    assert [one.name for one in report.outstanding] == ["hosts"]
    assert states(report) | {"hosts": State.AWAY} == states(report)
    assert states(report)["passkeys"] is State.KEPT
    hosts.says = Standing(ended=1)
    report = await asking.ask(began.departure.id)
    assert (report.outstanding, report.departure.closed) == ([], Closed.PROVED)
    assert [one.kind for one in house.events() if one.kind.startswith("departure.")] == [
        "departure.began",
        "departure.proved",
    ]
    assert (await asking.ask(began.departure.id)).departure == report.departure


async def test_a_surface_that_fails_or_hangs_is_not_reachable_and_holds_up_no_other(
    house: House, visitor: Visitor, asking: Departures, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = await gone(house, visitor, asking)
    hosts.fails = True
    assert states(await asking.ask(began.departure.id))["hosts"] is State.AWAY
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.05)
    hosts.fails, hosts.waits = False, 60.0
    report = await asking.ask(began.departure.id)
    assert (states(report)["hosts"], states(report)["in_memory"]) == (State.AWAY, State.PROVED)
    assert report.departure.is_open


async def test_after_an_hour_it_is_an_alert_once(
    house: House, visitor: Visitor, asking: Departures, hosts: Hosts
) -> None:
    await gone(house, visitor, asking)
    assert await asking.ask_due() == 1
    assert await asking.ask_due() == 0
    for _ in range(3):
        house.clock.forward(HOUR)
        assert await asking.ask_due() == 1
    (said,) = house.events("departure.outstanding")
    assert said.details["surfaces"] == "hosts"
    hosts.says = Standing()
    house.clock.forward(HOUR)
    await asking.ask_due()
    assert len(house.events("departure.proved")) == 1


async def test_somebody_accepts_what_is_left_with_a_reason(house: House, visitor: Visitor, asking: Departures) -> None:
    began = await gone(house, visitor, asking)
    await asking.ask(began.departure.id)
    for why, by in (("  ", "p_ada"), ("it is gone", began.departure.person)):
        with pytest.raises(UnfitError):
            await asking.accept(began.departure.id, why, by=by)
    why = "the host is in the sea"
    await asking.accept(began.departure.id, why, by="p_ada")
    report = await asking.one(began.departure.id)
    assert (report.departure.closed, report.departure.closed_by) == (Closed.ACCEPTED, "p_ada")
    (said,) = house.events("departure.accepted")
    assert (said.actor, said.details["surfaces"], said.details["why"]) == ("p_ada", "hosts", why)
    with pytest.raises(UnfitError):
        await asking.accept(began.departure.id, "again", by="p_ada")
    with pytest.raises(UnknownError):
        await asking.accept("dp_none", "why", by="p_ada")


async def test_whoever_comes_back_has_nothing_left_to_prove(house: House, visitor: Visitor, asking: Departures) -> None:
    began = await gone(house, visitor, asking)
    await house.parts.people.reactivate(began.departure.person, by="p_ada")
    assert (await asking.one(began.departure.id)).departure.closed == Closed.RETURNED


async def test_a_last_day_begins_one_and_an_alert_does_not(house: House, visitor: Visitor, asking: Departures) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    await house.ports.write(lambda tx: Membership(tx, house.clock.now(), "").suspend(ben.person.id, "test"))
    assert await asking.all() == []
    await house.ports.write(lambda tx: Membership(tx, house.clock.now(), "").resume(ben.person.id, "test"))
    await house.parts.people.set_last_day(ben.person.id, "2026-11-24", by="p_ada")
    house.clock.forward(DAY)
    await house.parts.leaving.end()
    (report,) = await asking.all()
    assert report.departure.why is Why.LAST_DAY
    asked = await asking.ask(report.departure.id)
    assert [one.name for one in asked.outstanding] == ["hosts"]


async def test_deactivating_asks_at_once(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(), house.passkey(), visitor)
    await house.parts.people.deactivate(ben.person.id, by="p_ada")
    (report,) = await house.parts.departures.all()
    assert report.departure.closed == Closed.PROVED


async def test_groups_that_are_left_are_a_report_in_small(house: House, visitor: Visitor) -> None:
    await house.administrator(house.passkey(), visitor)
    ben = await house.enrol(await house.invited(groups=["staff"]), house.passkey(), visitor)
    people = house.parts.people
    await people.set_groups(ben.person.id, ["staff", "finance"], by="p_ada")  # nothing is narrowed
    assert await house.parts.departures.all() == []
    await people.set_groups(ben.person.id, ["finance", "sales"], by="p_ada")
    (report,) = await house.parts.departures.all()
    assert (report.departure.why, report.departure.is_open) == (Why.MOVED, False)
    assert (report.departure.groups_left, report.departure.groups_joined) == ({"staff"}, {"sales"})
    assert {one.name for one in report.surfaces} >= {"links"}


async def test_old_reports_are_forgotten(house: House, visitor: Visitor, asking: Departures) -> None:
    began = await gone(house, visitor, asking)
    house.clock.forward(module.KEPT + DAY)
    await asking.forget()
    assert len(await asking.all()) == 1  # it is still open
    await asking.accept(began.departure.id, "nobody knows any more", by="p_ada")
    house.clock.forward(module.KEPT + DAY)
    await asking.forget()
    assert await house.ports.read(lambda s: store.all_of(s.connection)) == []


async def test_it_is_open_until_every_worker_was_asked(
    house: House, visitor: Visitor, hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    hosts.says = Standing()
    surfaces = AccessSurfaces((AccessSurface("hosts", "Hosts", hosts.ask),))
    two = [Departures(replace(house.ports, surfaces=lambda: surfaces)) for _ in range(2)]
    there = {"one", "two"}
    for name, one in zip(("one", "two"), two, strict=True):
        monkeypatch.setattr(one, "_workers", lambda: frozenset(there))
        monkeypatch.setattr(type(one), "_me", property(lambda self: self._name))
        one._name = name  # type: ignore[attr-defined]
    began = await gone(house, visitor, two[0])
    assert (await two[0].ask(began.departure.id)).departure.is_open
    assert (await two[1].ask(began.departure.id)).departure.closed == Closed.PROVED


async def test_a_worker_that_ended_is_waited_for_no_more(
    house: House, visitor: Visitor, asking: Departures, hosts: Hosts
) -> None:
    began = await gone(house, visitor, asking)
    dead = Surface(departure=began.departure.id, name="hosts", worker="dead", state=State.OUTSTANDING, remaining=3)
    await house.ports.write(lambda tx: store.put(tx.connection, [dead]))
    hosts.says = Standing()
    assert (await asking.ask(began.departure.id)).departure.closed == Closed.PROVED
