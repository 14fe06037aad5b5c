"""Tunnels that agents ask for: each message signed by the device, read strictly, and none for a device that ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.devices.laptops import Ida, devices_of
from tests.devices.test_limen_agent import enrolled
from tests.network.tunnels.test_model import ROUTER, VPN
from tests.web.conftest import House

from limen.devices.model import State
from limen.devices.tunnels import AT_ONCE
from limen.identity.membership import Membership
from limen.network.model import Network
from limen.network.tunnels.tunnels import Tunnels
from limen_agent import enrolling
from limen_agent.state.folder import StateFolder
from limen_agent.tunnel.key import kept_key
from limen_agent.wire import claims, client
from limen_agent.wire.client import Client
from limen_agent.wire.connection import RefusedError
from limen_agent.wire.signing import sign

KEY = "hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="


@pytest.fixture(autouse=True)
def harbors_clock(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SimpleNamespace(time=lambda: harbor.clock.now() / 1_000)
    monkeypatch.setattr(client, "time", clock)
    monkeypatch.setattr(enrolling, "time", clock)


@pytest.fixture
async def agent(harbor: House, ida: Ida, tmp_path: Path) -> Client:
    harbor.limen.known.set_rules(Network, Network((VPN,), firewalls=(ROUTER,)))
    return await enrolled(harbor, ida, StateFolder(tmp_path / "state"))


def tunnels_of(harbor: House) -> Tunnels:
    return harbor.limen.core.offers.take(Tunnels)


async def asked(agent: Client, *, leave: bool = False, **other: Any) -> str:
    """What is answered: the error, "" where there is none."""
    said = claims.tunnel(
        aud=agent.enrolment.address,
        iat=int(client.time.time()),
        nonce=agent.nonce,
        app="erp-desktop",
        key=KEY,
        leave=leave,
    )
    signed = sign(agent._key, "limen-tunnel+jwt", {**said, **other}, agent.enrolment.device)
    try:
        await asyncio.to_thread(agent._connection.post, "/agent/tunnel", signed)
    except RefusedError as refused:
        return refused.error
    return ""


async def test_a_device_has_one_until_it_leaves(harbor: House, agent: Client, tmp_path: Path) -> None:
    key = kept_key(StateFolder(tmp_path / "state")).public
    answer = await asyncio.to_thread(agent.tunnel, "erp-desktop", key)
    (one,) = tunnels_of(harbor).all()
    assert (one.device_id, one.key) == (agent.enrolment.device, key)
    assert (answer.body["tunnel"], answer.body["open"]) == (None, None)  # no firewall was heard yet
    assert answer.text("page").endswith("/network/connect?app=erp-desktop")
    await asyncio.to_thread(lambda: agent.tunnel("erp-desktop", key, leave=True))
    assert tunnels_of(harbor).all() == []


async def test_it_is_read_strictly_and_bounded(harbor: House, agent: Client) -> None:
    wrong: list[dict[str, Any]] = [{"app": "../x"}, {"app": 7}, {"app": ""}, {"app": "a" * 41}, {"key": None}]
    assert [await asked(agent, **one) for one in wrong] == ["malformed"] * 5
    assert [await asked(agent, key=one) for one in ("", "x", "A" * 43 + "=")] == ["refused"] * 3
    assert await asked(agent, key="A" * 45) == "malformed"
    assert await asked(agent, nonce="a" * 22) == "stale_nonce"
    assert await asked(agent, aud="https://another.example") == "malformed"
    assert tunnels_of(harbor).all() == []
    assert [await asked(agent) for _ in range(AT_ONCE)][-1] == "slow_down"


@pytest.mark.parametrize("state", [State.QUARANTINED, State.LOST, State.RETIRED])
async def test_a_device_that_ended_has_none_from_then_on(harbor: House, agent: Client, ida: Ida, state: State) -> None:
    assert await asked(agent) == ""
    assert len(tunnels_of(harbor).all()) == 1
    await devices_of(harbor).change(agent.enrolment.device, state, by=ida.id)
    assert tunnels_of(harbor).all() == []
    assert await asked(agent) == "not_this_device"
    assert tunnels_of(harbor).all() == []


async def test_where_the_network_has_none_nobody_gets_one(harbor: House, agent: Client) -> None:
    harbor.limen.known.set_rules(Network, Network((VPN,)))
    await asyncio.sleep(0.05)
    assert await asked(agent) == "refused"


async def test_an_owner_without_access_has_none(harbor: House, agent: Client, ida: Ida) -> None:
    """Somebody is suspended when their last day is over, and their device stays theirs."""
    assert await asked(agent) == ""
    now = harbor.clock.now()
    await harbor.limen.identity.ports.write(lambda tx: Membership(tx, now, "").suspend(ida.id, "test"))
    assert await asked(agent) == "refused"
    assert tunnels_of(harbor).all() == []
