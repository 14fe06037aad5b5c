"""Whether two rulesets let the same through, exactly, by cutting boxes. For few rules: it looks at all pairs."""

from __future__ import annotations

from itertools import product

from limen.network.packets import ANYWHERE, Box, Packet, Rule, Ruleset, every_packet


def allowed(ruleset: Ruleset, from_zone: str, to_zone: str) -> list[Box]:
    """What is let through between two zones, in boxes that share no packet."""
    decided: list[Box] = []
    found: list[Box] = []
    for rule in ruleset.between(from_zone, to_zone):
        pieces = [rule.box]
        for other in decided:
            pieces = [piece for one in pieces for piece in one.without(other)]
        decided.append(rule.box)
        found += pieces if rule.allows else []
    return found


def beyond(one: Ruleset, other: Ruleset) -> Packet | None:
    """A packet that the one lets through and the other does not; None: there is none. Packets without ports have
    port 0, and those of ICMP no other than its type.
    """
    for from_zone, to_zone in product(one.zones, one.zones):
        not_by_other = allowed(one, from_zone, to_zone)
        for box in allowed(other, from_zone, to_zone):
            not_by_other = [piece for each in not_by_other for piece in each.without(box)]
        for box in not_by_other:
            for real in _real(box):
                return real.first(from_zone, to_zone)
    return None


def _real(box: Box) -> list[Box]:
    """The parts of a box in which packets are that there can be."""
    parts = []
    for protocol, ports, source_ports in (
        *(((one, one), (0, 65_535), (0, 65_535)) for one in (6, 17, 33, 132)),
        *(((one, one), (0, 255), (0, 0)) for one in (1, 58)),
        *((one, (0, 0), (0, 0)) for one in ((0, 0), (2, 5), (7, 16), (18, 32), (34, 57), (59, 131), (133, 255))),
    ):
        whole = box._replace(protocol=protocol, port=ports, source_port=source_ports)
        if part := box.meets(whole):
            parts.append(part)
    return parts


def differs(one: Ruleset, other: Ruleset) -> Packet | None:
    """A packet that only one of them lets through."""
    return beyond(one, other) or beyond(other, one)


def only_real(ruleset: Ruleset) -> Ruleset:
    """The same, and nothing of packets that there can't be: with ports of what has none, or a type beyond 255."""
    every = [every_packet(family) for family in (4, 6)]
    denied = [box._replace(protocol=(one, one), port=(256, 65_535)) for box in every for one in (1, 58)]
    for low, high in ((0, 5), (7, 16), (18, 32), (34, 131), (133, 255)):
        denied += [box._replace(protocol=(low, high), source_port=(1, 65_535)) for box in every]
    for low, high in ((0, 0), (2, 5), (7, 16), (18, 32), (34, 57), (59, 131), (133, 255)):
        denied += [box._replace(protocol=(low, high), port=(1, 65_535)) for box in every]
    return Ruleset(ruleset.zones, (*(Rule("unreal", False, ANYWHERE, ANYWHERE, box) for box in denied), *ruleset.rules))
