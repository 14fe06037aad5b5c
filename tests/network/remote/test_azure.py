"""Azure at an emulator of its published interface: groups made, read back, put back, and others' changes left alone."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from tests.dial import size
from tests.emulators.azure import APP, NETWORK, TENANT, Azure, azure
from tests.emulators.vendor import asking
from tests.network.emit.clouds import cloud, random_cloud
from tests.network.networks import flow, way

from limen.connectors.microsoft.security_groups import MANAGEMENT, SecurityGroups
from limen.connectors.microsoft.sign_in import app_token
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.network.emit.aws_calls import Call
from limen.network.emit.guarded import Guarded
from limen.network.packets.decision_diagrams import are_equal
from limen.network.remote.azure import AzureNetwork
from limen.network.remote.gear import as_change, put, put_back

SHOP = cloud("azure", [flow("shop", way("office", "front")), flow("db", way("app", "db1", "sql"))])
MORE = cloud("azure", [flow("shop", way("office", "front")), flow("ssh", way("office", "app", "ssh"))])
SUBNETS = {"web": ("10.80.0.0/24", ""), "app": ("10.81.0.0/24", "limen-app"), "other": ("10.99.0.0/24", "")}


@asynccontextmanager
async def gear(emulator: Azure, wanted: Guarded) -> AsyncIterator[AzureNetwork]:
    async with asking(emulator.origin) as asked:
        token = await app_token(asked.client, TENANT, APP, emulator.secret, MANAGEMENT)
        yield AzureNetwork(wanted, SecurityGroups(asked.client, NETWORK, token))


def told(emulator: Azure) -> dict[str, Any]:
    return {name: (one["properties"], one.get("tags")) for name, one in emulator.groups.items()}


@pytest.mark.parametrize("polls", [1, 3])
async def test_what_was_not_there_is_made_read_back_and_taken_away_again(polls: int) -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        emulator.polls = polls
        for name in ("theirs-1", "theirs-2", "theirs-3", "theirs-4"):
            emulator.has(name)
        before = await one.read()
        assert not as_change(one, before).is_nothing
        there = await put(one)
        assert are_equal(one.meaning(there), one.meant)
        assert {"limen-web", "limen-app", "limen-data"} < emulator.groups.keys()
        await put_back(one, before)
        assert sorted(emulator.groups) == ["theirs-1", "theirs-2", "theirs-3", "theirs-4"]


async def test_a_change_over_another_goes_back_whole_with_what_others_keep_there() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as first:
        emulator.has("LIMEN-web", tags={"owner": "it"})
        await put(first)
        before = told(emulator)
        assert before["limen-web"][1] == {"owner": "it"}
        async with gear(emulator, MORE) as second:
            state = await second.read()
            writes = emulator.writes
            await put(second)
            assert emulator.writes == writes + 2  # the web's own group is as it was to be
            await put_back(second, state)
        assert told(emulator) == before
        assert as_change(first, await first.read()).is_nothing


async def test_random_networks_come_back_as_they_were_meant() -> None:
    async with azure() as emulator:
        for seed in range(size(8)):
            async with gear(emulator, random_cloud("azure", random.Random(seed))) as one:
                there = await put(one)
                assert are_equal(one.meaning(there), one.meant), seed


@pytest.mark.parametrize("heeds", [True, False])
async def test_what_somebody_else_changes_between_reading_and_writing_is_left(*, heeds: bool) -> None:
    """By the version that it is written for, and by a look right before."""
    async with azure() as emulator, gear(emulator, SHOP) as one:
        emulator.heeds_if_match = heeds
        emulator.has("limen-app")
        before = await one.read()
        calls = one.next_calls(before)
        emulator.has("limen-app", [theirs("their-rule")])
        with pytest.raises(VendorError) as refused:
            await every(one, calls)
        assert refused.value.word == "changed"
        await put_back(one, before)
        assert (emulator.rules("limen-app"), sorted(emulator.groups)) == (["their-rule"], ["limen-app"])


async def test_what_somebody_else_changes_while_it_is_written_is_left() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        emulator.meanwhile = lambda: emulator.has("limen-web", [theirs("their-rule")])
        with pytest.raises(VendorError):
            await put(one)
        await put_back(one, before)
        assert sorted(emulator.groups) == ["limen-web"]
        assert emulator.rules("limen-web") == ["their-rule"]


async def test_what_somebody_else_changes_afterwards_does_not_go_back_unless_it_is_asked_for_again() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        await put(one)
        emulator.has("limen-app", [theirs("their-rule")])
        with pytest.raises(LimenError):
            await put_back(one, before)
        assert sorted(emulator.groups) == ["limen-app"]
        async with gear(emulator, SHOP) as later:
            await put_back(later, before)
        assert sorted(emulator.groups) == []


async def test_somebody_elses_operation_is_waited_for() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one, gear(emulator, MORE) as other:
        emulator.polls = 4
        calls = {it.parameters["name"]: it for it in one.next_calls(await one.read())}
        again = {it.parameters["name"]: it for it in other.next_calls(await other.read())}["limen-app"]
        begun = {"if-none-match": "*", "authorization": f"Bearer {other.api.token}"}
        path = f"{NETWORK.rpartition('/virtualNetworks')[0]}/networkSecurityGroups/limen-app"
        body = again.parameters["group"]
        await other.api.client.send("PUT", path, body, begun, query=(("api-version", "2024-05-01"),))
        assert [it["name"] for it in (await one.api.every())] == ["limen-app"]
        with pytest.raises(VendorError):
            await one.call(calls["limen-app"])


async def test_a_rule_that_it_refuses_at_once_or_later_is_an_error() -> None:
    for wrong in ("refused", "fails"):
        async with azure() as emulator, gear(emulator, SHOP) as one:
            before = await one.read()
            setattr(emulator, wrong, "db-1")
            with pytest.raises(VendorError) as refused:
                await put(one)
            assert refused.value.word == "refused"
            await put_back(one, before)
            assert emulator.groups == {}


async def test_an_operation_that_never_ends_is_given_up() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        emulator.polls = 10_000
        with pytest.raises(VendorError) as refused:
            await put(one)
        assert refused.value.word == "unfinished"


async def test_subnets_without_the_group_of_their_zone_are_named() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        emulator.subnets = dict(SUBNETS)
        there = await put(one)
        assert [said for said in one.unguarded(there) if "web" in said] == list(one.unguarded(there))
        assert len(one.unguarded(there)) == 1


async def test_a_group_that_subnets_were_given_does_not_go() -> None:
    async with azure() as emulator, gear(emulator, SHOP) as one:
        before = await one.read()
        await put(one)
        emulator.subnets = dict(SUBNETS)
        with pytest.raises(LimenError):
            await put_back(one, before)
        assert "limen-app" in emulator.groups


async def test_a_tag_that_names_no_group_is_an_error_and_one_that_does_is_taken() -> None:
    wanted = cloud("azure", [flow("shop", way("office", "front"))], tags=True)
    async with azure() as emulator, gear(emulator, wanted) as one:
        with pytest.raises(LimenError):
            one.next_calls(await one.read())
        emulator.has("sg-0a1b", [theirs("their-rule")])
        there = await put(one)
        assert are_equal(one.meaning(there), one.meant)
        assert "their-rule" not in emulator.rules("sg-0a1b")


async def test_a_wrong_secret_is_said_without_it() -> None:
    async with azure() as emulator, asking(emulator.origin) as asked:
        with pytest.raises(VendorError) as refused:
            await app_token(asked.client, TENANT, APP, "wrong-one", MANAGEMENT)
    assert (refused.value.word, "wrong-one" in str(refused.value)) == ("not-allowed", False)


async def every(one: AzureNetwork, calls: list[Call]) -> None:
    for it in calls:
        await one.call(it)


def theirs(name: str) -> dict[str, Any]:
    said = {"direction": "Inbound", "priority": 100, "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*"}
    said |= {"destinationPortRange": "22", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    return {"name": name, "properties": said}
