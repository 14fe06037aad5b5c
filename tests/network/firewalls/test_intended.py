"""From network.yaml to the kernel: what Limen emits is what the program takes, opens and holds."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import ip_address

import pytest
from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.world import NAME, SERVER, World, answers
from tests.network.networks import HTTPS, SSH, flow, host, way, zone
from tests.waiting import until

from limen.clock import SECOND
from limen.errors import LimenError
from limen.network.emit.nft_router import router_of
from limen.network.firewalls.intended import intended
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.openings import opened
from limen.network.model import Firewall, Network
from limen.network.packets import Box, Rule

TODAY = "2026-11-27"
ZONES = (zone("office", "workstation", 10), zone("servers", "server", 20), zone("admins", "management", 50))
FIREWALLS = (Firewall(NAME, "nftables", (), uplinks=("wan0",)), Firewall("cloud", "aws", ()))


def network(*services: str) -> Network:
    flows = tuple(flow(f"files-{name}", way("office", "files", name)) for name in services)
    return Network(ZONES, (host("files", "servers", SERVER),), (HTTPS, SSH), flows, firewalls=FIREWALLS)


def rule(port: int, until_: int, family: int = 4) -> Rule:
    ends = ("10.10.0.10", SERVER) if family == 4 else ("fd00:10::10", "fd00:20::10")
    one, other = (int(ip_address(each)) for each in ends)
    box = Box(family, (one, one), (other, other), (6, 6), (port, port))
    return Rule("o-1", True, "office", "servers", box, until_)


def test_the_program_takes_what_is_emitted() -> None:
    one = intended(network("https"), NAME, TODAY, 0)
    taken = Ruleset(one.ruleset)
    assert taken.timed >= {"opened.office.ports4", "opened.office.ports6"}
    assert taken.noted == {"told4", "told6", "told", "counted"}
    assert (one.is_administered, one.not_here) == (True, ())
    assert "files-https" in one.text
    assert '"wan0"' in one.text


def test_a_zone_that_the_firewall_does_not_part_has_no_leg_there() -> None:
    of = network("https")
    one = intended(replace(of, firewalls=(replace(FIREWALLS[0], zones=("office", "admins")),)), NAME, TODAY, 0)
    assert one.not_here == ("servers",)
    assert '"vlan20"' not in one.text
    assert '"vlan50"' in one.text


@pytest.mark.parametrize("name", ["gw9", "cloud"])
def test_only_a_firewall_of_nftables_that_the_file_names_is_sent_rules(name: str) -> None:
    with pytest.raises(LimenError):
        intended(network(), name, TODAY, 0)


def test_an_interface_that_can_not_be_one_is_refused() -> None:
    one = replace(network(), firewalls=(Firewall(NAME, "nftables", (), uplinks=("wan0; flush ruleset",)),))
    with pytest.raises(LimenError):
        intended(one, NAME, TODAY, 0)


def test_what_is_open_is_an_element_until_its_end() -> None:
    router = router_of(network())
    (one,) = opened(NAME, rule(3389, 5_000), router, 1_000)
    assert (one.set_, one.value) == ("opened.office.ports4", ("10.10.0.10", SERVER, "vlan20", 6, 3389))
    assert one.box == rule(3389, 0).box
    assert not list(opened(NAME, rule(3389, 1_000), router, 1_000))


@needs_a_router
async def test_the_kernel_does_as_the_file_says_and_nothing_drifts(world: World) -> None:
    await world.confirmed(intended(network("https"), NAME, TODAY, world.now).ruleset)
    assert await world.reaches(443)
    assert not await world.reaches(3389)
    (one,) = opened(NAME, rule(3389, world.now + 4 * SECOND), router_of(network()), world.now)
    world.firewalls.followers.open(one)
    await world.becomes(reachable=True, port=3389)
    assert "3389" in world.router.run("nft", "list", "set", "inet", "limen", one.set_)
    await world.becomes(reachable=False, port=3389)
    assert not world.limen.house.events("network.drift")
    world.router.run("nft", "add", "element", "inet", "limen", "uplinks", "{ vlan10 }")
    await until(lambda: world.limen.house.events("network.drift"))
    (event,) = world.limen.house.events("network.drift")
    assert event.details["where"] == "set uplinks"


@needs_a_router
@pytest.mark.parametrize("family", [4, 6])
async def test_a_live_connection_ends_with_its_opening_when_the_program_was_killed(world: World, family: int) -> None:
    await world.confirmed(intended(network("https"), NAME, TODAY, world.now).ruleset)
    end = world.now + 5 * SECOND
    (one,) = opened(NAME, rule(3389, end, family), router_of(network()), world.now)
    world.firewalls.followers.open(one)
    with world.router.listening(20, 3389, family) if family == 6 else nullcontext():
        target = SERVER if family == 4 else "fd00:20::10"
        await until(lambda: world.router.reaches(10, target, 3389))
        live = await asyncio.to_thread(world.router.connect, 10, target, 3389)
        world.router.kill()
        world.answers(False)
        assert answers(live)
        while await asyncio.to_thread(answers, live):
            assert world.now < end + SECOND
            await asyncio.sleep(0.02)
        assert world.now > end - 2 * SECOND
        live.close()
