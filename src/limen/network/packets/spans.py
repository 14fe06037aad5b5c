"""A rule's packets as sixteen numbers, for what is computed by the hundred thousand.

A span is a box with the zones in it as two more intervals: from zone, to zone, family, source, destination, protocol,
port and source port, each as its lowest and its highest number. Zones are numbered in the order of their ruleset, so
that a rule for any zone is one span and not one for each pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from limen.network.packets.box import Box, Packet
from limen.network.packets.ruleset import ANYWHERE, Rule

Span: TypeAlias = tuple[int, ...]
FIELDS: Final = 8
FROM, TO, FAMILY, SOURCE, DESTINATION, PROTOCOL, PORT, SOURCE_PORT = range(FIELDS)
"""The place of each field; its numbers are at twice that, and one further."""


def span_of(rule: Rule, numbers: Mapping[str, int]) -> Span:
    return span_between(rule.from_zone, rule.to_zone, rule.box, numbers)


def span_between(from_zone: str, to_zone: str, box: Box, numbers: Mapping[str, int]) -> Span:
    """These packets on the way between two zones; `ANYWHERE` stands for every zone."""
    family, source, destination, protocol, port, source_port = box
    ways = *_zones(from_zone, numbers), *_zones(to_zone, numbers)
    return (*ways, family, family, *source, *destination, *protocol, *port, *source_port)


def _zones(name: str, numbers: Mapping[str, int]) -> tuple[int, int]:
    if name == ANYWHERE:
        return 0, max(len(numbers) - 1, 0)
    return numbers[name], numbers[name]


def box_of(span: Span) -> Box:
    """Its packets without their zones."""
    return Box(
        span[4],
        (span[6], span[7]),
        (span[8], span[9]),
        (span[10], span[11]),
        (span[12], span[13]),
        (span[14], span[15]),
    )


def first_of(span: Span, zones: Sequence[str]) -> Packet:
    """One packet of it."""
    return Packet(zones[span[0]], zones[span[2]], *span[4::2])


def point_of(packet: Packet, numbers: Mapping[str, int]) -> Span | None:
    """The span that holds this packet alone; None where it names a zone that is not there."""
    if packet.from_zone not in numbers or packet.to_zone not in numbers:
        return None
    values = (numbers[packet.from_zone], numbers[packet.to_zone], *packet[2:])
    return tuple(number for value in values for number in (value, value))


def meet(one: Span, other: Span) -> bool:
    """Whether some packet is in both. Written out, since nothing is asked more often."""
    return (
        one[6] <= other[7]
        and other[6] <= one[7]
        and one[8] <= other[9]
        and other[8] <= one[9]
        and one[0] <= other[1]
        and other[0] <= one[1]
        and one[2] <= other[3]
        and other[2] <= one[3]
        and one[4] <= other[5]
        and other[4] <= one[5]
        and one[12] <= other[13]
        and other[12] <= one[13]
        and one[10] <= other[11]
        and other[10] <= one[11]
        and one[14] <= other[15]
        and other[14] <= one[15]
    )


def is_within(one: Span, other: Span) -> bool:
    """Whether every packet of the first is in the other."""
    return all(other[at] <= one[at] and one[at + 1] <= other[at + 1] for at in (6, 8, 0, 2, 4, 12, 10, 14))


def shared(one: Span, other: Span) -> Span | None:
    """The packets that are in both."""
    both: list[int] = []
    for at in range(0, 2 * FIELDS, 2):
        low, high = max(one[at], other[at]), min(one[at + 1], other[at + 1])
        if low > high:
            return None
        both += (low, high)
    return tuple(both)


def without(one: Span, both: Span) -> list[Span]:
    """What is left of a span without `both`, which lies within it: spans that share nothing."""
    left: list[Span] = []
    fields = list(one)
    for at in range(0, 2 * FIELDS, 2):
        if fields[at] < both[at]:
            left.append((*fields[: at + 1], both[at] - 1, *fields[at + 2 :]))
        if both[at + 1] < fields[at + 1]:
            left.append((*fields[:at], both[at + 1] + 1, *fields[at + 1 :]))
        fields[at : at + 2] = both[at : at + 2]
    return left
