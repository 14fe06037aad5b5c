"""Packets that several lists have to let through, one after the other, as one list in which the first rule that fits
decides.

In a cloud these are what the sender may send, what its subnet may, what the receiver's may get, and what the receiver
may. Each is a list as firewalls have it, and what none of its rules fits is denied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeAlias

from limen.network.packets import ANYWHERE, Box, Interval, Rule, Ruleset, every_packet
from limen.network.packets.box import of_one_family
from limen.network.reading.reading import MOST_RULES, Errs, NotUnderstood, not_understood, refuse_beyond

Places: TypeAlias = Mapping[str, Sequence[tuple[int, Interval]]]
"""By zone: address families, and addresses that belong to it."""
Held: TypeAlias = tuple[str, int, Interval]
"""A zone, an address family, and addresses in it."""


@dataclass(frozen=True)
class Known:
    """What is known beside the documents: the addresses of all zones, and whose interfaces have which group."""

    groups: Mapping[str, Sequence[Held]]
    places: Places


_MOST_STEPS: Final = 2_000_000
_ALL: Final = frozenset({every_packet(4), every_packet(6)})


@dataclass(frozen=True, slots=True)
class Guards:
    """The lists that packets from a zone meet on their way out, and those to it on their way in.

    `subnets` names where lists of `by_subnet` stand: packets within one subnet don't meet those. Of the rules that let
    a packet through, that of the receiver gives its name to the whole.
    """

    outward: tuple[Sequence[Rule], ...] = ()
    inward: tuple[Sequence[Rule], ...] = ()
    subnets: frozenset[str] = frozenset()
    outward_by_subnet: tuple[Sequence[Rule], ...] = ()
    inward_by_subnet: tuple[Sequence[Rule], ...] = ()


@dataclass(slots=True)
class Passing:
    """`guards` by zone; what has none is not guarded here. `places`: where they are known, packets whose addresses are
    not those of their zones fit nothing.
    """

    zones: tuple[str, ...]
    guards: Mapping[str, Guards]
    places: Places | None = None
    _steps: int = 0
    _rules: list[Rule] = field(default_factory=list)

    def ruleset(self) -> Ruleset:
        """Raises UnreadableError where it would be too much."""
        for to_zone in self.zones:
            for from_zone in self._senders(to_zone):
                self._pair(from_zone, to_zone)
        return Ruleset(self.zones, tuple(self._rules))

    def _senders(self, to_zone: str) -> Iterable[str]:
        """All zones, or `ANYWHERE` where every one may send whatever it likes: then one list does for all."""
        is_plain = self.places is None and not self.guards.get(to_zone, _NONE).inward_by_subnet
        is_free = all(
            not one.outward_by_subnet and all(_lets_all(rules) for rules in one.outward) for one in self.guards.values()
        )
        return (ANYWHERE,) if is_plain and is_free and to_zone in self.guards else self.zones

    def _pair(self, from_zone: str, to_zone: str) -> None:
        sender, receiver = self.guards.get(from_zone, _NONE), self.guards.get(to_zone, _NONE)
        if sender is _NONE and receiver is _NONE:
            return
        is_within = bool(sender.subnets & receiver.subnets)
        stages = [] if is_within else [*sender.outward_by_subnet, *receiver.inward_by_subnet]
        stages += [*sender.outward, *receiver.inward]
        lines = [Rule("", True, from_zone, to_zone, box) for box in self._packets(from_zone, to_zone)]
        for stage in stages:
            lines = self._through(lines, stage)
        self._rules += lines
        refuse_beyond(len(self._rules), MOST_RULES, "rules")

    def _packets(self, from_zone: str, to_zone: str) -> Iterable[Box]:
        if self.places is None:
            return [every_packet(4), every_packet(6)]
        return [Box(*ends) for ends in of_one_family(self.places.get(from_zone, ()), self.places.get(to_zone, ()))]

    def _through(self, lines: Sequence[Rule], stage: Sequence[Rule]) -> list[Rule]:
        """What the lines let through of packets has to pass this list, too."""
        passed: list[Rule] = []
        for line in lines:
            if not line.allows:
                passed.append(line)
                continue
            self._steps += len(stage)
            refuse_beyond(self._steps, _MOST_STEPS, "steps from list to list")
            for rule in stage:
                from_zone, to_zone = _meet(line.from_zone, rule.from_zone), _meet(line.to_zone, rule.to_zone)
                if from_zone is None or to_zone is None:
                    continue
                if (box := line.box.meets(rule.box)) is not None:
                    passed.append(replace(rule, from_zone=from_zone, to_zone=to_zone, box=box))
        return passed


_NONE: Final = Guards()


def between_known(rules: Sequence[Rule], known: Known) -> Ruleset:
    """Rules between groups, one list for all, as between the zones that these are; each group is of one zone. What is
    about other groups is left out, and so is the way within a zone: a router parts none from itself.
    """
    zones = {group: held[0][0] for group, held in known.groups.items() if held} | {ANYWHERE: ANYWHERE}
    named = [
        replace(one, from_zone=zones[one.from_zone], to_zone=zones[one.to_zone])
        for one in rules
        if one.from_zone in zones and one.to_zone in zones
    ]
    guards = {
        zone: Guards(([one for one in named if one.from_zone in {ANYWHERE, zone}],))
        for zone in zones.values()
        if zone != ANYWHERE
    }
    passing = Passing(tuple(known.places), guards, known.places).ruleset()
    return Ruleset(passing.zones, tuple(one for one in passing.rules if one.from_zone != one.to_zone))


def unknown_groups(names: Iterable[str], known: Known) -> list[NotUnderstood]:
    return [not_understood(name, "no zone has it", Errs.EITHER) for name in names if name not in known.groups]


def _meet(one: str, other: str) -> str | None:
    if ANYWHERE in {one, other}:
        return one or other
    return one if one == other else None


def _lets_all(rules: Sequence[Rule]) -> bool:
    """Whether a list lets everything through, and says so in one rule for each family before it denies anything."""
    let: set[Box] = set()
    for rule in rules:
        if not rule.allows:
            break
        if rule.from_zone == rule.to_zone == ANYWHERE:
            let.add(rule.box)
    return let >= _ALL


def held_rules(rules: Iterable[Rule], held: Sequence[Held], *, is_source: bool) -> Iterator[Rule]:
    """Rules of a group for the interfaces that have it, as the sender's or the receiver's."""
    for rule in rules:
        for _, family, interval in held:
            own = rule.box._replace(source=interval) if is_source else rule.box._replace(destination=interval)
            both = rule.box.meets(own) if family == rule.box.family else None
            if both is not None:
                yield replace(rule, box=both)
