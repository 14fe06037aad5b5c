"""Rounds: when canaries are asked, what is open meanwhile, and what is said of what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path

import pytest
from tests.network.networks import flow, way
from tests.network.probes.asking import asked, canary, firewalls, number_of, probing, tell
from tests.network.probes.canaries import CANARY, DB, VAULT, network
from tests.waiting import until
from tests.web.conftest import House, move_in

from limen.clock import HOUR, MINUTE, SECOND
from limen.network.firewalls.followers import Opened
from limen.network.model import Network
from limen.network.packets import Box
from limen.network.probes.probing import EVERY, JITTER, LASTS
from limen.network.probes.records import KIND, results_of

CAME_THROUGH, FAILED = "network.probe_came_through", "network.probe_failed"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor")


async def test_a_canary_is_asked_every_ten_minutes_and_lets_its_own_tries_out_for_two(house: House) -> None:
    one, ask = await canary(house), probing(house).ask
    followers = firewalls(house).followers
    ids = set()
    for _ in range(3 * (EVERY // MINUTE)):
        await ask()
        said = json.loads(followers.state(one).text)
        if "probes" in said:
            ids.add(said["probes"]["id"])
            assert [DB, VAULT, 22] in said["probes"]["probes"]
            (opened,) = said["openings"]
            assert (opened["set"], opened["port"], opened["until"]) == (
                *("opened.outward.ports4", [22, 22]),
                followers.opened[0].until,
            )
        house.clock.forward(MINUTE)
    assert (3 * EVERY - 2 * JITTER) // (EVERY + JITTER) <= len(ids) <= 5
    house.clock.forward(LASTS)
    house.limen.known.set_rules(Network, Network(()))
    await ask()
    assert not followers.opened
    assert "probes" not in json.loads(followers.state(one).text)


async def test_a_server_that_is_no_canary_or_has_no_rules_is_not_asked(house: House) -> None:
    one = await canary(house)
    for firewall, enrolled in ((replace(CANARY, probes=False), one), (CANARY, replace(one, digest=""))):
        house.limen.known.set_rules(Network, replace(network(), firewalls=(firewall, network().firewalls[1])))
        firewalls(house).followers.take_over([enrolled], [])
        for _ in range(15):
            await probing(house).ask()
            house.clock.forward(MINUTE)
        assert not firewalls(house).followers.opened


async def test_what_came_through_is_said_once_until_it_is_over(house: House) -> None:
    one = await canary(house)
    for outcome, number in (("through", 1), ("through", 1), ("refused", 1), ("through", 2)):
        found = await asked(house, one)
        await tell(house, one, found.id, (number_of(found, 22), outcome))  # type: ignore[arg-type]
        assert not firewalls(house).followers.opened
        await until(lambda number=number: len(house.events(CAME_THROUGH)) == number)  # type: ignore[misc]
    (result,) = probing(house).results("servers", "vaults")
    assert (result.probe.port, result.outcome, result.is_as_stated) == (22, "through", False)
    assert not probing(house).results("vaults")


async def test_flows_that_do_not_pass_are_one_event(house: House) -> None:
    one = await canary(house)
    for _ in range(2):
        found = await asked(house, one)
        await tell(house, one, found.id, (number_of(found, 443), "silent"), (number_of(found, 22), "refused"))
        await asyncio.sleep(0.05)
    (event,) = house.events(FAILED)
    assert (event.details["flow"], event.details["count"]) == ("copies", 1)
    assert not house.events(CAME_THROUGH)


async def test_what_a_flow_or_a_door_lets_through_meanwhile_is_no_alert(house: House) -> None:
    one = await canary(house)
    found = await asked(house, one)
    house.limen.known.set_rules(Network, network(flows=[flow("now", way("db", "vault", "ssh"))]))
    await tell(house, one, found.id, (number_of(found, 22), "through"))
    await asyncio.sleep(0)
    house.limen.known.set_rules(Network, network())
    found = await asked(house, one)
    ends = [(int(ip_address(each)),) * 2 for each in (DB, VAULT)]
    box = Box(4, ends[0], ends[1], (6, 6), (22, 22))
    firewalls(house).followers.open(Opened("door-1", "core", "opened.x", (), house.clock.now() + 60 * SECOND, box))
    await tell(house, one, found.id, (number_of(found, 22), "through"))
    await asyncio.sleep(0.1)
    assert not house.events(CAME_THROUGH)
    assert [each.id for each in firewalls(house).followers.opened] == ["door-1"]


async def test_the_journal_keeps_a_round_where_something_changed_or_an_hour_is_over(house: House) -> None:
    one = await canary(house)
    found = await asked(house, one)
    await tell(house, one, found.id, (number_of(found, 22), "refused"))
    for _ in range(3):
        await probing(house).ask()
    (event,) = house.events(KIND)
    assert [(each.canary, each.outcome) for each in results_of(event)] == [(CANARY.name, "refused")]
    house.clock.forward(HOUR)
    await probing(house).ask()
    assert len(house.events(KIND)) == 2
