"""A network.yaml to begin with, from what this machine sees: its own networks as zones, and nothing that it guesses of
what is let through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

from limen.network.initial import HEAD
from limen.network.local_networks import LocalNetwork, LocalNetworks
from limen.network.model import Prefix
from limen.network.names import RESERVED
from limen.network.shapes import INTERFACE
from limen.printable import plain_word

MOST_ZONES: Final = 40
_OUR_OWN: Final = tuple(map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")))
"""Addresses that companies give themselves (RFC 1918, RFC 4193)."""
_OF_PROGRAMS: Final = re.compile(r"(docker|br-[0-9a-f]{12}|veth|virbr|cni|flannel|cali|podman|lxc)")
"""Interfaces that programs make for what runs on this machine alone."""
_TUNNEL: Final = re.compile(r"(wg|tun|tap|tailscale|ppp|zt)")


@dataclass(frozen=True, slots=True)
class _Zone:
    name: str
    networks: tuple[LocalNetwork, ...]

    @property
    def first(self) -> LocalNetwork:
        return self.networks[0]


def proposed(local: LocalNetworks) -> str:
    """The text of the file; "" where nothing is seen that a company has for itself."""
    zones = list(_zones(local.networks))
    return "\n".join((*HEAD.splitlines(), *_lines(zones, local), "")) if zones else ""


def _zones(networks: Iterable[LocalNetwork]) -> Iterator[_Zone]:
    """The networks of one interface are one zone; each that is behind a gateway is one of its own."""
    groups: dict[str, list[LocalNetwork]] = {}
    taken: list[Prefix] = []
    for one in sorted(networks, key=lambda it: not it.is_here):
        is_single = one.is_here and one.prefix.prefixlen == one.prefix.max_prefixlen
        if is_single or not _is_our_own(one) or any(_overlap(one.prefix, other) for other in taken):
            continue
        taken.append(one.prefix)
        groups.setdefault(one.interface if one.is_here else str(one.prefix), []).append(one)
    names: set[str] = set()
    for some in list(groups.values())[:MOST_ZONES]:
        name = _name(some[0], is_alone=len(groups) == 1)
        while name in names or name in RESERVED:
            name = f"{name[:36]}-{len(names)}"
        names.add(name)
        yield _Zone(name, tuple(some))


def _is_our_own(one: LocalNetwork) -> bool:
    is_fit = INTERFACE.fullmatch(one.interface) is not None and not _OF_PROGRAMS.match(one.interface)
    wide = 8 if one.prefix.version == 4 else 16
    return is_fit and one.prefix.prefixlen >= wide and any(_overlap(one.prefix, own) for own in _OUR_OWN)


def _overlap(one: Prefix, other: Prefix) -> bool:
    return one.version == other.version and one.overlaps(other)


def _name(one: LocalNetwork, *, is_alone: bool) -> str:
    if is_alone:
        return "office"
    if not one.is_here:
        return f"net-{plain_word(str(one.prefix))}"[:40]
    return f"vlan{one.vlan}" if one.vlan else f"net-{plain_word(one.interface)}"[:40]


def _kind(zone: _Zone) -> str:
    return "vpn" if _TUNNEL.match(zone.first.interface) and zone.first.is_here else "workstation"


def _lines(zones: list[_Zone], local: LocalNetworks) -> Iterator[str]:
    yield "# Proposed from what this machine sees of its networks. It knows no purpose: correct each kind and name, and"
    yield "# add what is elsewhere. All is taken for workstations, which may do least."
    yield "zones:"
    for zone in zones:
        prefixes = ", ".join(f'"{one.prefix}"' if one.prefix.version == 6 else str(one.prefix) for one in zone.networks)
        vlan = f", vlan: {zone.first.vlan}" if zone.first.vlan else ""
        where = f"at {zone.first.interface}" if zone.first.is_here else f"behind a gateway at {zone.first.interface}"
        yield f"  {zone.name}: {{kind: {_kind(zone)}{vlan}, prefixes: [{prefixes}]}}  # {where}"
    yield from _hosts(zones, local.gateway)
    yield "# flows:"
    yield f"#   - {{id: browsing, from: {zones[0].name}, to: internet, service: [https, http, quic, dns], owner: staff,"
    yield '#      purpose: "Web sites of others", review: 2027-11-01}'


def _hosts(zones: list[_Zone], gateway: str) -> Iterator[str]:
    names = {zone.name for zone in zones}
    here = "limen-server" if "limen-server" not in names else "limen-here"
    own = [(zone.name, [each for one in zone.networks for each in one.own]) for zone in zones]
    stated = [(here if at == 0 else f"{here}-{at}", *one) for at, one in enumerate(it for it in own if it[1])]
    router = next((zone.name for zone in zones for one in zone.networks if _is_in(gateway, one)), "")
    if any(gateway in addresses for _, _, addresses in stated):
        router = ""  # this machine is its own
    if stated or router:
        yield "hosts:"
    for name, zone, addresses in stated:
        written = ", ".join(f'"{one}"' if ":" in one else one for one in addresses[:20])
        yield f"  {name}: {{zone: {zone}, addresses: [{written}]}}"
    if router:
        yield f"  router: {{zone: {router}, addresses: [{gateway}]}}"
    for each in zones:
        others = [one for network in each.networks for one in network.neighbours if one != gateway]
        if others:
            yield f"# also seen in {each.name}: {', '.join(others)}"


def _is_in(address: str, one: LocalNetwork) -> bool:
    return bool(address) and one.is_here and _overlap(ip_network(address), one.prefix)
