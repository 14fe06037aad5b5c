"""What a ruleset of nftables is made of: tables of sets and chains.

Statements stay as nft writes them in JSON (libnftables-json(5)), in one normal form (`normal`), so that what was meant
can be held against what the kernel lists. Elements of sets are numbers, since a listing writes one range in many ways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, TypeAlias

from limen.network.packets.box import Interval

Statement: TypeAlias = Mapping[str, Any]
Value: TypeAlias = str | Interval
"""One field of an element: the name of an interface, or numbers."""

ACCEPT: Final[Statement] = {"accept": None}
DROP: Final[Statement] = {"drop": None}
COUNTER: Final[Statement] = {"counter": None}


def jump(chain: str) -> Statement:
    return {"jump": {"target": chain}}


def goto(chain: str) -> Statement:
    return {"goto": {"target": chain}}


@dataclass(frozen=True, slots=True)
class Element:
    """`seconds`: how long it is there yet, None for ever. `verdict`: in a map, what it leads to."""

    key: tuple[Value, ...]
    comment: str = ""
    verdict: Statement | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Set:
    """Of elements whose fields have these types (`ipv4_addr`, `ifname`, …). `flags`: interval, timeout, dynamic …

    `is_map`: each element leads to a verdict. `has_counters`: each counts its packets. `seconds` is how long elements
    stay that say nothing else. `is_understood` is False where some type or element of it has no meaning here.
    """

    name: str
    types: tuple[str, ...]
    elements: tuple[Element, ...] = ()
    flags: frozenset[str] = frozenset()
    is_map: bool = False
    has_counters: bool = False
    size: int | None = None
    seconds: int | None = None
    is_understood: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One rule of a chain. `handle` is the kernel's number for it."""

    statements: tuple[Statement, ...]
    comment: str = ""
    handle: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Hook:
    """Where the kernel calls a chain. Lower priorities come first; `policy` is accept or drop."""

    kind: str
    name: str
    priority: int = 0
    policy: str = "accept"


@dataclass(frozen=True, slots=True)
class Chain:
    name: str
    lines: tuple[Line, ...] = ()
    hook: Hook | None = None


@dataclass(frozen=True)
class Table:
    """`family`: inet (both), ip, ip6, bridge, arp, netdev. `others`: what it has beside sets and chains, as flowtables
    and named counters.
    """

    family: str
    name: str
    sets: tuple[Set, ...] = ()
    chains: tuple[Chain, ...] = ()
    others: tuple[str, ...] = ()

    @cached_property
    def set_of(self) -> dict[str, Set]:
        return {one.name: one for one in self.sets}

    @cached_property
    def chain_of(self) -> dict[str, Chain]:
        return {one.name: one for one in self.chains}
