"""Connections that people make in the lab, through a real firewall that tells Limen of them.

A firewall with everything open between office and servers stands between a dozen workstations and four servers that
answer. What people do there is a hidden truth; from what the firewall tells, it is to be found again.
"""

from __future__ import annotations

import asyncio
import random
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from tests.network.firewalls.real_router import RealRouter, inside
from tests.network.firewalls.world import NAME, World
from tests.network.networks import way

from limen.clock import HOUR
from limen.network.firewalls.intended import intended
from limen.network.learning import store
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.service import Learning
from limen.network.model import Firewall, Flow, Network, Never, Zone
from limen.network.packets import Packet
from limen.network.services import built_in_services

TODAY = "2026-11-27"
OFFICE = tuple(f"10.10.0.{number}" for number in range(10, 22))
SERVERS = tuple(f"10.20.0.{number}" for number in range(10, 14))
NETWORK = Network(
    tuple(
        Zone(name, kind, (ip_network(f"10.{number}.0.0/24"),), f"vlan{number}", number)
        for name, kind, number in (("office", "workstation", 10), ("vaults", "backup", 20), ("admin", "management", 50))
    ),
    services=built_in_services(),
    nevers=(Never("remote-desktops", way("office", "vaults", "rdp"), "Harbor keeps them for its admins"),),
    firewalls=(Firewall(NAME, "nftables", ("office", "vaults", "admin")),),
)
OPEN = Network(
    NETWORK.zones,
    services=NETWORK.services,
    flows=(
        Flow(
            "everything", way("office admin", "office vaults admin", "any"), "today", "it@harbor.example", "2099-01-01"
        ),
    ),
    firewalls=NETWORK.firewalls,
)


@dataclass(frozen=True)
class Truth:
    """Who of the office uses which service of which server."""

    sources: tuple[str, ...]
    destination: str
    port: int
    is_tcp: bool = True

    def packets(self) -> Iterator[Packet]:
        there = int(ip_address(self.destination))
        for source in self.sources:
            protocol = 6 if self.is_tcp else 17
            yield Packet("office", "vaults", 4, int(ip_address(source)), there, protocol, self.port)


TRUTHS = (
    Truth(OFFICE, SERVERS[0], 443),
    Truth(OFFICE, SERVERS[1], 53, is_tcp=False),
    Truth(OFFICE[:3], SERVERS[1], 8_443),
    Truth(OFFICE[2:7], SERVERS[2], 445),
    Truth(OFFICE[8:9], SERVERS[3], 22),
)
FORBIDDEN = Truth(OFFICE[5:6], SERVERS[0], 3_389)


async def all_open(world: World) -> None:
    """The zones are known to Limen, and the firewall lets everything through: nothing is cut yet."""
    world.limen.house.limen.known.set_rules(Network, NETWORK)
    await world.confirmed(intended(OPEN, NAME, TODAY, world.now).ruleset)
    for vlan, addresses in ((10, OFFICE[1:]), (20, SERVERS[1:])):
        for address in addresses:
            _add_address(world.router, vlan, address)


@contextmanager
def answering(router: RealRouter) -> Iterator[None]:
    """The servers; those of 10.20.0.10 on 443 and 3389 are there already."""
    with ExitStack() as closing:
        for one in {(one.destination, one.port) for one in TRUTHS if one.is_tcp} - {(SERVERS[0], 443)}:
            closing.enter_context(inside(router.hosts[20], lambda one=one: socket.create_server(one)))
        yield


async def used(world: World, chance: random.Random, many: int) -> int:
    """At least so many connections, each truth by each who uses it; how many began."""
    each = [(source, one) for one in TRUTHS for source in one.sources]
    forbidden = [(FORBIDDEN.sources[0], FORBIDDEN)] * 3
    chosen = [*each, *each, *forbidden, *chance.choices(each, k=max(0, many - 2 * len(each) - len(forbidden)))]
    chance.shuffle(chosen)
    await asyncio.to_thread(inside, world.router.hosts[10], lambda: [_use(*one) for one in chosen])
    return len(chosen)


async def told(world: World, many: int) -> dict[Contact, Tally]:
    """What Limen has written down, once so many connections came through the firewall."""
    core = world.limen.house.limen.core
    learning, begin = core.offers.take(Learning), world.now - HOUR
    seen: dict[Contact, Tally] = {}

    async def look() -> bool:
        await learning.keep()
        nonlocal seen
        seen = await core.database.reading(lambda snapshot: store.since(snapshot.connection, begin))
        ours = {contact: tally for contact, tally in seen.items() if _is_through(contact)}
        return sum(one.count for one in ours.values()) >= many

    async with asyncio.timeout(60):
        while not await look():  # noqa: ASYNC110 -- the kernel tells nobody here
            await asyncio.sleep(0.2)
    return seen


def _is_through(contact: Contact) -> bool:
    return any(ip_address(contact.source) in prefix for prefix in NETWORK.zone_of["office"].prefixes)


def _use(source: str, one: Truth) -> None:
    if one.is_tcp:
        with suppress(ConnectionRefusedError):
            socket.create_connection((one.destination, one.port), timeout=60, source_address=(source, 0)).close()
        return
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.bind((source, 0))
        asking.sendto(b"who?", (one.destination, one.port))


def _add_address(router: RealRouter, vlan: int, address: str) -> None:
    there = ["nsenter", f"--net=/proc/{router.hosts[vlan]}/ns/net"]
    subprocess.run([*there, "ip", "address", "add", f"{address}/24", "dev", "eth0"], check=True)
