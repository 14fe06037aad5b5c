"""Google Cloud at an emulator of its published interface: rules made, read back, put back, and those of others left."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product

import pytest
from aiohttp import web
from tests.dial import size
from tests.emulators.compute import NETWORK, Compute, compute, key_file
from tests.emulators.vendor import asking
from tests.network.emit.clouds import cloud, random_cloud
from tests.network.equal import allowed
from tests.network.networks import flow, way

from limen.clock import SystemClock
from limen.connectors.google.firewall_rules import SCOPE, FirewallRules
from limen.connectors.google.sign_in import account_token, service_account
from limen.connectors.vendor_client import VendorError, bearer
from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Guarded
from limen.network.model import Block
from limen.network.packets import Box
from limen.network.packets.decision_diagrams import are_equal
from limen.network.remote.gcp import GcpNetwork
from limen.network.remote.gear import NotAsMeantError, as_change, put, put_back

SHOP = cloud("gcp", [flow("shop", way("office", "front")), flow("db", way("app", "db1", "sql"))])
MORE = cloud(
    "gcp",
    [flow("any", way("office", "app", "any")), flow("shop", way("office", "front"))],
    [Block("no-ssh", way("office", "app", "ssh"), "no")],
)


RULES = "/compute/v1/projects/harbor-prod/global/firewalls"


@asynccontextmanager
async def gear(emulator: Compute, wanted: Guarded) -> AsyncIterator[GcpNetwork]:
    async with asking(emulator.origin) as asked:
        token = await account_token(asked.client, service_account(key_file()), SCOPE, SystemClock().now())
        yield GcpNetwork(wanted, FirewallRules(asked.client, NETWORK, token))


@pytest.mark.parametrize("polls", [1, 3])
async def test_what_was_not_there_is_made_read_back_and_taken_away_again(polls: int) -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        emulator.polls = polls
        emulator.has("theirs", network=NETWORK.replace("harbor", "elsewhere"))
        before = await one.read()
        assert {(line.source, line.destination) for line in as_change(one, before).new(SHOP.network)} >= {
            ("office", "front")
        }
        there = await put(one)
        assert are_equal(one.meaning(there), one.meant)
        await put_back(one, before)
        assert sorted(emulator.rules) == ["theirs"]


async def test_a_change_over_another_is_of_few_rules_and_goes_back() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as first, gear(emulator, MORE) as second:
        await put(first)
        names = set(emulator.rules)
        before = await second.read()
        await put(second)
        assert names & set(emulator.rules)
        assert names != set(emulator.rules)
        await put_back(second, before)
        assert set(emulator.rules) == names
        assert as_change(first, await first.read()).is_nothing


@pytest.mark.parametrize("seed", range(size(6)))
async def test_no_moment_of_a_change_opens_or_cuts_what_neither_state_does(seed: int) -> None:
    chance = random.Random(seed)
    old, new = (random_cloud("gcp", chance, icmp=False) for _ in range(2))
    async with compute() as emulator, gear(emulator, old) as first, gear(emulator, new) as second:
        before = first.meaning(await put(first))
        emulator.history.clear()
        after = second.meaning(await put(second))
        assert are_equal(after, second.meant)
        for rules in emulator.history:
            now = second.meaning({"rules": list(rules.values())})
            for way_ in product(now.zones, repeat=2):
                was, is_, will = (allowed(one, *way_) for one in (before, now, after))
                assert without(is_, [*was, *will]) == [], (seed, way_)
                assert without(both(was, will), is_) == [], (seed, way_)


async def every(one: GcpNetwork, calls: list[Call]) -> None:
    for it in calls:
        await one.call(it)


def without(some: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    left = list(some)
    for other in others:
        left = [piece for one in left for piece in one.without(other)]
    return left


def both(some: Sequence[Box], others: Sequence[Box]) -> list[Box]:
    return [met for one in some for other in others if (met := one.meets(other)) is not None]


async def test_rules_of_others_that_open_more_are_found_and_left() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        emulator.has("everything", priority=10)
        before = await one.read()
        with pytest.raises(NotAsMeantError):
            await put(one)
        await put_back(one, before)
        assert sorted(emulator.rules) == ["everything"]


async def test_a_rule_of_limens_that_somebody_changed_is_as_it_was_again() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        await put(one)
        rules = [it for it in emulator.rules.values() if it["description"] == "shop"]
        name = next(it["name"] for it in rules if "." in it["destinationRanges"][0])
        emulator.rules[name] = {**emulator.rules[name], "sourceRanges": ["0.0.0.0/0"]}
        async with gear(emulator, SHOP) as later:
            before = await later.read()
            there = await put(later)
            assert are_equal(later.meaning(there), later.meant)
            await put_back(later, before)
        assert emulator.rules[name]["sourceRanges"] == ["0.0.0.0/0"]


async def test_what_somebody_else_changes_between_reading_and_writing_is_left() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as first, gear(emulator, MORE) as second:
        await put(first)
        before = await second.read()
        [gone] = [
            it["name"] for it in emulator.rules.values() if it["description"] == "db" and it["direction"] == "EGRESS"
        ]

        def disable() -> None:
            emulator.rules[gone] = {**emulator.rules[gone], "disabled": True}

        calls = second.next_calls(before)
        disable()
        with pytest.raises(VendorError) as refused:
            await every(second, calls)
        assert refused.value.word == "changed"
        await put_back(second, before)
        assert emulator.rules[gone]["disabled"]
        assert {it["name"] for it in before["rules"]} == set(emulator.rules)


async def test_a_rule_that_somebody_changes_after_it_was_made_does_not_go_unless_it_is_asked_for_again() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        await put(one)
        name = next(name for name, it in emulator.rules.items() if it["description"] == "shop")
        emulator.rules[name] = {**emulator.rules[name], "priority": 7}
        with pytest.raises(LimenError):
            await put_back(one, before)
        assert set(emulator.rules) == {name}
        async with gear(emulator, SHOP) as later:
            await put_back(later, before)
        assert emulator.rules == {}


@pytest.mark.parametrize("wrong", ["refused", "fails"])
async def test_a_rule_that_it_refuses_at_once_or_later_is_an_error_and_all_goes_back(wrong: str) -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        setattr(emulator, wrong, "db")
        with pytest.raises(VendorError) as refused:
            await put(one)
        assert refused.value.word == "refused"
        await put_back(one, before)
        assert emulator.rules == {}


async def test_what_is_still_going_on_is_waited_for_before_it_is_read() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one, gear(emulator, SHOP) as later:
        emulator.polls = 3
        calls = one.next_calls(await one.read())
        rule = calls[0].parameters["rule"]
        sent, headers = (("requestId", "1"),), bearer(one.api.token)
        await one.api.client.send("POST", RULES, rule, headers, query=sent)
        assert [it["name"] for it in (await later.read())["rules"]] == [rule["name"]]


async def test_an_operation_that_never_ends_is_given_up() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        emulator.polls = 10_000
        with pytest.raises(VendorError) as refused:
            await one.call(one.next_calls(before)[0])
        assert refused.value.word == "unfinished"


async def test_throttling_is_waited_for() -> None:
    async with compute() as emulator, gear(emulator, SHOP) as one:
        emulator.refusals += [web.json_response({}, status=429, headers={"retry-after": "2"}) for _ in range(2)]
        there = await put(one)
        assert are_equal(one.meaning(there), one.meant)
