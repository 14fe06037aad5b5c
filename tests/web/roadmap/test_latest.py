"""The roadmap is measured at most every ten minutes, whoever looks, and nothing of a look is kept."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import date

import pytest
from tests.web.conftest import ports_of
from tests.web.roadmap.conftest import Rooms
from tests.web.roadmap.controls import control, people

from limen.clock import DAY
from limen.errors import LimenError
from limen.pillar import Offers
from limen.roadmap import store
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.exceptions import RoadmapException
from limen.roadmap.looking import RoadmapJob
from limen.web.build import declared
from limen.web.roadmap import latest as module
from limen.web.roadmap.latest import KEPT_MS, SHOWN_MS, SOONEST_AGAIN_MS, exceptions, latest, with_exceptions
from limen.web.site import Site


async def test_it_is_measured_once_for_all_who_look_at_once(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = Site(ports_of(rooms.house), declared()), rooms.house.clock.now()
    measure, calls = module._measure, []
    monkeypatch.setattr(module, "_measure", lambda job: calls.append(1) or measure(job))
    first, second = await asyncio.gather(*(latest(site).measured(now + 1_000) for _ in range(2)))
    assert first is second
    assert first is not None
    assert [one.control for one in first.roadmap.shown] == [*CONTROLS]
    assert {one.control.id for one in first.steps} <= {one.id for one in CONTROLS}
    later = first.roadmap.at
    assert await latest(site).measured(later + KEPT_MS - 1) is first
    assert await latest(site).measured_anew(later + SOONEST_AGAIN_MS - 1) is first
    assert len(calls) == 1
    assert await latest(site).measured_anew(later + SOONEST_AGAIN_MS) is not first
    assert len(calls) == 2
    kept = rooms.house.limen.database.read(lambda one: store.days_since(one.connection, date(2000, 1, 1)))
    assert (kept, rooms.house.events("roadmap.measured")) == ({}, [])


async def test_what_the_recurring_look_saw_is_taken_where_it_is_newer(rooms: Rooms) -> None:
    site = Site(ports_of(rooms.house), declared())
    made_up = rooms.show(control("I1", people("Mia")))
    now = rooms.house.clock.now()
    seen = await latest(site).measured(now)
    assert seen is not None
    assert seen.roadmap is made_up
    assert [one.control.id for one in seen.steps] == ["I1"]
    rooms.job.newest = replace(made_up, at=now + DAY)
    assert await latest(site).measured(now) is seen, "nothing is believed that comes from the future"


async def test_where_nothing_measures_there_is_nothing(rooms: Rooms) -> None:
    site = Site(replace(ports_of(rooms.house), offers=rooms.house.limen.core.offers), declared())
    alone = latest(site)
    alone._job = None
    assert await alone.measured(1) is None
    assert Offers().find(type(rooms.job)) is None


async def test_what_was_just_excepted_is_seen_without_measuring(rooms: Rooms) -> None:
    site, now = Site(ports_of(rooms.house), declared()), rooms.house.clock.now()
    (shown,) = rooms.show(control("I1", people("Mia", "Tom", met=1))).shown
    row = RoadmapException("rx_1", "I1", "p_Tom", "a reason", "something", now + DAY, "p_ada", now)
    whole = replace(row, id="rx_2", row_id="")
    rooms.house.limen.database.write(lambda t: [store.except_(t.connection, one) for one in (row, whole)])
    found = with_exceptions(shown, await exceptions(site), now)
    assert (dict(found.excepted), found.left_out) == ({"p_Tom": now + DAY}, whole)
    assert with_exceptions(shown, await exceptions(site), now + DAY).left_out is None


async def test_who_looks_gets_what_is_there_while_it_is_measured_anew(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = Site(ports_of(rooms.house), declared())
    first = await latest(site).measured(rooms.house.clock.now())
    assert first is not None
    measure, may_end = module._measure, threading.Event()

    def slowly(job: RoadmapJob) -> module.Seen:
        may_end.wait(30)
        return measure(job)

    monkeypatch.setattr(module, "_measure", slowly)
    rooms.house.clock.forward(KEPT_MS + 1)
    now = rooms.house.clock.now()
    assert await latest(site).measured(now) is first
    may_end.set()
    measuring = latest(site)._measuring
    assert measuring is not None
    await measuring
    second = await latest(site).measured(now)
    assert second is not None
    assert second.roadmap.at >= now


async def test_nobody_waits_for_minutes_or_sees_what_is_too_old(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    site, now = Site(ports_of(rooms.house), declared()), rooms.house.clock.now()
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 0.01)
    may_end, measure = threading.Event(), module._measure

    def slowly(job: RoadmapJob) -> module.Seen:
        may_end.wait(30)
        return measure(job)

    monkeypatch.setattr(module, "_measure", slowly)
    assert await latest(site).measured(now) is None
    may_end.set()
    first = await latest(site).measured_anew(now)
    assert first is not None
    monkeypatch.setattr(module, "LONGEST_WAIT_SECONDS", 30)
    rooms.house.clock.forward(SHOWN_MS + 1)
    later = await latest(site).measured(rooms.house.clock.now())
    assert later is not None
    assert later.roadmap.at > first.roadmap.at + SHOWN_MS


async def test_what_could_not_be_measured_is_tried_again(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    site, now, measure = Site(ports_of(rooms.house), declared()), rooms.house.clock.now(), module._measure

    def away(_job: RoadmapJob) -> module.Seen:
        raise LimenError("the database is away", "start it")

    monkeypatch.setattr(module, "_measure", away)
    with pytest.raises(LimenError):
        await latest(site).measured(now)
    monkeypatch.setattr(module, "_measure", measure)
    assert await latest(site).measured(now) is not None
