"""A connection that somebody saw, whoever it was: connection tracking, flow logs of a cloud, a router, a firewall."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final, NamedTuple

from limen.clock import Instant
from limen.network.packets import address_of
from limen.network.packets.box import ICMP, ICMPV6

NOBODY: Final = ""
FAMILIES: Final = {IPv4Address: 4, IPv6Address: 6}
QUESTIONS: Final = {ICMP: 8, ICMPV6: 128}
"""The type of an echo request, by protocol: of all that ICMP says, it alone begins something."""


@dataclass(frozen=True, slots=True)
class ObservedFlow:
    """Connections alike: `count` times this source began one to this destination. Fields are as in `Packet`.

    `from_zone` and `to_zone` are there where interfaces were seen, and "" where only addresses were. `count` is 0 where
    nothing new began, and only `was_answered` is told: whether the other side took it, None where nobody says.
    `was_refused`: a firewall denied it already. `person_id` and `device_id`: who had the source's address then, where
    that is known.
    """

    at: Instant
    from_zone: str
    to_zone: str
    family: int
    source: int
    destination: int
    protocol: int
    port: int
    count: int = 1
    was_answered: bool | None = None
    was_refused: bool = False
    person_id: str = NOBODY
    device_id: str = NOBODY


class Ends(NamedTuple):
    """From one address to another."""

    family: int
    source: int
    destination: int

    @property
    def is_routed(self) -> bool:
        """Whether routers carry it at all: neither to many at once, nor within one link or one machine."""
        return not any(_stays_near(address_of(self.family, one)) for one in (self.source, self.destination))


def ends_of(source: str, destination: str) -> Ends | None:
    """The addresses as numbers; None where they are none, or of two families."""
    try:
        one, other = ip_address(source), ip_address(destination)
    except ValueError:
        return None
    family = FAMILIES[type(one)]
    return Ends(family, int(one), int(other)) if FAMILIES[type(other)] == family else None


def _stays_near(address: IPv4Address | IPv6Address) -> bool:
    is_broadcast = address.version == 4 and int(address) == 0xFFFF_FFFF
    return (
        is_broadcast or address.is_multicast or address.is_link_local or address.is_loopback or address.is_unspecified
    )
