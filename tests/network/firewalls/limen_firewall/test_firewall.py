"""The program with the real nftables: a change is in force on trial, confirmed or undone."""

from __future__ import annotations

import json

from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import NAME, World
from tests.waiting import until

from limen.network.firewalls.store import CONFIRMED, TRIAL, UNDONE

pytestmark = needs_a_router


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
