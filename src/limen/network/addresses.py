"""Addresses as people write them into network.yaml: read, held against each other, and what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_interface
from typing import Any, Final, NamedTuple

from limen.configuration.problem import Complaint, shown, unknown
from limen.network.model import Prefix
from limen.network.shapes import HostShape, ZoneShape

_WIDEST: Final = {4: 8, 6: 16}
"""A prefix that is shorter takes in much that is somebody else's."""
_NOBODYS: Final[tuple[Prefix, ...]] = (
    *map(IPv4Network, ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")),
    *map(IPv6Network, ("::/127", "::ffff:0:0/96", "fe80::/10", "ff00::/8")),
)
"""Addresses that no zone has for itself: of one machine, of one link, of groups, reserved ones (RFC 6890), and IPv4
written as IPv6, by which one address would have two names."""
_DNS_NAME: Final = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+\.?")

_PLAIN: Final = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")


class UnfitError(Exception):
    """What is written can't be taken; what is wrong and what to do."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what, self.fix = what, fix


class Placed(NamedTuple):
    """A prefix, whose it is, and where it is written."""

    prefix: Prefix
    owner: str
    at: tuple[str | int, ...]


def is_dns_name(written: str) -> bool:
    return _DNS_NAME.fullmatch(written) is not None


def prefix_of(written: str) -> Prefix:
    """The addresses of a zone. Raises UnfitError."""
    prefix = _network(written, "10.10.0.0/24 or fd00:10::/64")
    if prefix.prefixlen < _WIDEST[prefix.version]:
        least = f"/{_WIDEST[prefix.version]}"
        raise UnfitError(f"{shown(written)} takes in much that is not yours", f"write prefixes of {least} or longer")
    return prefix


def address_of(written: str) -> Prefix:
    """One address of a host, as a network of it alone. Raises UnfitError."""
    if "/" in written and not written.endswith(("/32", "/128")):
        raise UnfitError(
            f"{shown(written)} is a network, and not an address", "write the host's own, such as 10.20.0.5"
        )
    prefix = _network(written, "10.20.0.5 or fd00:20::5")
    if prefix.num_addresses != 1:  # of IPv6, with the length of an address of IPv4
        raise UnfitError(f"{shown(written)} is a network, and not an address", "write the host's own, such as fd00::5")
    return prefix


def _network(written: str, example: str) -> Prefix:
    if is_dns_name(written):
        what = f"{shown(written)} is a DNS name, which may lead to another address tomorrow"
        raise UnfitError(what, "write the address itself")
    try:
        stated = ip_interface(written)
    except ValueError:
        raise UnfitError(f"{shown(written)} is not an address", f"write it like {example}") from None
    if not _PLAIN.fullmatch(written):  # a zone index, or a mask in place of a length
        raise UnfitError(f"{shown(written)} is not an address", f"write it like {example}")
    prefix = stated.network
    if stated.ip != prefix.network_address:
        raise UnfitError(f"{shown(written)} is an address within a network", f"did you mean {shown(str(prefix))}?")
    if any(one.version == prefix.version and one.overlaps(prefix) for one in _NOBODYS):
        raise UnfitError(f"{shown(written)} is no address that a network has for itself", "write your own addresses")
    return prefix


def overlapping(placed: Iterable[Placed]) -> Iterator[tuple[Placed, Placed]]:
    """Each prefix that lies within another, and the closest that it lies in. In one pass over the sorted prefixes."""
    around: list[Placed] = []
    for one in sorted(placed, key=lambda it: (it.prefix.version, int(it.prefix.network_address), it.prefix.prefixlen)):
        while around and not _holds(around[-1].prefix, one.prefix):
            around.pop()
        if around:
            yield one, around[-1]
        around.append(one)


class ZonesOfAddresses:
    """Which zone an address is in. The prefixes of zones are taken to share no address."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._zones = {one.prefix: one.owner for one in placed}
        self._lengths = {
            version: sorted({one.prefixlen for one in self._zones if one.version == version}, reverse=True)
            for version in (4, 6)
        }

    def of(self, address: Prefix) -> str:
        """The zone's name; "" where the address is in none."""
        around = (address.supernet(new_prefix=length) for length in self._lengths[address.version])
        return next((self._zones[one] for one in around if one in self._zones), "")


def _holds(outer: Prefix, inner: Prefix) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)


def address_complaints(
    zones: Mapping[str, ZoneShape], hosts: Mapping[str, HostShape], names: Collection[str]
) -> Iterator[Complaint]:
    """What is wrong with the addresses of zones and hosts. `names`: of zones, also of those that could not be read."""
    placed: list[Placed] = []
    for name, zone in zones.items():
        for number, written in enumerate(zone.prefixes):
            at = ("zones", name, "prefixes", number)
            try:
                placed.append(Placed(prefix_of(written), name, at))
            except UnfitError as error:
                yield at, error.what, error.fix
    for inner, outer in overlapping(placed):
        if inner.owner == outer.owner:
            yield inner.at, f"{inner.prefix} is in {outer.prefix} already", "remove it"
        else:
            what = f"{inner.prefix} of {inner.owner} is also {outer.owner}, by {outer.prefix} there"
            fix = "an address is in one zone: take it out of one of the two"
            yield from ((one.at, what, fix) for one in (inner, outer))
    yield from _host_complaints(zones, hosts, names, ZonesOfAddresses(placed))


def _host_complaints(
    zones: Mapping[str, ZoneShape], hosts: Mapping[str, HostShape], names: Collection[str], placed: ZonesOfAddresses
) -> Iterator[Complaint]:
    taken: dict[Any, str] = {}
    for name, host in hosts.items():
        if host.zone not in names:
            yield ("hosts", name, "zone"), *unknown("zone", host.zone, names, "state it below `zones`")
        for number, written in enumerate(host.addresses):
            at = ("hosts", name, "addresses", number)
            try:
                address = address_of(written)
            except UnfitError as error:
                yield at, error.what, error.fix
                continue
            if address in taken:
                yield at, f"{shown(written)} is the address of {taken[address]} already", "remove it from one of them"
            taken.setdefault(address, name)
            zone = placed.of(address)
            if zone != host.zone and host.zone in zones:
                is_in = f"is in the zone {zone}" if zone else "is in no zone"
                yield at, f"{shown(written)} {is_in}, and not in {host.zone}", "correct the address, or the zone"
