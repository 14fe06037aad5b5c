"""From interfaces to zones: a zone of two interfaces is read as one where both say the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final

from limen.clock import SECOND, Instant
from limen.network.packets.box import Box
from limen.network.packets.ruleset import ANYWHERE, Rule
from limen.network.reading.nft_regions import Found, TooTangled

_MOST: Final = 10_000
"""Boxes that are cut for two zones whose interfaces differ."""


def rules(found: Sequence[Found], legs: Mapping[str, tuple[str, ...]], now: Instant) -> Iterator[Rule]:
    """The rules in their order, between zones. Where the interfaces of a zone say different things, what any of them
    lets through.
    """
    if all(len(names) == 1 for names in legs.values()):
        zone_of = {names[0]: zone for zone, names in legs.items()}
        for one in found:
            sources, destinations = (
                [ANYWHERE] if len(names) == len(zone_of) else sorted(zone_of[name] for name in names)
                for names in (one.region.sources, one.region.destinations)
            )
            for from_zone, to_zone in product(sources, destinations):
                yield _rule(one, from_zone, to_zone, now)
        return
    by_pair: dict[tuple[str, str], list[Found]] = defaultdict(list)
    for one in found:
        for pair in product(one.region.sources, one.region.destinations):
            by_pair[pair].append(one)
    for from_zone, to_zone in product(legs, legs):
        lists = [by_pair[pair] for pair in product(legs[from_zone], legs[to_zone])]
        same = all(_said(one) == _said(lists[0]) for one in lists)
        for one in lists[0] if same else [each for some in lists for each in _allowed(some)]:
            yield _rule(one, from_zone, to_zone, now)


def _said(found: Iterable[Found]) -> list[tuple[bool, Box, int | None]]:
    return [(one.allows, one.region.box, one.region.seconds) for one in found]


def _allowed(found: Sequence[Found]) -> list[Found]:
    """What is let through, as boxes that need no order."""
    allowed: list[Found] = []
    for number, one in enumerate(found):
        pieces = [one.region.box] if one.allows else []
        for other in found[:number] if pieces else []:
            pieces = (
                [piece for box in pieces for piece in box.without(other.region.box)] if not other.allows else pieces
            )
            if len(pieces) > _MOST:
                raise TooTangled("interfaces of one zone differ in too much")
        allowed += [Found(one.id, True, one.region._replace(box=box)) for box in pieces]
    return allowed


def _rule(one: Found, from_zone: str, to_zone: str, now: Instant) -> Rule:
    until = None if one.region.seconds is None else now + one.region.seconds * SECOND
    return Rule(one.id, one.allows, from_zone, to_zone, one.region.box, until)
