"""The program for firewalls with the real nftables: a change on trial, back by itself, drift, and what is open for a
while, also with the program killed.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.devices.served import Served, served, until
from tests.network.firewalls.real_router import RealRouter, limen_reached, needs_a_router, real_router
from tests.network.firewalls.rules import rules

from limen.clock import SECOND
from limen.network.firewalls import service, store
from limen.network.firewalls.followers import Opened
from limen.network.firewalls.service import FirewallService, Needs
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE, RulesetChange

pytestmark = needs_a_router
NAME = "gw1"
SERVER = "10.20.0.10"


@dataclass
class World:
    """Limen on a real port, and a router that follows it. `answers(False)` takes Limen away."""

    limen: Served
    router: RealRouter
    answers: Callable[[bool], None]

    @property
    def firewalls(self) -> FirewallService:
        return self.limen.house.limen.core.offers.take(FirewallService)

    @property
    def now(self) -> int:
        return self.limen.house.clock.now()

    async def send(self, ruleset: str, needs: Needs = "confirmation") -> RulesetChange:
        database = self.limen.house.limen.core.database
        return await database.writing(lambda write: service.make_change(write, NAME, ruleset, needs, self.now, ""))

    async def decide(self, state: str) -> None:
        database = self.limen.house.limen.core.database
        await database.writing(lambda write: service.decide_change(write, NAME, state, self.now, ""))

    async def is_now(self, change: RulesetChange, *states: str, seconds: float = 20) -> RulesetChange:
        """Wait until a change has come to one of these."""
        database = self.limen.house.limen.core.database
        end = time.monotonic() + seconds
        while True:
            found = await database.reading(lambda snapshot: store.last_changes(snapshot.connection, NAME))
            (one,) = [each for each in found if each.id == change.id]
            if one.state in states:
                return one
            assert time.monotonic() < end, (one, self.router.said("follow"))
            await asyncio.sleep(0.05)

    async def confirmed(self, ruleset: str) -> RulesetChange:
        return await self.is_now(await self.send(ruleset, "reach"), CONFIRMED)

    async def reaches(self, port: int, vlan: int = 10) -> bool:
        return await asyncio.to_thread(self.router.reaches, vlan, SERVER, port)

    async def becomes(self, *, reachable: bool, port: int, seconds: float = 10) -> float:
        """How long it took until a port was reachable, or was not."""
        begun = time.monotonic()
        while await self.reaches(port) is not reachable:
            assert time.monotonic() < begun + seconds, self.router.run("nft", "list", "ruleset")
            await asyncio.sleep(0.02)
        return time.monotonic() - begun

    def opening(self, id_: str = "o1", port: int = 3389, lasts: int = 60 * SECOND) -> Opened:
        value = ("10.10.0.10", SERVER, "tcp", port)
        return Opened(id_, NAME, "openings4", value, self.now + lasts, "10.10.0.10", SERVER, 6, port)


@pytest.fixture
def router(tmp_path: Path) -> Iterator[RealRouter]:
    with real_router(tmp_path / "router") as one:
        yield one


@pytest.fixture
async def world(tmp_path: Path, router: RealRouter) -> AsyncIterator[World]:
    async with served(tmp_path / "harbor") as limen:
        port = int(limen.address.rpartition(":")[2])
        async with limen_reached(router, port) as answers:
            database = limen.house.limen.core.database
            now = limen.house.clock.now()
            token = await database.writing(lambda write: service.make_token(write, NAME, now, ""))
            await asyncio.to_thread(router.enrol, limen.address, token)
            await asyncio.to_thread(router.follow)
            one = World(limen, router, answers)
            await until(lambda: one.firewalls.followers.heard)
            with router.listening(20, 443), router.listening(20, 3389):
                yield one


async def test_a_change_is_in_force_on_trial_and_stays_when_it_is_confirmed(world: World) -> None:
    assert await world.reaches(443)
    assert await world.reaches(3389)
    change = await world.send(rules(443))
    await world.is_now(change, TRIAL)
    assert await world.reaches(443)
    assert not await world.reaches(3389)
    assert json.loads(world.router.kept("confirmed") or "{}") == {}
    await world.decide(CONFIRMED)
    await until(lambda: world.router.kept("confirmed") != "")
    assert json.loads(world.router.kept("confirmed")) == {"digest": change.digest}
    assert world.router.kept("trial") == ""
    assert await world.reaches(443)
    assert [event.details["firewall"] for event in world.limen.house.events("network.change_confirmed")] == [NAME]


async def test_a_change_that_is_undone_is_undone_at_once(world: World) -> None:
    await world.confirmed(rules(443))
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    assert not await world.reaches(443)
    await world.decide(UNDONE)
    await world.becomes(reachable=True, port=443)
    assert not await world.reaches(3389)


async def test_a_change_by_its_own_check_is_confirmed_when_limen_was_reached_with_it(world: World) -> None:
    change = await world.confirmed(rules(443))
    assert json.loads(world.router.kept("confirmed")) == {"digest": change.digest}
    assert not await world.reaches(3389)


async def test_drift_is_found_explained_and_put_back(world: World) -> None:
    await world.confirmed(rules(443))
    begun = time.monotonic()
    world.router.run("nft", "add", "rule", "inet", "limen", "input", "tcp", "dport", "2323", "accept")
    await until(lambda: world.limen.house.events("network.drift"))
    (event,) = world.limen.house.events("network.drift")
    assert (event.details["where"], event.details["was"], event.details["repaired"]) == ("chain input", "", True)
    assert "2323" in str(event.details["is"])
    assert time.monotonic() - begun < 10
    assert "2323" not in world.router.run("nft", "list", "ruleset")
    world.router.run("nft", "flush", "ruleset")
    await world.becomes(reachable=False, port=3389)
    await until(lambda: len(world.limen.house.events("network.drift")) == 2)
    assert world.limen.house.events("network.drift")[0].details["where"] == "table inet limen"


async def test_what_is_open_for_a_while_is_closed_early_with_its_connections(world: World) -> None:
    await world.confirmed(rules(443))
    assert not await world.reaches(3389)
    world.firewalls.followers.open(world.opening())
    await world.becomes(reachable=True, port=3389)
    live = await asyncio.to_thread(world.router.connect, 10, SERVER, 3389)
    assert _answers(live)
    world.firewalls.followers.close("o1")
    assert await world.becomes(reachable=False, port=3389) < 1.5
    assert not _answers(live)
    live.close()


async def test_an_opening_ends_by_the_kernel_with_everything_of_limen_dead(world: World) -> None:
    await world.confirmed(rules(443))
    lasts = 4 * SECOND
    end = time.monotonic() + lasts / SECOND
    world.firewalls.followers.open(world.opening(lasts=lasts))
    await world.becomes(reachable=True, port=3389)
    live = await asyncio.to_thread(world.router.connect, 10, SERVER, 3389)
    assert _answers(live)
    world.router.kill()
    world.answers(False)
    await world.becomes(reachable=False, port=3389)
    assert time.monotonic() < end + 1
    assert not _answers(live)
    live.close()


async def test_it_goes_back_by_itself_when_limen_is_not_reached(world: World) -> None:
    await world.confirmed(rules(443))
    _hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.answers(False)
    await world.becomes(reachable=True, port=443, seconds=15)
    assert not await world.reaches(3389)
    world.answers(True)
    assert (await world.is_now(change, UNDONE, seconds=30)).why


async def test_it_goes_back_although_the_program_was_killed(world: World) -> None:
    await world.confirmed(rules(443))
    _hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.router.kill()
    await world.becomes(reachable=True, port=443, seconds=15)
    assert not await world.reaches(3389)
    await until(lambda: world.router.kept("trial") == "")


async def test_it_begins_with_what_was_confirmed_without_limen(world: World) -> None:
    await world.confirmed(rules(443))
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.router.kill()
    world.answers(False)
    world.router.run("pkill", "-KILL", "-f", "limen-firewall watch")
    world.router.run("nft", "flush", "ruleset")  # as after a boot
    world.router.run("/usr/local/sbin/limen-firewall", "restore")
    assert await world.reaches(443)
    assert not await world.reaches(3389)
    assert world.router.kept("trial") == ""


async def test_it_does_not_cut_whoever_administers_it(world: World) -> None:
    await world.confirmed(rules(443))
    process = world.router.start("sshd", "python3", "-c", _SSHD)
    await asyncio.sleep(0.5)
    assert process.poll() is None
    live = await asyncio.to_thread(world.router.connect, 50, "10.50.0.1", 22)
    change = await world.send(rules(443, admins="vlan10"))
    refused = await world.is_now(change, REFUSED)
    assert "10.50.0.10" in refused.why
    assert await world.reaches(443)
    await world.is_now(await world.send(rules(443, 80)), TRIAL)
    live.close()


async def test_what_cuts_the_way_to_limen_is_refused(world: World) -> None:
    await world.confirmed(rules(443))
    chain = {"family": "inet", "table": "limen", "name": "output", "type": "filter", "hook": "output", "prio": 0}
    cuts = ({"chain": {**chain, "policy": "drop"}},)
    refused = await world.is_now(await world.send(rules(443, also=cuts)), REFUSED)
    assert "Limen" in refused.why


def _answers(live: socket.socket) -> bool:
    live.settimeout(1.0)
    try:
        live.sendall(b"x")
        return live.recv(1) == b"x"
    except OSError:
        return False


def _hurry(router: RealRouter) -> None:
    """A trial of five seconds, and not of sixty."""
    router.run("sed", "-i", "s/^TRIAL_SECONDS = .*/TRIAL_SECONDS = 5.0/", "/usr/local/sbin/limen-firewall")
    router.kill()
    router.follow()


_SSHD = """
import socket
open("/proc/self/comm", "w").write("sshd")
server = socket.create_server(("10.50.0.1", 22))
kept = []
while True: kept.append(server.accept())
"""
