"""Limen on a real port and a router that follows it, for whoever tests them: a conftest takes these over."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.devices.served import Served, served
from tests.network.firewalls.real_router import RealRouter, limen_reached, real_router
from tests.waiting import until

from limen.clock import SECOND
from limen.network.firewalls import changes, service, store
from limen.network.firewalls.changes import Needs
from limen.network.firewalls.followers import Opened
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import CONFIRMED, RulesetChange
from limen.network.packets import Box

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
        return await database.writing(lambda write: changes.make_change(write, NAME, ruleset, needs, self.now, ""))

    async def decide(self, state: str) -> None:
        database = self.limen.house.limen.core.database
        await database.writing(lambda write: changes.decide_change(write, NAME, state, self.now, ""))

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
        one, other = int(ip_address("10.10.0.10")), int(ip_address(SERVER))
        box = Box(4, (one, one), (other, other), (6, 6), (port, port))
        return Opened(id_, NAME, "openings4", value, self.now + lasts, box)


@pytest.fixture
def router(tmp_path: Path) -> Iterator[RealRouter]:
    with real_router(tmp_path / "router") as one:
        yield one


@pytest.fixture
async def world(tmp_path: Path, router: RealRouter) -> AsyncIterator[World]:
    async with served(tmp_path / "harbor") as limen, followed(limen, router) as one:
        yield one


@asynccontextmanager
async def followed(limen: Served, router: RealRouter) -> AsyncIterator[World]:
    """The router, enrolled, and two servers in vlan20."""
    port = int(limen.address.rpartition(":")[2])
    async with limen_reached(router, port) as answers:
        database, now = limen.house.limen.core.database, limen.house.clock.now()
        token = await database.writing(lambda write: service.make_token(write, NAME, now, ""))
        await asyncio.to_thread(router.enrol, limen.address, token)
        await asyncio.to_thread(router.follow)
        one = World(limen, router, answers)
        await until(lambda: one.firewalls.followers.heard)
        with router.listening(20, 443), router.listening(20, 3389):
            yield one


def answers(live: socket.socket) -> bool:
    live.settimeout(1.0)
    try:
        live.sendall(b"x")
        return live.recv(1) == b"x"
    except OSError:
        return False


def hurry(router: RealRouter, what: str = "TRIAL_SECONDS", seconds: float = 5.0) -> None:
    """A trial of five seconds, and not of sixty; or something else of the program that takes long."""
    router.run("sed", "-i", f"s/^{what} = .*/{what} = {seconds}/", "/usr/local/sbin/limen-firewall")
    router.kill()
    router.follow()


SSHD = """
import socket
open("/proc/self/comm", "w").write("sshd")
server = socket.create_server(("10.50.0.1", 22))
kept = []
while True: kept.append(server.accept())
"""
