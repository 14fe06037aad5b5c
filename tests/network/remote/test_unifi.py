"""UniFi Network at an emulator of its integration API: policies made, ordered, read back, and put back."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from tests.dial import size
from tests.emulators.unifi import API_KEY, Unifi as Emulator, unifi
from tests.network.equal import differs, only_real
from tests.network.networks import flow, harbor, way

from limen.connectors.unifi.network import UnifiNetwork
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.errors import LimenError
from limen.network.emit.opnsense import parted
from limen.network.model import Block, Firewall, Flow, Network
from limen.network.remote.gear import as_change, put, put_back
from limen.network.remote.unifi import Unifi

TODAY = "2026-11-27"
ZONES = ("office", "servers", "finance", "backup", "guests")
NAMES = ("Office", "Servers", "Finance", "Backup", "Hotspot", "External", "Gateway")
FLOWS = [flow("files", way("office", "files", "ssh")), flow("web", way("guests office", "internet", "https"))]


def network(flows: Sequence[Flow] = (), blocks: Sequence[Block] = ()) -> Network:
    found = harbor(flows, blocks)
    zones = (replace(one, tags=(("unifi", "Hotspot"),)) if one.name == "guests" else one for one in found.zones)
    return replace(found, zones=tuple(zones))


@asynccontextmanager
async def gate() -> AsyncIterator[Emulator]:
    """UniFi as it comes: the inside may do everything."""
    async with unifi() as emulator:
        for name in NAMES:
            emulator.zone(name)
        for name in NAMES[:4]:
            emulator.put(name, "External", "Allow All Traffic", is_users=False)
            emulator.put(name, "Servers", "Allow All Traffic", is_users=False)
        yield emulator


@asynccontextmanager
async def gear(emulator: Emulator, of: Network, key: str = API_KEY) -> AsyncIterator[Unifi]:
    client = VendorClient(emulator.origin, Resolver)
    try:
        yield Unifi(of, Firewall("gate", "unifi", ZONES, "", emulator.origin), TODAY, UnifiNetwork(client, key))
    finally:
        await client.close()


def by_way(policies: list[dict[str, Any]]) -> dict[tuple[str, str], list[str]]:
    """Between each two zones their order counts, and nothing else does."""
    found: dict[tuple[str, str], list[str]] = {}
    for one in policies:
        found.setdefault((one["source"]["zoneId"], one["destination"]["zoneId"]), []).append(one["name"])
    return found


async def test_what_it_opens_by_itself_is_closed_and_opened_again() -> None:
    async with gate() as emulator, gear(emulator, network(FLOWS)) as one:
        before = await one.read()
        gone = {(line.source, line.destination) for line in as_change(one, before).gone(one.network)}
        assert {("finance", "internet"), ("finance", "servers")} <= gone
        there = await put(one)
        assert as_change(one, there).is_nothing
        await put_back(one, before)
        assert by_way(emulator.listed()) == by_way(before["policies"])


async def test_random_networks_come_back_as_they_were_meant() -> None:
    names = ("office", "servers", "finance", "guests", "internet", "inside", "files", "erp")
    async with gate() as emulator:
        for seed in range(size(8)):
            chance = random.Random(seed)
            services = [chance.choice(["https", "dns", "any"]) for _ in range(6)]
            ways = [way(chance.choice(names), chance.choice(names), it) for it in services]
            ways = [it for it in ways if not it.sources == it.destinations == ("internet",)]
            flows = [flow(f"f{at}", it) for at, it in enumerate(ways[2:])]
            of = network(flows, [Block(f"b{at}", it, "no") for at, it in enumerate(ways[:2])])
            async with gear(emulator, of) as one:
                there = await put(one)
                wanted = parted(of, (*ZONES, "internet"), TODAY).ruleset
                assert one.unfit == ()
                assert differs(only_real(one.meaning(there)), only_real(wanted)) is None, seed


async def test_a_flow_more_is_a_change_of_few_policies_and_goes_back() -> None:
    async with gate() as emulator, gear(emulator, network(FLOWS)) as one:
        await put(one)
        more = network([*FLOWS, flow("erp", way("office", "erp"))])
        async with gear(emulator, more) as other:
            before = await other.read()
            calls = other.next_calls(before)
            assert [(it.operation, it.parameters["name"]) for it in calls] == [("createFirewallPolicy", "limen erp")]
            await put(other)
            await put_back(other, before)
        assert as_change(one, await one.read()).is_nothing
        assert by_way(emulator.listed()) == by_way(before["policies"])


async def test_policies_of_others_stand_behind_and_are_left() -> None:
    async with gate() as emulator, gear(emulator, network(FLOWS)) as one:
        emulator.put("Office", "Finance", "everything")
        there = await put(one)
        assert as_change(one, there).is_nothing
        of_way = [it["name"] for it in emulator.policies if it["destination"]["zoneId"] == emulator.zones["Finance"]]
        assert of_way.index("everything") > of_way.index("limen rest")


async def test_a_type_of_icmp_stays_closed_and_is_said() -> None:
    async with gate() as emulator, gear(emulator, network([flow("echo", way("office", "files", "ping"))])) as one:
        assert [it.id for it in one.unfit] == ["echo"]
        await put(one)


async def test_policies_without_ids_and_zones_that_are_not_there_are_said() -> None:
    async with gate() as emulator:
        emulator.tells_ids = False
        async with gear(emulator, network(FLOWS)) as one:
            with pytest.raises(LimenError):
                await put(one)
        del emulator.zones["Finance"]
        async with gear(emulator, network(FLOWS)) as one:
            with pytest.raises(LimenError):
                one.next_calls(await one.read())


async def test_a_wrong_key_is_said_without_it() -> None:
    async with gate() as emulator, gear(emulator, network(FLOWS), "wrong-one") as one:
        with pytest.raises(VendorError) as refused:
            await one.read()
    assert (refused.value.word, "wrong-one" in str(refused.value)) == ("not-allowed", False)
