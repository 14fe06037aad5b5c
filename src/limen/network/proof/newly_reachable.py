"""What a change opens, and what it closes: exactly, as packets that were not let through before, and the reverse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from limen.network.model import Network
from limen.network.packets import decision_diagrams
from limen.network.packets.box import Box, every_packet
from limen.network.packets.comparing import Part, beyond, parts_of
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.ruleset import ANYWHERE, Rule, Ruleset
from limen.network.packets.spans import Span, first_of

MOST_PARTS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Difference:
    """What lets packets through, or some of them where the rules are tangled: after the change what is new, before it
    what is gone. Parts share no packet. Together they are every packet that is answered otherwise, where it `is_whole`;
    if not, there are more than could be listed, and what else opens is not known.
    """

    new: tuple[Part, ...] = ()
    gone: tuple[Part, ...] = ()
    is_whole: bool = True


def newly_reachable(before: Ruleset, after: Ruleset, renamed: Mapping[str, str] | None = None) -> Difference:
    """`renamed`: new names of zones by their old ones, as `renames` finds them, so that a new name opens nothing."""
    one, other = _aligned(before, after, renamed or {})
    if one.rules == other.rules:
        return Difference()
    old, new = Regions(_changed(one, other)), Regions(_changed(other, one))
    try:
        return _difference(beyond(new, old), beyond(old, new))
    except TooTangledError:
        pass
    try:
        opened, closed = decision_diagrams.difference(old.ruleset, new.ruleset, MOST_PARTS)
    except TooTangledError:
        return Difference(is_whole=False)
    return _difference(_named(new, opened), _named(old, closed))


def _difference(new: Iterable[Part], gone: Iterable[Part]) -> Difference:
    opened, closed = (tuple(islice(some, MOST_PARTS + 1)) for some in (new, gone))
    is_whole = max(len(opened), len(closed)) <= MOST_PARTS
    return Difference(opened[:MOST_PARTS], closed[:MOST_PARTS], is_whole)


def renames(before: Network, after: Network) -> dict[str, str]:
    """Zones of the same prefixes that have another name now."""
    names = {zone.prefixes: zone.name for zone in after.zones if zone.prefixes}
    lost = (zone for zone in before.zones if zone.name not in after.zone_of and zone.prefixes in names)
    return {zone.name: name for zone in lost if (name := names[zone.prefixes]) not in before.zone_of}


def _aligned(before: Ruleset, after: Ruleset, renamed: Mapping[str, str]) -> tuple[Ruleset, Ruleset]:
    """Both with the zones of both, by their new names."""
    rules = tuple(_renamed(rule, renamed) for rule in before.rules)
    was = [renamed.get(name, name) for name in before.zones]
    zones = (*after.zones, *(name for name in was if name not in after.zones))
    return (
        Ruleset(zones, (*_nothing_at(zones, was, rules), *rules)),
        Ruleset(zones, (*_nothing_at(zones, after.zones, after.rules), *after.rules)),
    )


def _renamed(rule: Rule, renamed: Mapping[str, str]) -> Rule:
    if rule.from_zone not in renamed and rule.to_zone not in renamed:
        return rule
    from_zone, to_zone = (renamed.get(zone, zone) for zone in (rule.from_zone, rule.to_zone))
    return replace(rule, from_zone=from_zone, to_zone=to_zone)


def _nothing_at(zones: Iterable[str], there: Iterable[str], rules: Iterable[Rule]) -> Iterator[Rule]:
    """Where a zone is not there, rules for every zone let nothing through to it or from it."""
    known = frozenset(there)
    if any(ANYWHERE in {one.from_zone, one.to_zone} for one in rules):
        for zone in (one for one in zones if one not in known):
            for family in (4, 6):
                yield Rule("", False, zone, ANYWHERE, every_packet(family))
                yield Rule("", False, ANYWHERE, zone, every_packet(family))


def _changed(ruleset: Ruleset, other: Ruleset) -> Ruleset:
    """The rules between zones of which the other has others: nothing else can be answered otherwise. Where some are
    for every zone, all of them, since their order among the others counts.
    """
    own, others = _by_zones(ruleset), _by_zones(other)
    if any(ANYWHERE in key for key in (*own, *others)):
        return ruleset
    rules = (one for one in ruleset.rules if own[key := (one.from_zone, one.to_zone)] != others.get(key))
    return Ruleset(ruleset.zones, tuple(rules))


def _by_zones(ruleset: Ruleset) -> dict[tuple[str, str], list[tuple[bool, Box]]]:
    found: dict[tuple[str, str], list[tuple[bool, Box]]] = {}
    for rule in ruleset.rules:
        found.setdefault((rule.from_zone, rule.to_zone), []).append((rule.allows, rule.box))
    return found


def _named(regions: Regions, spans: Iterable[Span]) -> Iterator[Part]:
    """Packets that this ruleset lets through, with the rule that does it with the first of them."""
    for span in spans:
        rule = regions.decides(first_of(span, regions.ruleset.zones))
        if rule is not None:
            yield from parts_of(regions, span, rule)
