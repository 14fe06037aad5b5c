"""The kernel as the oracle of random rules: each connect comes through exactly where the model says so."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from unittest.mock import patch

from tests.network.equal import differs
from tests.network.lab import ALL, ECHO, HOSTS, Lab
from tests.network.policies import LONG, PORTS, UPLINK, address, network, ruleset

from limen.network.emit import nft_sets
from limen.network.emit.nft_enforced import enforced
from limen.network.emit.nft_router import router_of
from limen.network.emit.nftables import firewall
from limen.network.nft.as_json import as_json
from limen.network.nft.listing import tables
from limen.network.packets import Interval, Packet, Ruleset
from limen.network.reading.nft import read

_ZONES: Final = tuple(zone for zone, _ in ALL)
_NOW: Final = LONG - 3_600_000
"""Openings last for an hour, and so longer than a test."""
_PATIENCE: Final = 0.06
_MORE_PORTS: Final = (1, 21, 60, 400, 8_030, 40_000, 65_535)


@dataclass(frozen=True, slots=True)
class Tried:
    """Of one policy: how many connects, how many of them came through, and where model and kernel disagree."""

    connects: int
    through: int
    wrong: tuple[str, ...]


def tried(lab: Lab, seed: int, connects: int, *, reads_back: bool = False) -> Tried:
    """One random policy in a lab. `reads_back`: what the kernel lists is read, and must be the same in every packet.

    An answer that was late on a busy machine counts only when it fails to come again.
    """
    numbers = random.Random(seed)
    of = network(numbers)
    rules, router = ruleset(numbers, of), router_of(of, [UPLINK])
    meant = enforced(rules, of, router)
    with patch.object(nft_sets, "_MANY", 2 if seed % 2 else 500):  # tables of hashes, which large sets become
        lab.load(as_json(firewall(rules, of, router, _NOW).table))
    packets = unlike([aimed_at(numbers, meant) for _ in range(connects)])
    seen = lab.probe(packets, _PATIENCE)
    wrong = [(packet, came) for packet, came in zip(packets, seen, strict=True) if came != meant.allows(packet)]
    wrong = [(packet, came) for packet, came in wrong if lab_says(lab, packet) != meant.allows(packet)]
    said = [f"seed {seed}: {packet.addresses} {packet}: came {came}" for packet, came in wrong]
    if reads_back:
        back = read(tables(lab.listing()), router.legs, _NOW)
        if not back.is_exact or (packet := differs(meant, back.ruleset)):
            said.append(f"seed {seed}: read back otherwise: {back.notes[:2] or packet}")
    return Tried(len(packets), sum(seen), tuple(said))


def lab_says(lab: Lab, packet: Packet) -> bool:
    """Whether it comes through, asked once more by itself and with time."""
    lab.forget()
    again = packet if packet.protocol != 6 else packet._replace(source_port=_other_port(packet))
    return lab.probe([again], patience=1.0)[0]


def _other_port(packet: Packet) -> int:
    """A neighbour of the port that was just used, on the same side of every bound of `policies`."""
    return packet.source_port + 1 if packet.source_port % 2 == 0 else packet.source_port - 1


def aimed_at(numbers: random.Random, rules: Ruleset) -> Packet:
    """A packet of the lab. Three of four are near the edges of a rule, since what is random meets few."""
    from_zone, to_zone = numbers.sample(_ZONES, 2)
    family = numbers.choice((4, 6))
    protocol = numbers.choice((6, 6, 6, 17, 0))
    port = numbers.choice((*PORTS, *_MORE_PORTS))
    sources, destinations = list(HOSTS), list(HOSTS)
    aimed = [one for one in rules.rules if one.from_zone in _ZONES and one.to_zone in _ZONES]
    aimed = [one for one in aimed if one.from_zone != one.to_zone]
    if aimed and numbers.random() < 0.75:
        rule = numbers.choice(aimed)
        from_zone, to_zone, family = rule.from_zone, rule.to_zone, rule.box.family
        low, high = rule.box.protocol
        icmp = 1 if family == 4 else 58
        protocol = numbers.choice([one for one in (6, 17, icmp) if low <= one <= high] or [6])
        protocol = 0 if protocol == icmp else protocol
        port = min(max(numbers.choice((*rule.box.port, *PORTS)) + numbers.choice((-1, 0, 0, 0, 1)), 1), 65_535)
        sources = [one for one in HOSTS if _is_in(rule.box.source, address(from_zone, family, one))] or sources
        destinations = [
            one for one in HOSTS if _is_in(rule.box.destination, address(to_zone, family, one))
        ] or destinations
    if protocol == 0:
        protocol, port = (1 if family == 4 else 58), numbers.choice(ECHO[family])[0]
    return Packet(
        from_zone,
        to_zone,
        family,
        address(from_zone, family, numbers.choice(sources)),
        address(to_zone, family, numbers.choice(destinations)),
        protocol,
        port,
        0 if protocol in {1, 58} else numbers.choice((numbers.randint(500, 1_000), numbers.randint(1_030, 65_000))),
    )


def _is_in(interval: Interval, number: int) -> bool:
    return interval[0] <= number <= interval[1]


def unlike(packets: Sequence[Packet]) -> list[Packet]:
    """Each once by what a connection is told apart by."""
    return [*{packet[2:]: packet for packet in packets}.values()]
