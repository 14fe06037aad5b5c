"""Rules for firewalls that stand before every interface of a zone and go by an order, in each direction by itself.

Azure and Google Cloud do. A rule there has lists of addresses on both sides, so that one does for a whole flow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from limen.network.emit.aws_rules import prefixes
from limen.network.emit.comparing import differing
from limen.network.emit.guarded import Guarded, Unfit
from limen.network.packets import Box, Interval, Rule, Ruleset
from limen.network.reading.stages import Known

_ENDS: Final = 4
"""Rules of a zone that deny the rest, at most."""


@dataclass(frozen=True, slots=True)
class OrderedRule:
    """Packets from any of the sources to any of the destinations, all of one family."""

    id: str
    allows: bool
    family: int
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    protocol: Interval
    ports: Interval
    source_ports: Interval


@dataclass(frozen=True)
class Ordered:
    """`inward` and `outward` by zone, in their order; what none of them fits is denied. `actual`: as read back."""

    inward: dict[str, list[OrderedRule]]
    outward: dict[str, list[OrderedRule]]
    unfit: tuple[Unfit, ...]
    known: Known
    actual: Ruleset


@dataclass(frozen=True)
class Speech:
    """What a cloud can say: `can_say` a box, and no more than `most_lines` and `most_addresses` for a zone (of one
    side), nor `most_in_all` lines; `read_back` what was said, of lines by zone. `name` is that by which a zone's rules
    know its interfaces.
    """

    can_say: Callable[[Box], bool]
    why_not: str
    most_lines: int
    most_addresses: int
    most_in_all: int
    name: Callable[[Guarded, str], str]
    read_back: Callable[[Guarded, dict[str, list[OrderedRule]], dict[str, list[OrderedRule]], Known], Ruleset]


def ordered(wanted: Guarded, speech: Speech) -> Ordered:
    """What to say. What it lets through is what `wanted` does, without the flows that are `unfit`."""
    unfit: dict[str, str] = {}
    known = Known(
        {speech.name(wanted, zone): [(zone, *one) for one in wanted.places[zone]] for zone in wanted.zones},
        wanted.places,
    )
    while True:
        kept = wanted.without(frozenset(unfit))
        rules = [one for one in kept.ruleset.rules if speech.can_say(one.box)]
        inward = {zone: list(lines_of(one for one in rules if one.to_zone == zone)) for zone in wanted.zones}
        outward = {zone: list(lines_of(one for one in rules if one.from_zone == zone)) for zone in wanted.zones}
        wrong = _unsayable(kept, speech) or _beyond_quota(inward, outward, speech)
        if not wrong:
            actual = speech.read_back(kept, inward, outward, known)
            if not differing(actual, kept.ruleset):
                return Ordered(inward, outward, tuple(Unfit(*one) for one in unfit.items()), known, actual)
            wrong = {one.id: "what is read back is not what was meant" for one in rules if one.allows}
        unfit |= wrong


def _unsayable(kept: Guarded, speech: Speech) -> dict[str, str]:
    """Flows that can't be said, and those that a block which can't be said would have denied in part."""
    rules = kept.ruleset.rules
    unfit: dict[str, str] = {}
    for one in rules:
        if speech.can_say(one.box):
            continue
        if one.allows:
            unfit[one.id] = speech.why_not
            continue
        for other in rules:
            if other.allows and other.is_between(one.from_zone, one.to_zone) and one.box.meets(other.box):
                unfit[other.id] = f"the block {one.id} can't be said: {speech.why_not}"
    return unfit


def _beyond_quota(
    inward: dict[str, list[OrderedRule]], outward: dict[str, list[OrderedRule]], speech: Speech
) -> dict[str, str]:
    in_all = 0
    for zone, lines in inward.items():
        both = [*lines, *outward[zone]]
        addresses = max((sum(len(side(one)) for one in both) for side in (_sources, _destinations)), default=0)
        in_all += len(both) + _ENDS
        is_over = len(both) + _ENDS > speech.most_lines or addresses > speech.most_addresses
        if is_over or in_all > speech.most_in_all:
            flows = [one.id for one in both if one.allows]
            return {flows[-1] if flows else both[-1].id: f"{zone} would have more rules than there may be"}
    return {}


def _sources(line: OrderedRule) -> tuple[str, ...]:
    return line.sources


def _destinations(line: OrderedRule) -> tuple[str, ...]:
    return line.destinations


def lines_of(rules: Iterator[Rule]) -> Iterator[OrderedRule]:
    """Each flow or block as few lines: its sources and destinations as lists, where each goes with each."""
    for (id_, allows), together in groupby(rules, lambda one: (one.id, one.allows)):
        by_service: dict[Box, list[Box]] = {}
        for one in together:
            like = one.box._replace(source=(0, 0), destination=(0, 0))
            by_service.setdefault(like, []).append(one.box)
        for like, boxes in by_service.items():
            for sources, destinations in _sides(boxes):
                said = (_prefixes(like.family, sources), _prefixes(like.family, destinations))
                yield OrderedRule(id_, allows, like.family, *said, like.protocol, like.port, like.source_port)


def _sides(boxes: list[Box]) -> Iterator[tuple[list[Interval], list[Interval]]]:
    """Sources with the same destinations together."""
    to: dict[Interval, dict[Interval, None]] = {}
    for box in boxes:
        to.setdefault(box.source, {})[box.destination] = None
    alike: dict[tuple[Interval, ...], list[Interval]] = {}
    for source, destinations in to.items():
        alike.setdefault(tuple(destinations), []).append(source)
    yield from ((sources, list(destinations)) for destinations, sources in alike.items())


def _prefixes(family: int, intervals: list[Interval]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one for interval in intervals for one in prefixes(family, interval)))
