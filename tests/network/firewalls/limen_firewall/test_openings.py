"""What is open for a while: until when, what opens and closes it, and what nobody opened."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import SERVER, World, answers

from limen.clock import SECOND
from limen.following.program.clock import boottime
from limen.network.firewalls.limen_firewall.openings import (
    LONGEST_OPENING,
    closed,
    opened,
    opened_to_nobody,
    openings_until,
    shared,
    without,
)
from limen.network.firewalls.limen_firewall.rulesets import Ruleset

RULESET = Ruleset(rules(443))
VALUE = ["10.10.0.10", "10.20.0.10", 6, 3389]


def opening(id_: str = "o1", until: float = 1_000_060.0, set_: str = "openings4") -> dict[str, Any]:
    return {"id": id_, "set": set_, "value": VALUE, "until": until * 1_000}


def test_it_ends_by_limens_clock_and_never_after_a_month() -> None:
    said = [opening(), opening("over", 1_000_000.5), opening("long", 1e12)]
    found = openings_until(said, 1_000_000.0)
    assert {id_: round(one["ends"] - boottime()) for id_, one in found.items()} == {"o1": 60, "long": LONGEST_OPENING}


def test_what_is_open_until_another_time_is_another_opening() -> None:
    before = openings_until([opening(), opening("o2")], 1_000_000.0)
    after = openings_until([opening(), opening("o2", 1_000_120.0)], 1_000_000.0)
    assert [one["id"] for one in without(before, after)] == ["o2"]
    assert without(before, {}) == list(before.values())
    assert without(before, before) == []


def test_what_is_open_by_the_same_element_is_shared_also_where_the_kernel_calls_it_otherwise() -> None:
    door = {**opening("door"), "value": [*VALUE[:2], "tcp", 3389]}
    others = [{**opening("o2"), "set": "opened"}, {**opening("o3"), "value": [*VALUE[:3], 22]}]
    assert [one["id"] for one in shared([door, *others], [opening("probe")])] == ["door"]


def test_it_opens_until_its_end_and_only_in_sets_with_timeouts() -> None:
    (one,) = openings_until([opening()], 1_000_000.0).values()
    first, second, third = opened([one], RULESET)
    assert [first, second] == closed([one], RULESET)
    (element,) = third["add"]["element"]["elem"]
    assert element["elem"]["timeout"] in {59, 60}
    assert (element["elem"]["val"], element["elem"]["comment"]) == ({"concat": VALUE}, "o1")
    assert opened([{**one, "ends": boottime()}], RULESET) == []
    assert opened([{**one, "set": "allowed"}], RULESET) == []
    assert closed([{**one, "set": "allowed"}], RULESET) == []


def test_what_is_open_and_was_opened_to_nobody_is_found() -> None:
    listed = [json.dumps({"elem": {"val": {"concat": [*VALUE[:2], "tcp", port]}}}) for port in (3389, 22)]
    found = opened_to_nobody({"set openings4": {"elem": listed}}, RULESET, [opening()])
    assert [(one["where"], one["was"], "22" in one["is"]) for one in found] == [("set openings4", "", True)]


@needs_a_router
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


@needs_a_router
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
