"""What somebody reaches who holds one thing: every asset, step by step, and the single change that takes most away.

    radius = blast_radius(network, regions, Start("office", ("office",)))

A person or a device is a start like any other: where they are, and beside it what is open to them alone: `openings` in
the firewall that are there now, and `doors`, which whoever holds what is theirs can have opened wherever they come to.
Of many starts the `Ground` is worked out once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Final

from limen.network.model import Network
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Piece, Regions
from limen.network.packets.ruleset import Rule, Ruleset
from limen.network.proof.assets import Asset, Assets
from limen.network.proof.steps import Reach, Step, Ways

MOST_TRIED: Final = 200
"""Changes that are tried for the one that shrinks it most: those that most hangs on come first."""
DOOR: Final = "door:"
"""How the rules of doors begin, and after it the app's id: no flow is called so."""
_NO_DOORS: Final[Mapping[str, tuple[Rule, ...]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Start:
    """`places`: names of zones and hosts, `internet`, `inside` or `everything`. `within`: zones where they are one
    among others, whose named hosts they don't hold. `openings` come after the ruleset. `doors`: ids of apps.
    """

    name: str
    places: tuple[str, ...]
    openings: tuple[Rule, ...] = ()
    within: tuple[str, ...] = ()
    doors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reached:
    asset: Asset
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Taking out what has this id; `to_zone`: only its part into that zone ("": all of it). Or, where `isolates` is a
    zone, keeping its hosts apart. `spares` is out of reach then, and `weight` the sum of its sensitivities.
    """

    rule_id: str
    to_zone: str
    spares: tuple[Asset, ...]
    weight: int
    isolates: str = ""


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """`reached`: without where it begins, the fewest steps first. `weight`: the sum of sensitivities, 0 to 3 each.

    `is_whole`: that is all. False where rules are too tangled to list; then more may be within reach. `tried_all`: the
    best change is the best of all, and not of those for which there was time.
    """

    start: Start
    reached: tuple[Reached, ...]
    weight: int
    best_change: Change | None
    is_whole: bool
    tried_all: bool = True


class Ground:
    """What every blast radius of one network rests on. `doors`: by the app, what it lets through once it is opened."""

    def __init__(self, network: Network, regions: Regions, doors: Mapping[str, tuple[Rule, ...]] = _NO_DOORS) -> None:
        self.network, self.regions, self.doors = network, regions, doors
        self.assets = Assets(network)
        self.ways = Ways(self.assets, regions)
        self.is_whole = regions.lists_all

    @cached_property
    def of_door(self) -> dict[str, Ways]:
        """By the app the packets that its door adds: all of its own but those that a rule denies."""
        known, first = self.regions.ruleset, len(self.regions.ruleset.rules)
        every = [(app, rule) for app, rules in self.doors.items() for rule in rules]
        opened = Regions(Ruleset(known.zones, (*known.rules, *(rule for _, rule in every))))
        flows = frozenset(at for at, rule in enumerate(known.rules) if rule.allows)
        pieces: dict[str, list[Piece]] = {app: [] for app in self.doors}
        for position, (app, _) in enumerate(every, first):
            span = opened.spans[position]
            try:
                left = [one for one, by in opened.decided(span, first, flows) if by is None]
            except TooTangledError:
                left, self.is_whole = [span], False
            pieces[app] += [Piece(one, position) for one in left]
        return {app: Ways(self.assets, opened, some) for app, some in pieces.items()}

    def ways_of(self, start: Start) -> Ways:
        chosen = [self.of_door[app] for app in sorted(start.doors) if app in self.doors]
        return self.ways.beside(chosen) if chosen else self.ways

    def starts(self, start: Start) -> list[int]:
        """Raises KeyError for a place that the network does not have."""
        held = [at for name in start.places for at in self.assets.named(name)]
        among = [at for name in start.within for at in self.assets.named(name) if not self.assets.all[at].is_host]
        return list(dict.fromkeys((*held, *among)))

    def reached(self, start: Start) -> list[Asset]:
        """All within reach of it, without the ways there."""
        return [self.assets.all[at] for at in self.ways_of(start).reach(self.starts(start)).came]


def blast_radius(
    network: Network, regions: Regions, start: Start, has_time: Callable[[], bool] = lambda: True
) -> BlastRadius:
    """`has_time`: whether one more change is tried. Raises KeyError for a place that the network does not have."""
    return radius_on(
        Ground(network, _with_openings(regions, start.openings) if start.openings else regions), start, has_time
    )


def radius_on(ground: Ground, start: Start, has_time: Callable[[], bool] = lambda: True) -> BlastRadius:
    """The same on ground that was worked out before; `start` brings no openings."""
    looking = _Looking(ground, start)
    reach = looking.ways.reach(looking.starts)
    reached = [Reached(ground.assets.all[at], looking.ways.steps(reach, at)) for at in reach.came]
    reached.sort(key=lambda one: (len(one.steps), one.asset.zone, one.asset.name))
    weight = sum(one.asset.sensitivity for one in reached)
    best, tried_all = looking.best_change(reach, reached, has_time)
    return BlastRadius(start, tuple(reached), weight, best, ground.is_whole, tried_all)


_Tried = tuple[str, str, str]
"""What a change takes out: a rule, into which zone alone, or the zone that is isolated."""


class _Looking:
    def __init__(self, ground: Ground, start: Start) -> None:
        self._assets, self._regions = ground.assets, ground.regions
        self.ways = ground.ways_of(start)
        self.starts = ground.starts(start)

    def best_change(
        self, reach: Reach, reached: Iterable[Reached], has_time: Callable[[], bool]
    ) -> tuple[Change | None, bool]:
        """The one after which the least sensitivity is within reach, then the fewest assets; among equals the one that
        takes out least. And whether all were tried.
        """
        every = self._candidates(reached)
        changes, tried = [], 0
        for one in every[:MOST_TRIED]:
            if not has_time():
                break
            change, tried = self._tried(reach, *one), tried + 1
            changes += [change] if change else []
        best = max(changes, key=lambda one: (one.weight, len(one.spares), one.to_zone != ""), default=None)
        return best, tried == len(every)

    def _candidates(self, reached: Iterable[Reached]) -> list[_Tried]:
        """Only what some way goes by can take something away: all that is reached is reached without the rest."""
        hanging: dict[_Tried, int] = {}
        for one in reached:
            for key in {key for step in one.steps for key in _hangs_on(step)}:
                hanging[key] = hanging.get(key, 0) + 1 + one.asset.sensitivity
        return sorted(hanging, key=lambda key: (-hanging[key], key))

    def _tried(self, reach: Reach, rule_id: str, zone: str, isolated: str) -> Change | None:
        try:
            without = self._without(rule_id, zone) if rule_id else None
        except TooTangledError:
            return None
        left = self.ways.reach(self.starts, without, isolated)
        spared = tuple(self._assets.all[at] for at in reach.came if at not in left.came)
        return Change(rule_id, zone, spared, sum(one.sensitivity for one in spared), isolated) if spared else None

    def _without(self, rule_id: str, zone: str) -> dict[int, list[Piece]]:
        """What passes in place of its packets when it is taken out: rules after it may let some through as well."""
        rules, reached = self._regions.ruleset.rules, self._regions.reached
        taken = {
            at
            for at, rule in enumerate(rules)
            if rule.id == rule_id and rule.allows and (not zone or rule.to_zone == zone)
        }
        return {
            position: [
                Piece(piece, by)
                for span in reached[position] or ()
                for piece, by in self._regions.decided(span, ignoring=taken)
                if by is not None and rules[by].allows
            ]
            for position in taken
        }


def _hangs_on(step: Step) -> Iterator[_Tried]:
    """What of the network, taken out, would close this step. Doors are the policies' matter."""
    if step.rule is None:
        yield "", "", step.source.zone
    elif not step.rule_id.startswith(DOOR):
        yield from ((step.rule_id, "", ""), (step.rule_id, step.destination.zone, ""))


def _with_openings(regions: Regions, openings: Iterable[Rule]) -> Regions:
    return Regions(Ruleset(regions.ruleset.zones, (*regions.ruleset.rules, *openings)))


def starts_of(network: Network) -> Iterator[Start]:
    """One for each zone and each host."""
    yield from (Start(name, (name,)) for name in (*network.zone_names, *network.host_of))
