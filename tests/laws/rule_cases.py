"""Random rules over few numbers, so that they overlap, shadow and cut each other as much as rules can."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from hypothesis import strategies as st

from limen.network.packets import ANYWHERE, Box, Packet, Rule, Ruleset
from limen.network.packets.box import ANY_PORT, ANY_PROTOCOL, ICMP, ICMPV6, LAST_ADDRESS, TCP, UDP, Interval

ZONES = ("office", "servers", "guests")
_CUTS = {
    4: (0, 0x0A0A0000, 0x0A0A0080, 0x0A140000, 0x0A140005, 0x0A1400FF, LAST_ADDRESS[4]),
    6: (0, 0xFD << 120, (0xFD << 120) + 9, (0xFD << 120) + (1 << 64), LAST_ADDRESS[6]),
}
_PORTS = (0, 22, 443, 444, 65_535)
_PROTOCOLS: Sequence[Interval] = (ANY_PROTOCOL, (TCP, TCP), (UDP, UDP), (ICMP, ICMP), (ICMPV6, ICMPV6), (1, 17))


@st.composite
def _intervals(draw: st.DrawFn, cuts: Sequence[int]) -> Interval:
    one, other = draw(st.sampled_from(cuts)), draw(st.sampled_from(cuts))
    return min(one, other), max(one, other)


@st.composite
def rules(draw: st.DrawFn, id_: str, zones: Sequence[str] = ZONES) -> Rule:
    family = draw(st.sampled_from((4, 6)))
    from_zone, to_zone = (draw(st.sampled_from((*zones, ANYWHERE))) for _ in range(2))
    source, destination = draw(_intervals(_CUTS[family])), draw(_intervals(_CUTS[family]))
    port = draw(st.sampled_from((ANY_PORT, None))) or draw(_intervals(_PORTS))
    source_port = draw(st.sampled_from((ANY_PORT, ANY_PORT, (1024, 65_535))))
    box = Box(family, source, destination, draw(st.sampled_from(_PROTOCOLS)), port, source_port)
    return Rule(id_, draw(st.booleans()), from_zone, to_zone, box)


@st.composite
def rulesets(draw: st.DrawFn, most: int = 12, zones: Sequence[str] = ZONES) -> Ruleset:
    count = draw(st.integers(0, most))
    return Ruleset(tuple(zones), tuple(draw(rules(f"r{number % 7}", zones)) for number in range(count)))


def told_apart(*rulesets: Ruleset) -> list[Packet]:
    """A packet of every kind that such rules can tell apart: at each number where an interval of some rule begins or
    ends. Too many to look at all; whoever takes some takes them by a stride.
    """
    found: list[Packet] = []
    for family in (4, 6):
        boxes = [rule.box for some in rulesets for rule in some.rules if rule.box.family == family]
        cuts = [
            sorted({0, *(one[field][0] for one in boxes), *(one[field][1] + 1 for one in boxes)})
            for field in range(1, 6)
        ]
        lasts = (LAST_ADDRESS[family], LAST_ADDRESS[family], 255, 65_535, 65_535)
        values = [[one for one in some if one <= last] for some, last in zip(cuts, lasts, strict=True)]
        found += [Packet(one, other, family, *each) for one, other, *each in product(ZONES, ZONES, *values)]
    return found
