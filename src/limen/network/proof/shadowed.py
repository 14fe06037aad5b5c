"""Rules that do nothing: those that no packet reaches, and those without which every packet is answered alike.

Rules of one id are looked at together, since a flow is several. All that is found can be taken out at once: each is
held against the rules that are left when those found before it are gone.
"""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Final

from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.spans import Span

MOST_NAMED: Final = 8


class Why(Enum):
    NEVER_REACHED = "never_reached"
    """Rules before it take all its packets."""
    CHANGES_NOTHING = "changes_nothing"
    """What it decides would be decided alike by those after it."""


@dataclass(frozen=True, slots=True)
class Unneeded:
    """`by`: the ids that decide its packets instead, at most `MOST_NAMED`; none where the default does."""

    id: str
    allows: bool
    why: Why
    by: tuple[str, ...]


def unneeded(regions: Regions) -> tuple[Unneeded, ...]:
    """All of them, in the order of the rules. Where rules are too tangled to tell, they are taken to be needed."""
    positions: dict[str, list[int]] = {}
    for position, rule in enumerate(regions.ruleset.rules):
        positions.setdefault(rule.id, []).append(position)
    looking = _Looking(regions, positions)
    found = {id_: one for id_ in positions if (one := looking.shadowed(id_))}
    for id_ in sorted(positions.keys() - found.keys(), key=lambda id_: -positions[id_][-1]):
        one = looking.redundant(id_)
        found |= {id_: one} if one else {}
    return tuple(found[id_] for id_ in positions if id_ in found)


class _Looking:
    def __init__(self, regions: Regions, positions: dict[str, list[int]]) -> None:
        self._regions, self._positions = regions, positions
        self._rules = regions.ruleset.rules
        self._gone: set[int] = set()

    def shadowed(self, id_: str) -> Unneeded | None:
        own = self._positions[id_]
        if any(self._regions.reached[position] != [] for position in own):
            return None
        self._gone |= set(own)
        by = (one for position in own for one in self._regions.index.meeting(self._regions.spans[position], position))
        return self._found(id_, Why.NEVER_REACHED, by)

    def redundant(self, id_: str) -> Unneeded | None:
        own = self._positions[id_]
        by: dict[int, None] = {}
        try:
            for position in own:
                for piece in self._decided_by(position):
                    if not self._is_same_without(piece, position, self._gone | set(own), by):
                        return None
        except TooTangledError:
            return None
        self._gone |= set(own)
        return self._found(id_, Why.CHANGES_NOTHING, iter(by))

    def _decided_by(self, position: int) -> list[Span]:
        """The packets of a rule, when what was found before is gone."""
        reached = self._regions.reached[position]
        span = self._regions.spans[position]
        if reached is not None and not any(one in self._gone for one in self._regions.index.meeting(span, position)):
            return reached
        decided = self._regions.decided(span, position, self._gone)
        return [piece for piece, taken in decided if taken is None]

    def _is_same_without(self, piece: Span, position: int, without: AbstractSet[int], by: dict[int, None]) -> bool:
        """Whether those after a rule answer its packets as it does. Those before it have none of them."""
        for _, taken in self._regions.decided(piece, ignoring=without):
            if (taken is not None and self._rules[taken].allows) != self._rules[position].allows:
                return False
            if taken is not None:
                by[taken] = None
        return True

    def _found(self, id_: str, why: Why, by: Iterator[int]) -> Unneeded:
        named = dict.fromkeys(self._rules[position].id for position in by)
        named.pop(id_, None)
        return Unneeded(id_, self._rules[self._positions[id_][0]].allows, why, tuple(named)[:MOST_NAMED])
