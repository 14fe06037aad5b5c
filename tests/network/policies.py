"""Random networks with random rules, so small that much of it meets: overlaps, blocks, both families, openings."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Final

from tests.network.networks import zone

from limen.network.compiling import Places
from limen.network.model import INTERNET, Network
from limen.network.packets import ANY_PORT, ANY_PROTOCOL, Box, Interval, Rule, Ruleset

ZONES: Final = (("office", 10), ("servers", 20), ("iot", 30), ("guests", 40), ("management", 50))
UPLINK: Final = "up0"
"""The interface to the internet: 198.18.0.0/24 and 2001:db8:9::/64 are on it."""
HOSTS: Final = (10, 11)
"""The last part of the addresses of a zone's hosts, as text has it."""
PORTS: Final = (22, 53, 443, 445, 8005)
LONG: Final = 1 << 40
"""An instant after every test."""


def network(numbers: random.Random) -> Network:
    """Five zones, some of them isolated, one without IPv6 now and then."""
    zones = [
        replace(zone(name, name if name == "management" else "server", number), is_isolated=numbers.random() < 0.6)
        for name, number in ZONES
    ]
    if numbers.random() < 0.2:
        place = numbers.randrange(len(zones))
        zones[place] = replace(zones[place], prefixes=zones[place].prefixes[:1])
    return Network(tuple(zones))


def ruleset(numbers: random.Random, of: Network, most: int = 25) -> Ruleset:
    """Blocks and flows in any order, then openings."""
    places = Places(of)
    rules = [_rule(numbers, of, places, number) for number in range(numbers.randint(1, most))]
    openings = [_opening(numbers, of, places, number) for number in range(numbers.randint(0, 4))]
    return Ruleset(of.zone_names, (*rules, *openings))


def _rule(numbers: random.Random, of: Network, places: Places, number: int) -> Rule:
    from_zone, to_zone = numbers.choice(of.zone_names), numbers.choice(of.zone_names)
    family = numbers.choice((4, 6))
    protocol, port, source_port = _service(numbers, family)
    box = Box(
        family,
        _some(numbers, places, from_zone, family),
        _some(numbers, places, to_zone, family),
        protocol,
        port,
        source_port,
    )
    return Rule(f"rule-{number}", numbers.random() < 0.7, from_zone, to_zone, box)


def _opening(numbers: random.Random, of: Network, places: Places, number: int) -> Rule:
    rule = _rule(numbers, of, places, number)
    port = numbers.choice(PORTS)
    service = numbers.choice((((6, 6), (port, port)), ((17, 17), (port, port + 100)), (ANY_PROTOCOL, ANY_PORT)))
    box = rule.box._replace(protocol=service[0], port=service[1], source_port=ANY_PORT)
    return Rule(f"opening-{number}", True, rule.from_zone, rule.to_zone, box, LONG)


def _some(numbers: random.Random, places: Places, zone_name: str, family: int) -> Interval:
    """Addresses of a zone: all, some around its hosts, one host."""
    own = [interval for _, one, interval in places.of(zone_name) if one == family]
    if not own:
        return 0, 0
    low, high = numbers.choice(own)
    host = address(zone_name, family, numbers.choice(HOSTS))
    if not low <= host <= high or numbers.random() < 0.3:
        return low, high
    return max(low, host - numbers.choice((0, 0, 1, 3))), min(high, host + numbers.choice((0, 0, 1, 200)))


def _service(numbers: random.Random, family: int) -> tuple[Interval, Interval, Interval]:
    kind = numbers.random()
    low = numbers.choice(PORTS)
    ports = numbers.choice(((low, low), (low, low), (low, min(low + numbers.choice((1, 30, 8_000)), 65_535)), ANY_PORT))
    if kind < 0.4:
        return (6, 6), ports, ANY_PORT
    if kind < 0.6:
        return (17, 17), ports, ANY_PORT
    if kind < 0.75:
        types = numbers.choice(((8, 8), (128, 128), (0, 13), (8, 200), (13, 13)))
        return ((1, 1) if family == 4 else (58, 58)), types, ANY_PORT
    if kind < 0.85:
        return numbers.choice(((6, 17), (0, 40), (1, 6), (47, 255), (0, 255))), ports, ANY_PORT
    if kind < 0.92:
        return (6, 6), ports, numbers.choice(((0, 1_023), (1_024, 65_535), (40_000, 50_000)))
    return ANY_PROTOCOL, ANY_PORT, ANY_PORT


def address(zone_name: str, family: int, host: int) -> int:
    """The address of a host, as a number."""
    if zone_name == INTERNET:
        return (0xC612 << 16) + host if family == 4 else (0x20010DB80009 << 80) + int(str(host), 16)
    number = dict(ZONES)[zone_name]
    if family == 4:
        return (10 << 24) + (number << 16) + host
    return (0xFD00 << 112) + (int(str(number), 16) << 96) + int(str(host), 16)
