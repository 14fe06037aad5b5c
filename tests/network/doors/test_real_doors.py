"""A door in a real kernel: open within a moment, and closed within a moment of the no. A stand-in decides here."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.devices.served import OWNER, served
from tests.network.firewalls.real_router import needs_a_router, real_router
from tests.network.firewalls.world import NAME, World, answers, followed
from tests.network.networks import host

from limen.clock import HOUR
from limen.facts import App, Label, Upstream
from limen.facts.network_service import NetworkService
from limen.network.doors.at_firewalls import AtFirewalls
from limen.network.doors.doors import Doors
from limen.network.firewalls.intended import intended
from limen.network.model import Firewall, Flow, Network, Way, Zone
from limen.network.services import built_in_services
from limen.network.tunnels.tunnels import Tunnels
from limen.pillar import KeptOpen
from limen.policy import Effect

pytestmark = needs_a_router
ZONES = tuple(
    Zone(name, kind, (ip_network(f"10.{number}.0.0/24"),), f"vlan{number}", number)
    for name, kind, number in (("office", "workstation", 10), ("servers", "server", 20), ("admin", "management", 50))
)
NETWORK = Network(
    ZONES,
    (host("desk", "servers", "10.20.0.10"),),
    built_in_services(),
    (Flow("web", Way(("office",), ("desk",), ("https",)), "work", "it@harbor.example", "2099-01-01"),),
    firewalls=(Firewall(NAME, "nftables", ("office", "servers", "admin")),),
)
DOOR = App("desk", "Desk", "", Upstream(""), Label.INTERNAL, network=NetworkService(("desk",), ("rdp",)))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    with real_router(tmp_path / "router") as router:
        async with served(tmp_path / "harbor") as limen, followed(limen, router) as one:
            yield one


async def test_a_door_is_open_in_the_kernel_until_the_decision_turns(world: World) -> None:
    house = world.limen.house
    known = house.limen.known
    known.set_company([*known.apps.values(), DOOR], known.groups.values(), known.networks)
    known.set_rules(Network, NETWORK)
    await world.confirmed(intended(NETWORK, NAME, "2026-11-27", world.now).ruleset)
    assert (await world.reaches(443), await world.reaches(3_389)) == (True, False)

    turns: list[Callable[[str], None]] = []
    session = SimpleNamespace(id="s_1", expires_at=world.now + HOUR)
    answer = SimpleNamespace(effect=Effect.PERMIT, id="d_1", word="", session=session)

    def watch(
        _decision: object, _door: str, _address: str, _tied: int, ended: Callable[[str], None]
    ) -> Callable[[], None]:
        turns.append(ended)
        return lambda: None

    kept = KeptOpen(lambda *_: answer, lambda _decision, latest: latest, watch)
    doors = Doors(house.limen.core, kept, Tunnels(house.limen.core))
    AtFirewalls(doors, world.firewalls.followers, lambda: NETWORK, house.clock)
    asked = await doors.open("desk", cast("Any", session), known.people[OWNER], "10.10.0.10")
    assert asked.opening is not None
    await world.becomes(reachable=True, port=3_389)
    live = await asyncio.to_thread(world.router.connect, 10, "10.20.0.10", 3_389)

    begun = time.monotonic()
    turns[0]("a-test")
    await world.becomes(reachable=False, port=3_389)
    assert time.monotonic() - begun < 2
    for _ in range(3_000):
        if not await asyncio.to_thread(answers, live):
            break
        await asyncio.sleep(0.02)
    assert not await asyncio.to_thread(answers, live)
    live.close()
    assert await world.reaches(443)
