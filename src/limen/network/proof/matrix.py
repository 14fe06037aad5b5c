"""Who reaches whom: for each pair of zones nothing, or exactly these packets by these rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from limen.network.packets.box import Box, Interval
from limen.network.packets.regions import Region, Regions
from limen.network.packets.ruleset import Rule
from limen.network.packets.spans import Span, box_of

Homes: TypeAlias = Mapping[str, Sequence[tuple[int, Interval]]]
"""By zone the addresses that belong to it, each with its family."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is let through from one zone to another, as boxes that share nothing. Empty: nothing is.

    `unlisted`: rules that let through more than can be listed, or nothing.
    """

    from_zone: str
    to_zone: str
    regions: tuple[Region, ...] = ()
    unlisted: tuple[Rule, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Proved: no packet passes."""
        return not self.regions and not self.unlisted

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules that make it, in their order."""
        return tuple(dict.fromkeys([*(one.rule.id for one in self.regions), *(one.id for one in self.unlisted)]))


class Matrix:
    """Every pair of zones. With `homes`, packets count whose addresses belong to the zones that they go between: that
    matters for rulesets of others, whose rules often name no zone.
    """

    def __init__(self, regions: Regions, homes: Homes | None = None) -> None:
        self.zones = regions.ruleset.zones
        self._homes = homes
        self._rules = regions.ruleset.rules
        self._between: dict[tuple[int, int], list[tuple[Span, int]]] = {}
        self._wide: list[tuple[Span, int]] = []
        for span, position in regions.let_through:
            self._put(span, position)
        self._unlisted = [(regions.spans[at], self._rules[at]) for at in regions.unlisted if self._rules[at].allows]

    def cell(self, from_zone: str, to_zone: str) -> Cell:
        numbers = self.zones.index(from_zone), self.zones.index(to_zone)
        pieces = [*self._between.get(numbers, ()), *(one for one in self._wide if _is_between(one[0], *numbers))]
        pieces.sort(key=lambda one: one[1])
        regions = (
            Region(box, self._rules[position])
            for span, position in pieces
            for box in self._at_home(from_zone, to_zone, box_of(span))
        )
        unlisted = (rule for span, rule in self._unlisted if _is_between(span, *numbers))
        return Cell(from_zone, to_zone, tuple(regions), tuple(unlisted))

    def cells(self) -> Iterator[Cell]:
        """Row by row, each with all its columns."""
        return (self.cell(one, other) for one in self.zones for other in self.zones)

    def open_cells(self) -> Iterator[Cell]:
        """Those that are not empty, row by row: of many zones most pairs have nothing to do with each other."""
        wide = (*(span for span, _ in self._wide), *(span for span, _ in self._unlisted))
        pairs = {(one, other) for span in wide for one in _numbers(span, 0) for other in _numbers(span, 2)}
        for one, other in sorted(pairs | self._between.keys()):
            cell = self.cell(self.zones[one], self.zones[other])
            if not cell.is_empty:
                yield cell

    def _put(self, span: Span, position: int) -> None:
        if span[0] == span[1] and span[2] == span[3]:
            self._between.setdefault((span[0], span[2]), []).append((span, position))
        else:
            self._wide.append((span, position))

    def _at_home(self, from_zone: str, to_zone: str, box: Box) -> Iterator[Box]:
        if self._homes is None:
            yield box
            return
        for family, source in self._homes.get(from_zone, ()):
            for other, destination in self._homes.get(to_zone, ()):
                at_home = box.meets(Box(family, source, destination)) if family == other == box.family else None
                if at_home is not None:
                    yield at_home


def _is_between(span: Span, from_zone: int, to_zone: int) -> bool:
    return span[0] <= from_zone <= span[1] and span[2] <= to_zone <= span[3]


def _numbers(span: Span, at: int) -> range:
    """The zones of a span: from which (0), or to which (2)."""
    return range(span[at], span[at + 1] + 1)
