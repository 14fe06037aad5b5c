"""Where tunnels end, and which addresses devices have in them (pure)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from limen.network.model import Network, Prefix, WireGuard

KEY_BYTES: Final = 32
MOST_SLOTS: Final = 1 << 16
FIRST_SLOT: Final = 2
"""Of a prefix the first address is its name, and the second the firewall's."""


@dataclass(frozen=True, slots=True)
class End:
    """The firewall where tunnels end. `prefixes`: of each family one at most, whose addresses devices are given."""

    firewall: str
    wireguard: WireGuard
    zone: str
    prefixes: tuple[Prefix, ...]
    taken: frozenset[str]
    """What hosts of network.yaml have of them."""

    @property
    def own(self) -> tuple[str, ...]:
        """The firewall's addresses on its interface, each with the length of its prefix."""
        return tuple(f"{one[1]}/{one.prefixlen}" for one in self.prefixes)

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Its addresses at which devices ask for names; none where it has no domain for them."""
        return tuple(str(one[1]) for one in self.prefixes) if self.wireguard.domain else ()

    @property
    def slots(self) -> int:
        """How many devices have room."""
        smallest = min((one.num_addresses for one in self.prefixes), default=0)
        return max(0, min(smallest - FIRST_SLOT - 1, MOST_SLOTS))

    def addresses(self, slot: int) -> tuple[str, ...]:
        """What the device of this number has; nothing where a host has one of them."""
        found = tuple(str(one[FIRST_SLOT + slot]) for one in self.prefixes)
        return () if self.taken.intersection(found) else found


def end_of_tunnels(network: Network) -> End | None:
    """Where they end; None where network.yaml has no tunnels, or no zone for them."""
    for one in network.firewalls:
        if one.wireguard is None:
            continue
        for zone in network.zones:
            if zone.kind == "vpn" and zone.interface == one.wireguard.interface:
                of_family = {prefix.version: prefix for prefix in reversed(zone.prefixes) if prefix.num_addresses > 3}
                taken = frozenset(str(each.network_address) for host in network.hosts for each in host.addresses)
                prefixes = tuple(of_family[family] for family in sorted(of_family))
                return End(one.name, one.wireguard, zone.name, prefixes, taken) if prefixes else None
    return None


def first_slot(device_id: str, slots: int) -> int:
    """Where one begins to look for a device's number, so that it is the same one each time where it can be."""
    return int.from_bytes(sha256(device_id.encode()).digest()[:8], "big") % slots


def is_key(written: str) -> bool:
    """Whether this is a public key as WireGuard writes it: 32 bytes in base64, and no point of small order, with which
    anybody could agree on a secret (RFC 7748, section 6.1).
    """
    try:
        raw = base64.b64decode(written, validate=True)
    except (binascii.Error, ValueError):
        return False
    if len(raw) != KEY_BYTES or base64.b64encode(raw).decode() != written:
        return False
    number = (int.from_bytes(raw, "little") & ((1 << 255) - 1)) % _PRIME
    return number not in _SMALL_ORDER


_PRIME: Final = 2**255 - 19
_SMALL_ORDER: Final = frozenset(
    {
        0,
        1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
        _PRIME - 1,
    }
)
"""Of Curve25519, and of its twist."""
