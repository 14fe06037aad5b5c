"""What this machine sees of the network that it stands in, as its kernel tells: nothing is sent, nobody is asked.

Linux says it in /proc/net. Elsewhere, and where something can't be read, nothing is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from itertools import islice
from pathlib import Path
from typing import Final

from limen.network.model import Prefix

PROC: Final = Path("/proc/net")
MOST_LINES: Final = 10_000
"""Of each file: a router of the internet has a million routes."""
MOST_NEIGHBOURS: Final = 12
_IS_UP: Final = 0x1
_IS_COMPLETE: Final = 0x2
_GLOBAL: Final = "00"


@dataclass(frozen=True, slots=True)
class LocalNetwork:
    """A network at an interface, or behind a gateway there (`is_here` is false). `vlan`: 0 where it has no number.

    `own` are the machine's own addresses in it, `neighbours` others that it spoke with lately.
    """

    prefix: Prefix
    interface: str
    is_here: bool = True
    vlan: int = 0
    own: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalNetworks:
    """`gateway`: by which the internet is reached ("": none is known)."""

    networks: tuple[LocalNetwork, ...] = ()
    gateway: str = ""


def local_networks(proc: Path = PROC) -> LocalNetworks:
    """What can be read. It raises nothing."""
    vlans = dict(_vlans(proc))
    own = frozenset(_own_addresses(proc))
    neighbours = list(_neighbours(proc))
    found: list[LocalNetwork] = []
    gateway = ""
    for interface, prefix, by in _routes(proc):
        if prefix.prefixlen == 0:
            gateway = gateway or str(by)
            continue
        here = int(by) == 0
        found.append(
            LocalNetwork(
                prefix,
                interface,
                is_here=here,
                vlan=vlans.get(interface, 0),
                own=tuple(str(one) for one in sorted(own) if here and one in prefix),
                neighbours=tuple(
                    islice((str(one) for one, at in neighbours if at == interface and one in prefix), MOST_NEIGHBOURS)
                ),
            )
        )
    found += [
        LocalNetwork(prefix, interface, vlan=vlans.get(interface, 0), own=(str(address),))
        for interface, prefix, address in _ipv6(proc)
    ]
    return LocalNetworks(tuple(dict.fromkeys(found)), gateway)


def _rows(file: Path, heads: int) -> Iterator[list[str]]:
    """The words of each line after the headings; none where it can't be read."""
    try:
        with file.open(encoding="ascii", errors="replace") as lines:
            yield from (line.split() for line in islice(lines, heads, MOST_LINES))
    except OSError:
        return


def _routes(proc: Path) -> Iterator[tuple[str, IPv4Network, IPv4Address]]:
    """Interface, network and gateway (0.0.0.0: none) of each. The file has addresses with their last byte first."""
    for words in _rows(proc / "route", 1):
        try:
            name, destination, by, flags, mask = words[0], words[1], words[2], int(words[3], 16), words[7]
            prefix = IPv4Network((_little(destination), str(_little(mask))))
            if flags & _IS_UP:
                yield name, prefix, _little(by)
        except (IndexError, ValueError):
            continue


def _little(written: str) -> IPv4Address:
    return IPv4Address(bytes.fromhex(written.zfill(8))[::-1])


def _ipv6(proc: Path) -> Iterator[tuple[str, IPv6Network, IPv6Address]]:
    for words in _rows(proc / "if_inet6", 0):
        try:
            number, _, length, scope, _, name = words
            address = IPv6Address(int(number, 16))
            if scope == _GLOBAL and name != "lo":
                yield name, IPv6Network((address, int(length, 16)), strict=False), address
        except ValueError:
            continue


def _own_addresses(proc: Path) -> Iterator[IPv4Address]:
    """A leaf of the kernel's tree of routes is an address, and below it what it is."""
    last = ""
    for words in _rows(proc / "fib_trie", 0):
        if words[:1] == ["|--"] and len(words) == 2:
            last = words[1]
        elif words[-2:] == ["host", "LOCAL"] and words[0] == "/32":
            try:
                yield IPv4Address(last)
            except ValueError:
                continue


def _neighbours(proc: Path) -> Iterator[tuple[IPv4Address, str]]:
    for words in _rows(proc / "arp", 1):
        try:
            if int(words[2], 16) & _IS_COMPLETE:
                yield IPv4Address(words[0]), words[5]
        except (IndexError, ValueError):
            continue


def _vlans(proc: Path) -> Iterator[tuple[str, int]]:
    """`eth0.10  | 10  | eth0`"""
    for words in _rows(proc / "vlan" / "config", 2):
        if len(words) == 5 and words[2].isdigit():
            yield words[0], int(words[2])
