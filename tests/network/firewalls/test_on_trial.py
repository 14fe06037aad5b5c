"""A pair of zones on trial in a real kernel: it lets through what it would have cut, and Limen is told of that."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.world import NAME, SERVER, World
from tests.network.learning.live import NETWORK, TODAY, told
from tests.network.networks import host, way

from limen.network.firewalls.crossings import Denied
from limen.network.firewalls.intended import intended
from limen.network.learning.would_cut import would_cut
from limen.network.model import Flow, Network, Trial

pytestmark = [needs_a_router, pytest.mark.slow]
MEANT = replace(
    NETWORK,
    hosts=(host("desk", "vaults", SERVER),),
    flows=(Flow("web", way("office", "desk", "https"), "work", "it@harbor.example", "2099-01-01"),),
)
ON_TRIAL = replace(MEANT, trials=(Trial("look", way("office", "vaults", "any"), "we look first", "2027-01-15"),))


async def test_what_would_be_cut_goes_through_is_told_and_is_cut_afterwards(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    packets: list[Denied] = []

    async def keep(_one: object, some: list[Denied], *_other: object) -> None:
        packets.extend(some)

    monkeypatch.setattr(world.firewalls.telling, "_keep", keep)
    world.limen.house.limen.known.set_rules(Network, ON_TRIAL)
    await world.confirmed(intended(ON_TRIAL, NAME, TODAY, world.now).ruleset)
    assert [await world.reaches(port) for port in (443, 3_389, 443, 3_389)] == [True] * 4
    async with asyncio.timeout(60):
        while sum(one.count for one in packets) < 2:  # noqa: ASYNC110 -- the kernel tells nobody here
            await asyncio.sleep(0.05)
    assert {(one.source, one.destination, one.port, one.is_let_through) for one in packets} == {
        ("10.10.0.10", SERVER, 3_389, True)
    }
    assert sum(one.count for one in packets) == 2
    (pair,) = would_cut(ON_TRIAL, await told(world, 4), TODAY)
    assert (pair.used, pair.cut, pair.until, [one.service for one in pair.cuts]) == (4, 2, "2027-01-15", ["rdp"])
    assert not world.limen.house.events("network.drift")

    await world.confirmed(intended(MEANT, NAME, TODAY, world.now).ruleset)
    assert [await world.reaches(port) for port in (443, 3_389)] == [True, False]
