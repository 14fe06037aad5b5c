"""Where a person can be, as far as policies tell addresses apart: in the company's networks, or in none of them.

A request from nowhere does not exist: whoever asks has an address. Inside of the company's networks every stretch of
addresses that policies tell apart can be attained. Outside, nobody can be asked to sit in one corner of the internet,
so one place stands for it in each version of IP: the middle of the widest stretch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import pairwise
from typing import Final, TypeAlias

from limen.facts import NOWHERE, Place
from limen.policy.scenarios.boundaries import Boundaries

Networks: TypeAlias = Sequence[tuple[str, IPv4Network | IPv6Network]]
"""Names and networks in the order in which they are looked up: the first that holds an address names its place."""

_SIZES: Final = {4: 1 << 32, 6: 1 << 128}


def attainable_places(networks: Networks, drawn: Boundaries) -> tuple[Place, ...]:
    """One place of each kind that these borders tell apart, outside of all networks first."""
    outside: list[Place] = []
    inside: dict[object, Place] = {}
    reads_name, reads_address = "place.network" in drawn.read, "place.address" in drawn.read
    for version, size in _SIZES.items():
        named = [
            (int(network.network_address), int(network.broadcast_address), name)
            for name, network in networks
            if network.version == version
        ]
        starts = sorted({0, *(number for kind, number in drawn.addresses if kind == version)})
        widest = (0, 0)
        for first, after in pairwise(_borders(named, starts, size)):
            name = next((name for low, high, name in named if low <= first <= high), "")
            if not name:
                widest = max(widest, (after - first, first))
                continue
            stretch = (version, max(one for one in starts if one <= first)) if reads_address else ()
            inside.setdefault((name if reads_name else "", stretch), _place(version, first, name))
        if widest[0]:
            outside.append(_place(version, widest[1] + widest[0] // 2, ""))
    return (*outside, *inside.values())


def _borders(named: list[tuple[int, int, str]], drawn: list[int], size: int) -> list[int]:
    borders = {*drawn, size, *(low for low, _, _ in named), *(high + 1 for _, high, _ in named)}
    return sorted(borders)


def _place(version: int, number: int, network: str) -> Place:
    address = IPv4Address(number) if version == 4 else IPv6Address(number)
    return replace(NOWHERE, address=str(address), network=network)
