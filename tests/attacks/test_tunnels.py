"""Attacks on tunnels, with a real WireGuard: keys that were stolen, addresses of others, and what a device may say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.network.tunnels.far import ENDPOINT, Far, far
from tests.network.tunnels.laptop import laptop, needs_tunnels

from limen.following.program.kept import Wrong
from limen.network.firewalls.limen_firewall.tunnels import checked_tunnels
from limen.network.tunnels.tunnels import NoTunnelError

PEER = {"key": "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo=", "addresses": ["10.99.0.7"]}
TOLD = {"interface": "wg0", "port": 51_820, "addresses": ["10.99.0.1/24"], "peers": [PEER]}
OTHER = {**PEER, "key": "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="}


@pytest.mark.parametrize(
    "said",
    [
        *([], {}, "wg0", 1),
        {**TOLD, "interface": "wg0; reboot"},
        {**TOLD, "interface": "../x"},
        {**TOLD, "port": "51820"},
        {**TOLD, "port": 70_000},
        {**TOLD, "addresses": []},
        {**TOLD, "addresses": ["10.99.0.1/24 dev eth0"]},
        {**TOLD, "peers": [{**PEER, "addresses": []}]},
        {**TOLD, "peers": [{**PEER, "addresses": ["0.0.0.0/0"]}]},
        {**TOLD, "peers": [{**PEER, "addresses": ["10.20.0.10"]}]},
        {**TOLD, "peers": [{**PEER, "addresses": ["10.99.0.1"]}]},
        {**TOLD, "peers": [{**PEER, "key": PEER["key"] + "\nAllowedIPs = 0.0.0.0/0"}]},
        {**TOLD, "peers": [PEER, OTHER]},
        {**TOLD, "peers": [PEER, {**PEER, "addresses": ["10.99.0.8"]}]},
    ],
)
def test_a_firewall_takes_no_peer_with_more_than_an_address_of_its_own(said: object) -> None:
    assert checked_tunnels(TOLD) == TOLD
    with pytest.raises(Wrong):
        checked_tunnels(said)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[Far]:
    async with far(tmp_path) as one:
        yield one


@needs_tunnels
async def test_the_stolen_key_of_a_device_that_ended_opens_nothing(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        await harbor.open()
        await harbor.becomes(reachable=True)
        harbor.tunnels.leave("dv_ida")
        await harbor.becomes(reachable=False)
    with laptop(harbor.world.router, private=ida.private) as thief:
        given = ("10.99.0.9", "fd00:99::9")
        await asyncio.to_thread(thief.connect_to, ENDPOINT, harbor.key, given, "10.20.0.0/24", "fd00:20::/64")
        assert await harbor.world.reaches(3_389) is False
        assert not await asyncio.to_thread(thief.is_heard)


@needs_tunnels
async def test_nobody_uses_another_device_s_address(harbor: Far) -> None:
    """Ida's door is open; Ben's laptop has a tunnel of its own, and says that it is Ida's."""
    with laptop(harbor.world.router) as ida:
        idas = await harbor.has(ida)
        await harbor.open()
        await harbor.becomes(reachable=True)
    with laptop(harbor.world.router) as ben:
        bens = await harbor.has(ben, "dv_ben", addresses=idas)
        assert set(bens).isdisjoint(idas)
        assert await asyncio.to_thread(ben.is_heard)
        assert len(harbor.doors.all_open()) == 1
        assert await harbor.world.reaches(3_389) is False


@needs_tunnels
async def test_a_tunnel_alone_opens_nothing(harbor: Far) -> None:
    with laptop(harbor.world.router) as ida:
        await harbor.has(ida)
        assert await asyncio.to_thread(ida.is_heard)
        assert [await harbor.world.reaches(port) for port in (22, 443, 3_389)] == [False] * 3


@needs_tunnels
async def test_one_key_is_of_one_device(harbor: Far) -> None:
    """Who says another's public key would else take over its addresses at the router."""
    with laptop(harbor.world.router) as ida:
        given = await harbor.has(ida)
        with pytest.raises(NoTunnelError) as refused:
            await harbor.tunnels.keep("dv_ben", ida.key)
        assert refused.value.reason == "taken"
        assert [one.addresses for one in harbor.tunnels.all()] == [given]
