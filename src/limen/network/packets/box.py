"""What packets are told apart by. A box is the set of all packets of one address family whose fields lie in its
intervals.

Numbers are those of IANA: protocol 6 is TCP, 17 UDP, 1 ICMP, 58 ICMPv6. `port` is the destination port of TCP, UDP,
SCTP and DCCP, and the type of ICMP and ICMPv6; packets of all other protocols have port 0. `source_port` is 0 for
whatever has none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from typing import Final, NamedTuple, TypeAlias

Interval: TypeAlias = tuple[int, int]
"""The lowest and the highest number of it; both belong to it."""

LAST_ADDRESS: Final = {4: (1 << 32) - 1, 6: (1 << 128) - 1}
ANY_PROTOCOL: Final[Interval] = (0, 255)
ANY_PORT: Final[Interval] = (0, 65_535)
TCP: Final = 6
UDP: Final = 17
ICMP: Final = 1
ICMPV6: Final = 58
WITH_PORTS: Final = frozenset({TCP, UDP, 33, 132})
"""TCP, UDP, DCCP, SCTP."""


class Box(NamedTuple):
    """Packets of `family` (4 or 6) with each field in its interval. Addresses are numbers."""

    family: int
    source: Interval
    destination: Interval
    protocol: Interval = ANY_PROTOCOL
    port: Interval = ANY_PORT
    source_port: Interval = ANY_PORT

    def holds(self, packet: Packet) -> bool:
        return self.family == packet.family and all(
            low <= value <= high for (low, high), value in zip(self[1:], packet[3:], strict=True)
        )

    def meets(self, other: Box) -> Box | None:
        """The packets that are in both."""
        if self.family != other.family:
            return None
        shared: list[Interval] = []
        for (low, high), (lower, higher) in zip(self[1:], other[1:], strict=True):
            both = max(low, lower), min(high, higher)
            if both[0] > both[1]:
                return None
            shared.append(both)
        return Box(self.family, *shared)

    def is_within(self, other: Box) -> bool:
        return self.family == other.family and all(
            lower <= low and high <= higher for (low, high), (lower, higher) in zip(self[1:], other[1:], strict=True)
        )

    def without(self, other: Box) -> list[Box]:
        """The packets of this box that are not in `other`, as boxes that share none."""
        shared = self.meets(other)
        if shared is None:
            return [self]
        left: list[Box] = []
        fields = list(self[1:])
        for place, (low, high) in enumerate(shared[1:]):
            first, last = fields[place]
            pieces = [piece for piece in ((first, low - 1), (high + 1, last)) if piece[0] <= piece[1]]
            left += [Box(self.family, *[*fields[:place], one, *fields[place + 1 :]]) for one in pieces]
            fields[place] = (low, high)
        return left

    def first(self, from_zone: str, to_zone: str) -> Packet:
        """A packet of it, on the way between these zones."""
        return Packet(from_zone, to_zone, self.family, *(low for low, _ in self[1:]))


class Packet(NamedTuple):
    """One packet that begins a connection; answers to it are let through by connection tracking.

    `from_zone` is the zone whose interface it came in by, `to_zone` the zone that it leaves to.
    """

    from_zone: str
    to_zone: str
    family: int
    source: int
    destination: int
    protocol: int
    port: int
    source_port: int = 0

    @property
    def addresses(self) -> tuple[str, str]:
        """From where and to where, as people write addresses."""
        return str(address_of(self.family, self.source)), str(address_of(self.family, self.destination))


def address_of(family: int, number: int) -> IPv4Address | IPv6Address:
    """Some of IPv6 are low enough to be taken for one of IPv4, were they made from their number alone."""
    return IPv4Address(number) if family == 4 else IPv6Address(number)


def of_one_family(
    sources: Iterable[tuple[int, Interval]], destinations: Collection[tuple[int, Interval]]
) -> Iterator[tuple[int, Interval, Interval]]:
    """The family, source and destination of each pair that has one: no packet goes from IPv4 to IPv6."""
    for family, source in sources:
        for other, destination in destinations:
            if family == other:
                yield family, source, destination


def every_packet(family: int) -> Box:
    """All packets of an address family."""
    return Box(family, (0, LAST_ADDRESS[family]), (0, LAST_ADDRESS[family]))
