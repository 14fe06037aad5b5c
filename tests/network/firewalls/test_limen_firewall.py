"""The program for firewalls with the real nftables: a change on trial, back by itself, drift, and what is open for a
while, also with the program killed.
"""

from __future__ import annotations

import asyncio
import json
import time

from tests.devices.served import until
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import NAME, SERVER, SSHD, World, answers, hurry

from limen.clock import SECOND
from limen.network.firewalls.store import CONFIRMED, REFUSED, TRIAL, UNDONE

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
    assert answers(live)
    world.firewalls.followers.close("o1")
    assert await world.becomes(reachable=False, port=3389) < 1.5
    assert not answers(live)
    live.close()


async def test_an_opening_ends_by_the_kernel_with_everything_of_limen_dead(world: World) -> None:
    await world.confirmed(rules(443))
    lasts = 4 * SECOND
    end = time.monotonic() + lasts / SECOND
    world.firewalls.followers.open(world.opening(lasts=lasts))
    await world.becomes(reachable=True, port=3389)
    live = await asyncio.to_thread(world.router.connect, 10, SERVER, 3389)
    assert answers(live)
    world.router.kill()
    world.answers(False)
    await world.becomes(reachable=False, port=3389)
    assert time.monotonic() < end + 1
    assert not answers(live)
    live.close()


async def test_it_goes_back_by_itself_when_limen_is_not_reached(world: World) -> None:
    await world.confirmed(rules(443))
    hurry(world.router)
    change = await world.send(rules(3389))
    await world.is_now(change, TRIAL)
    world.answers(False)
    await world.becomes(reachable=True, port=443, seconds=15)
    assert not await world.reaches(3389)
    world.answers(True)
    assert (await world.is_now(change, UNDONE, seconds=30)).why


async def test_it_goes_back_although_the_program_was_killed(world: World) -> None:
    await world.confirmed(rules(443))
    hurry(world.router)
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
    process = world.router.start("sshd", "python3", "-c", SSHD)
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
