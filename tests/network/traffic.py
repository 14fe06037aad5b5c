"""An hour of a company's connections: what a policy that nobody sees lets people do, and somebody who looks around.

Limen's own laws and benches learn from it, so it is made as real traffic is: most of it again and again, hosts with two
families, services that draw their ports, and scans of what is there and of what is not.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from tests.network.networks import DNS, HTTPS, PING, SSH, host, zone

from limen.clock import HOUR, Instant
from limen.network.learning.flows import ObservedFlow
from limen.network.model import Host, Network, Never, Service, Way

BEGAN: Final[Instant] = 1_795_000_000_000
SERVICES: Final = (HTTPS, SSH, DNS, PING)
_ZONES: Final = (
    zone("office", "workstation", 10),
    zone("servers", "server", 20),
    zone("finance", "finance", 21),
    zone("backup", "backup", 60),
    zone("iot", "iot", 30, has_ipv6=False),
)
NEVER: Final = Never(
    "office-never-backup", Way(("office",), ("backup",), ("any",)), "ransomware must not reach backups"
)


@dataclass(frozen=True, slots=True)
class Truth:
    """Each source may use each destination by each service."""

    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    service: Service


@dataclass(frozen=True, slots=True)
class Company:
    """`network` is what is stated: zones, some hosts, and what must never be. `truths` is the policy nobody sees."""

    network: Network
    addresses: dict[str, dict[int, int]]
    """By name its address of each family that it has."""
    truths: tuple[Truth, ...]


def company(chance: random.Random, workstations: int = 24, truths: int = 12) -> Company:
    """Workstations that have no names, servers of which some have, and what they may do."""
    members: dict[str, list[str]] = {}
    hosts: list[Host] = []
    addresses: dict[str, dict[int, int]] = {}
    for place in _ZONES:
        many = workstations if place.name == "office" else chance.randint(3, 8)
        members[place.name] = [f"{place.name}{number}" for number in range(many)]
        for number, name in enumerate(members[place.name]):
            its = [prefix[10 + number] for prefix in place.prefixes if prefix.version == 4 or chance.random() < 0.7]
            addresses[name] = {one.version: int(one) for one in its}
            if place.name not in {"office", "iot"} and chance.random() < 0.5:
                hosts.append(host(name, place.name, *map(str, its)))
    wanted = tuple(_truth(chance, members) for _ in range(truths))
    network = Network(_ZONES, tuple(hosts), SERVICES, nevers=(NEVER,))
    return Company(network, addresses, wanted)


def _truth(chance: random.Random, members: dict[str, list[str]]) -> Truth:
    from_zone, to_zone = chance.sample([name for name in members if name != "backup"], 2)
    if chance.random() < 0.3:
        from_zone, to_zone = "servers", "backup"
    return Truth(_some(chance, members[from_zone]), _some(chance, members[to_zone]), chance.choice(SERVICES[:3]))


def _some(chance: random.Random, names: Sequence[str]) -> tuple[str, ...]:
    """All of a zone or nearly, one, or a few: as policies name them, and people use what they may."""
    how = chance.random()
    if how < 0.1 and len(names) > 20:
        return tuple(names[1:])
    return tuple(names) if how < 0.4 else tuple(chance.sample(names, 1 if how < 0.8 else min(len(names), 3)))


def used(one: Company, truth: Truth) -> Iterator[ObservedFlow]:
    """What a truth comes to within the hour: every pair uses it a few times."""
    for source, destination, part in product(truth.sources, truth.destinations, truth.service.parts):
        here, there = one.addresses[source], one.addresses[destination]
        for family in here.keys() & there.keys() & set(part.families):
            at = BEGAN + (here[family] * 7919) % HOUR
            yield ObservedFlow(at, "", "", family, here[family], there[family], part.protocol[0], part.ports[0], 4)


def scans(one: Company, chance: random.Random, source: str) -> Iterator[ObservedFlow]:
    """A sweep of a zone for one port, and all small ports of one host. Few of it is answered."""
    number = one.addresses[source][4]
    swept = int(chance.choice(one.network.zones[1:]).prefixes[0].network_address)
    for last in range(1, 255):
        yield ObservedFlow(BEGAN, "", "", 4, number, swept + last, 6, 445, was_answered=False)
    victim = one.addresses[chance.choice([name for name in one.addresses if name.startswith("servers")])][4]
    for port in range(1, 1_000):
        if port not in {22, 53, 443}:
            yield ObservedFlow(BEGAN, "", "", 4, number, victim, 6, port, was_answered=port % 97 == 0)
