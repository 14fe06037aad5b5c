"""OPNsense at an emulator of its API: rules made, read back, and put back beside those of others."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.dial import size
from tests.emulators.opnsense import KEY, SECRET, Opnsense as Emulator, opnsense
from tests.network.equal import differs, only_real
from tests.network.networks import flow, harbor, way

from limen.connectors.opnsense.filter import Filter
from limen.connectors.vendor_client import VendorClient, VendorError
from limen.enforcement.resolving import Resolver
from limen.network.compiling import compiled
from limen.network.emit.opnsense import parted
from limen.network.model import Block, Firewall, Flow, Network
from limen.network.remote.gear import NotAsMeantError, as_change, put, put_back
from limen.network.remote.opnsense import Opnsense

TODAY = "2026-11-27"
INTERFACES = {"office": "lan", "servers": "opt1", "finance": "opt2", "guests": "opt3"}
FLOWS = [flow("files", way("office", "files", "ssh")), flow("web", way("guests office", "internet", "https"))]


def network(flows: Sequence[Flow] = (), blocks: Sequence[Block] = ()) -> Network:
    """Harbor; its backup has no interface here."""
    found = harbor(flows, blocks)
    zones = (replace(one, interface="", tags=(("opnsense", INTERFACES.get(one.name, "")),)) for one in found.zones)
    return replace(found, zones=tuple(zones))


def gear(emulator: Emulator, of: Network, secret: str = SECRET, uplinks: tuple[str, ...] = ("wan",)) -> Opnsense:
    firewall = Firewall("edge", "opnsense", tuple(of.zone_of), "", emulator.origin, "", uplinks)
    return Opnsense(of, firewall, TODAY, Filter(VendorClient(emulator.origin, Resolver), KEY, secret))


async def test_what_was_not_there_is_made_in_force_and_taken_away_again() -> None:
    async with opnsense() as emulator:
        foreign = emulator.put(interface="opt9", description="theirs", sequence="1")
        one = gear(emulator, network(FLOWS))
        before = await one.read()
        assert {(line.source, line.destination) for line in as_change(one, before).new(one.network)} == {
            ("guests", "internet"),
            ("office", "files"),
            ("office", "internet"),
        }
        there = await put(one)
        assert as_change(one, there).is_nothing
        assert emulator.in_force == emulator.rules
        await put_back(one, before)
        assert emulator.rules.keys() == emulator.in_force.keys() == {foreign}
        await one.filter.client.close()


@pytest.mark.parametrize("uplinks", [("wan",), ("wan", "opt9")])
async def test_random_networks_come_back_as_they_were_meant(uplinks: tuple[str, ...]) -> None:
    names = ("office", "servers", "finance", "guests", "internet", "inside", "files", "erp")
    services = ("https", "ssh", "dns", "ping", "any")
    async with opnsense() as emulator:
        for seed in range(size(12)):
            chance = random.Random(seed)
            ways = [way(chance.choice(names), chance.choice(names), chance.choice(services)) for _ in range(8)]
            ways = [it for it in ways if not it.sources == it.destinations == ("internet",)]
            of = network(
                [flow(f"f{at}", it) for at, it in enumerate(ways[2:])],
                [Block(f"b{at}", it, "no") for at, it in enumerate(ways[:2])],
            )
            one = gear(emulator, of, uplinks=uplinks)
            there = await put(one)
            assert one.unfit == ()
            wanted = parted(of, tuple(one.legs.of), TODAY).ruleset
            assert differs(only_real(one.meaning(there)), only_real(wanted)) is None, seed
            await one.filter.client.close()


async def test_a_flow_more_is_a_change_of_few_rules_and_goes_back() -> None:
    async with opnsense() as emulator:
        await put(gear(emulator, network(FLOWS)))
        kept = dict(emulator.rules)
        one = gear(emulator, network([*FLOWS, flow("erp", way("office", "erp"))]))
        before = await one.read()
        await put(one)
        assert emulator.rules != kept
        await put_back(one, before)
        assert sorted(map(str, emulator.rules.values())) == sorted(map(str, kept.values()))


async def test_rules_of_others_that_open_more_are_found_and_left() -> None:
    async with opnsense() as emulator:
        one = gear(emulator, network(FLOWS))
        foreign = emulator.put(description="everything", source_net="any", sequence="500")
        with pytest.raises(NotAsMeantError):
            await put(one)
        assert "everything" in {
            it for line in as_change(one, await one.read()).gone(one.network) for it in line.rule_ids
        }
        assert foreign in emulator.rules


async def test_a_rule_that_it_refuses_is_an_error_and_nothing_is_in_force() -> None:
    async with opnsense() as emulator:
        emulator.refused = "files"
        with pytest.raises(VendorError):
            await put(gear(emulator, network(FLOWS)))
        assert emulator.in_force == {}


async def test_a_wrong_secret_is_said_without_it() -> None:
    async with opnsense() as emulator:
        with pytest.raises(VendorError) as refused:
            await gear(emulator, network(FLOWS), secret="wrong-one").read()
    assert (refused.value.word, "wrong-one" in str(refused.value)) == ("not-allowed", False)


def test_zones_without_an_interface_are_not_here() -> None:
    of = network([flow("a", way("office", "backup"))])
    assert compiled(of, TODAY).rules
    assert parted(of, ("office", "servers"), TODAY).ruleset.rules == ()
