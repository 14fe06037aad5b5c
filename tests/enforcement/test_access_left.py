"""An end at an entry point is proved when whoever enforces it there has said so, and not before."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.enforcement.house import House
from tests.enforcement.radius.networks import VPN, confirmed, harbor, ida
from tests.enforcement.ssh.test_followers import followers
from tests.enforcement.ssh.test_store import HOST, ISSUED, NOW
from tests.enforcement.test_streams import opened, until
from tests.web import conftest as web

from limen.enforcement.access_left import network_sessions, open_streams, ssh_sessions
from limen.enforcement.radius import sessions
from limen.enforcement.radius.disconnect import Disconnects, NotDisconnectedError
from limen.enforcement.ssh.followers import Heard
from limen.pillar import AccessSurfaces, Standing

__all__ = ["harbor"]


async def test_open_streams_are_counted_until_they_are_cut() -> None:
    house = House()
    _, cut = opened(house)
    opened(house, "bo")
    ask = open_streams(lambda: (house.streams,)).ask
    began = house.doors.clock.now()
    assert await ask("ana", began) == Standing(open=1)
    house.revoke("ana")
    await until(lambda: cut)
    assert await ask("ana", began) == Standing(ended=1)
    assert await ask("ana", began + 10**6) == Standing()
    assert await ask("bo", began) == Standing(open=1)
    house.streams.close()


async def test_a_host_has_confirmed_when_it_has_the_revocation_and_nothing_is_open() -> None:
    told = followers(HOST.name)
    live = [ISSUED]
    ask = ssh_sessions(cast("Any", SimpleNamespace(live=lambda: live, followers=told))).ask
    assert await ask("p_ida", NOW) == Standing(open=1)
    live.clear()
    before = told.number
    told.hear(HOST.id, Heard(NOW, before, frozenset({ISSUED.serial})))
    told.end(ISSUED)
    assert await ask("p_ida", NOW) == Standing(away=(HOST.name,), ended=1)
    told.hear(HOST.id, Heard(NOW + 1, before))  # it speaks, and has not got the new state
    assert (await ask("p_ida", NOW)).away == (HOST.name,)
    told.hear(HOST.id, Heard(NOW + 2, told.number, frozenset({ISSUED.serial})))  # it has it, and something is open
    assert (await ask("p_ida", NOW)).away == (HOST.name,)
    told.hear(HOST.id, Heard(NOW + 3, told.number))
    assert await ask("p_ida", NOW) == Standing(ended=1)
    assert await ask("p_ada", NOW) == Standing()


async def test_a_host_that_never_enrolled_confirms_nothing() -> None:
    told = followers(HOST.name, "db2.harbor.example")
    told.end(ISSUED)
    told.hear(HOST.id, Heard(NOW + 3, told.number))
    assert told.not_confirmed_by(ISSUED) == ["db2.harbor.example"]
    told.forget(ISSUED.until)  # it is over by itself, there too
    assert told.ended_of("p_ida") == []


async def test_a_nas_has_confirmed_when_it_has_answered(harbor: web.House, monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[str] = []

    async def end(_self: Disconnects, one: Any) -> None:
        if not answers:
            raise NotDisconnectedError("silent")
        answers.append(one.id)

    monkeypatch.setattr(Disconnects, "end", end)
    monkeypatch.setattr(sessions, "AGAIN_SECONDS", (0.05,))
    limen = harbor.limen
    ask = next(one.ask for one in limen.core.offers.take(AccessSurfaces).all if one.name == "network_sessions")
    await confirmed(harbor)
    who = ida(harbor)
    assert await ask(who, 0) == Standing(open=1)
    await limen.identity.people.deactivate(who, by="")
    (report,) = await limen.identity.departures.all()
    assert [(one.name, one.said) for one in report.outstanding] == [("network_sessions", VPN.nas)]
    answers.append("back")
    async with asyncio.timeout(10):
        while await ask(who, 0) != Standing():  # noqa: ASYNC110 -- the NAS's answer is no event of ours
            await asyncio.sleep(0.02)
    assert (await limen.identity.departures.ask(report.departure.id)).outstanding == []
    assert network_sessions(cast("Any", None)).name == "network_sessions"
