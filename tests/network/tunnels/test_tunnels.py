"""A tunnel is there while its agent says so, is one device's, and goes with the network that it was of."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest
from tests.network.tunnels.test_model import ROUTER, VPN
from tests.web.conftest import House

from limen.facts import FactStore
from limen.network.doors.doors import Doors
from limen.network.model import Network
from limen.network.tunnels import tunnels as module
from limen.network.tunnels.at_firewalls import said
from limen.network.tunnels.tunnels import NoTunnelError, Tunnels

NO_DOORS = cast("Doors", SimpleNamespace(all_open=list))
NETWORK = Network((VPN,), firewalls=(ROUTER,))


def key(number: int) -> str:
    return base64.b64encode((number + 9).to_bytes(32, "little")).decode()


@pytest.fixture
async def tunnels(harbor: House) -> AsyncIterator[Tunnels]:
    harbor.limen.known.set_rules(Network, NETWORK)
    one = Tunnels(harbor.limen.core)
    yield one
    one.close()


async def test_five_devices_have_room_and_what_one_leaves_is_free(tunnels: Tunnels) -> None:
    given = [(await tunnels.keep(f"dv_{number}", key(number)))[1].addresses for number in range(5)]
    assert len(set(given)) == 5
    with pytest.raises(NoTunnelError) as refused:
        await tunnels.keep("dv_5", key(5))
    assert refused.value.reason == "full"
    tunnels.leave("dv_3")
    await tunnels.settled()
    assert (await tunnels.keep("dv_5", key(5)))[1].addresses == given[3]


async def test_the_same_device_keeps_its_addresses_with_another_key(tunnels: Tunnels) -> None:
    _, before = await tunnels.keep("dv_1", key(1))
    _, after = await tunnels.keep("dv_1", key(2))
    assert (before.addresses, after.key) == (after.addresses, key(2))
    told = said(tunnels, NO_DOORS, FactStore())["router"]
    assert told["peers"] == [{"key": key(2), "addresses": list(after.addresses)}]
    assert (told["interface"], told["port"], told["addresses"]) == ("wg0", 51_820, ["10.99.0.1/29", "fd00:99::1/64"])


async def test_it_is_over_when_nobody_says_that_it_is_wanted(tunnels: Tunnels, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEASE", 2_000)
    told: list[int] = []
    tunnels.watch(lambda: told.append(len(tunnels.all())))
    for _ in range(4):
        await tunnels.keep("dv_1", key(1))
        await asyncio.sleep(0.6)
    assert told == [1]
    for _ in range(1_000):
        if len(told) > 1:
            break
        await asyncio.sleep(0.01)
    assert (told, tunnels.all()) == ([1, 0], [])


async def test_another_end_is_the_end_of_all_of_them(harbor: House, tunnels: Tunnels) -> None:
    await tunnels.keep("dv_1", key(1))
    harbor.limen.known.set_rules(Network, replace(NETWORK, flows=()))
    await asyncio.sleep(0)
    assert len(tunnels.all()) == 1
    harbor.limen.known.set_rules(Network, Network((VPN,)))
    await asyncio.sleep(0.05)
    assert (tunnels.all(), said(tunnels, NO_DOORS, FactStore())) == ([], {})
    with pytest.raises(NoTunnelError) as refused:
        await tunnels.keep("dv_1", key(1))
    assert refused.value.reason == "none"


@pytest.mark.parametrize("written", ["", "x" * 44, base64.b64encode(bytes(32)).decode()])
async def test_what_is_no_key_is_none(tunnels: Tunnels, written: str) -> None:
    with pytest.raises(NoTunnelError) as refused:
        await tunnels.keep("dv_1", written)
    assert refused.value.reason == "key"
