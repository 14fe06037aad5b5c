"""What somebody reaches who holds one thing: every asset, step by step, and the single change that takes most away.

    radius = blast_radius(network, regions, Start("office", ("office",)))

A person or a device is a start like any other: where they are, and beside it what is open to them alone, as openings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from limen.network.model import Network
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Piece, Regions
from limen.network.packets.ruleset import Rule, Ruleset
from limen.network.proof.assets import Asset, Assets
from limen.network.proof.steps import Reach, Step, Ways

MOST_TRIED: Final = 200
"""Changes that are tried for the one that shrinks it most: those that most hangs on come first."""


@dataclass(frozen=True, slots=True)
class Start:
    """`places`: names of zones and hosts, `internet`, `inside` or `everything`. `openings` come after the ruleset."""

    name: str
    places: tuple[str, ...]
    openings: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Reached:
    asset: Asset
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """Taking out what has this id; `to_zone`: only its part into that zone ("": all of it). `spares` is out of reach
    then, and `weight` the sum of its sensitivities.
    """

    rule_id: str
    to_zone: str
    spares: tuple[Asset, ...]
    weight: int


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


def blast_radius(
    network: Network, regions: Regions, start: Start, has_time: Callable[[], bool] = lambda: True
) -> BlastRadius:
    """`has_time`: whether one more change is tried. Raises KeyError for a place that the network does not have."""
    looking = _Looking(network, regions, start)
    reach = looking.ways.reach(looking.starts)
    reached = [Reached(looking.assets.all[at], looking.ways.steps(reach, at)) for at in reach.came]
    reached.sort(key=lambda one: (len(one.steps), one.asset.zone, one.asset.name))
    weight = sum(one.asset.sensitivity for one in reached)
    best, tried_all = looking.best_change(reach, reached, has_time)
    return BlastRadius(start, tuple(reached), weight, best, looking.is_whole, tried_all)


class _Looking:
    def __init__(self, network: Network, regions: Regions, start: Start) -> None:
        self.assets = Assets(network)
        self.starts = [at for name in start.places for at in self.assets.named(name)]
        self._regions = _with_openings(regions, start.openings) if start.openings else regions
        self.is_whole = self._regions.lists_all
        self.ways = Ways(self.assets, self._regions)

    def best_change(
        self, reach: Reach, reached: Iterable[Reached], has_time: Callable[[], bool]
    ) -> tuple[Change | None, bool]:
        """The one after which the least sensitivity is within reach, then the fewest assets; among equals the one that
        takes out least. And whether all were tried.
        """
        every = self._candidates(reached)
        changes, tried = [], 0
        for rule_id, zone in every[:MOST_TRIED]:
            if not has_time():
                break
            change, tried = self._tried(reach, rule_id, zone), tried + 1
            changes += [change] if change else []
        best = max(changes, key=lambda one: (one.weight, len(one.spares), one.to_zone != ""), default=None)
        return best, tried == len(every)

    def _candidates(self, reached: Iterable[Reached]) -> list[tuple[str, str]]:
        """Only what some way goes by can take something away: all that is reached is reached without the rest."""
        hanging: dict[tuple[str, str], int] = {}
        for one in reached:
            for rule_id, zone in {(step.rule_id, step.destination.zone) for step in one.steps if step.rule}:
                for key in ((rule_id, ""), (rule_id, zone)):
                    hanging[key] = hanging.get(key, 0) + 1 + one.asset.sensitivity
        return sorted(hanging, key=lambda key: (-hanging[key], key))

    def _tried(self, reach: Reach, rule_id: str, zone: str) -> Change | None:
        try:
            without = self._without(rule_id, zone)
        except TooTangledError:
            return None
        left = self.ways.reach(self.starts, without)
        spared = tuple(self.assets.all[at] for at in reach.came if at not in left.came)
        return Change(rule_id, zone, spared, sum(one.sensitivity for one in spared)) if spared else None

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


def _with_openings(regions: Regions, openings: Iterable[Rule]) -> Regions:
    return Regions(Ruleset(regions.ruleset.zones, (*regions.ruleset.rules, *openings)))


def starts_of(network: Network) -> Iterator[Start]:
    """One for each zone and each host."""
    yield from (Start(name, (name,)) for name in (*network.zone_names, *network.host_of))
