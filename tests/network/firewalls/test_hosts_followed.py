"""A server that guards itself by network.yaml, with the program that follows Limen: trial, drift, doors, and alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address

import pytest
from tests.network.firewalls.real_router import RealRouter, inside, needs_a_router
from tests.network.firewalls.world import NAME, World, answers, router, world
from tests.network.live import take
from tests.network.networks import HTTPS, SSH, flow, host, way, zone
from tests.waiting import until

from limen.clock import SECOND
from limen.network.doors.at_firewalls import elements
from limen.network.firewalls.intended import intended
from limen.network.firewalls.store import REFUSED
from limen.network.model import Firewall, Network, Ports, Service
from limen.network.packets import Box, Rule

__all__ = ["router", "world"]
pytestmark = [needs_a_router, pytest.mark.slow]
TODAY = "2026-11-27"
SERVER = "10.20.0.1"
"""The machine that follows, as a server in vlan20; Limen it reaches from 10.50.0.1."""


def network(port: int, *, reaches_limen: bool = True) -> Network:
    zones = (
        zone("office", "workstation", 10),
        replace(zone("servers", "server", 20), is_isolated=True),
        zone("limen", "domain", 50),
    )
    limen = Service("limen", (Ports((6, 6), (port, port)),))
    flows = [flow("site", way("office", "db"))]
    flows += [flow("follows", way("db", "limen", "limen"))] if reaches_limen else []
    return Network(
        zones,
        (host("db", "servers", SERVER, "10.50.0.1"),),
        (HTTPS, SSH, limen),
        tuple(flows),
        firewalls=(Firewall(NAME, "nftables", (), host="db"),),
    )


@contextmanager
def serving(router: RealRouter, port: int) -> Iterator[None]:
    server = inside(router.pid, lambda: socket.create_server((SERVER, port)))
    take(server)
    try:
        yield
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


def _port(world: World) -> int:
    return int(world.limen.address.rpartition(":")[2])


async def test_a_server_that_follows_is_reached_as_flows_say_by_its_neighbours_as_well(world: World) -> None:
    of = network(_port(world))
    with serving(world.router, 443), serving(world.router, 3389):
        assert all([await _reaches(world, vlan, 443) for vlan in (10, 20)])
        await world.confirmed(intended(of, NAME, TODAY, world.now).ruleset)
        assert [await _reaches(world, vlan, 443) for vlan in (10, 20)] == [True, False]
        world.router.run("nft", "add", "rule", "inet", "limen", "inward", "accept")
        world.router.run("nft", "insert", "rule", "inet", "limen", "inward", "accept")
        await until(lambda: world.limen.house.events("network.drift"))
        await until(lambda: not world.router.reaches(20, SERVER, 443))


async def test_what_cuts_the_servers_way_to_limen_is_refused(world: World) -> None:
    of = network(_port(world), reaches_limen=False)
    change = await world.send(intended(of, NAME, TODAY, world.now).ruleset)
    assert "Limen" in (await world.is_now(change, REFUSED)).why
    assert "inward" not in world.router.run("nft", "list", "ruleset")


async def test_a_door_to_a_server_ends_with_its_connection_and_the_program_killed(world: World) -> None:
    of = network(_port(world))
    await world.confirmed(intended(of, NAME, TODAY, world.now).ruleset)
    one, other = int(ip_address("10.20.0.10")), int(ip_address(SERVER))
    end = world.now + 5 * SECOND
    door = Rule("door", True, "servers", "servers", Box(4, (one, one), (other, other), (6, 6), (3389, 3389)), end)
    (opened,) = elements(of, [door], world.now)
    assert (opened.set_, opened.value) == ("opened.inward.ports4", ("10.20.0.10", SERVER, 6, 3389))
    with serving(world.router, 3389):
        assert not await _reaches(world, 20, 3389)
        world.firewalls.followers.open(opened)
        await until(lambda: world.router.reaches(20, SERVER, 3389))
        live = await asyncio.to_thread(world.router.connect, 20, SERVER, 3389)
        assert not world.limen.house.events("network.drift")
        world.router.kill()
        world.answers(False)
        assert answers(live)
        while await asyncio.to_thread(answers, live):
            assert world.now < end + SECOND
            await asyncio.sleep(0.02)
        live.close()
        assert not await _reaches(world, 20, 3389)


async def _reaches(world: World, vlan: int, port: int) -> bool:
    return await asyncio.to_thread(world.router.reaches, vlan, SERVER, port)
