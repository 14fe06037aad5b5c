"""How much of a framework is covered: which of its items have controls, and whether those are measured and met. Pure.

    found = coverage(framework, {one.control.id: one for one in roadmap.shown})
    found.count(Cover.MET), found.whole, found.reached

What controls answer in part only is never counted as whole, however well they are met.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from limen.roadmap.frameworks.model import Framework, HowFar, Item, Stage
from limen.roadmap.model import Grade
from limen.roadmap.roadmap import Shown


class Cover(StrEnum):
    """How an item stands, from the best."""

    MET = "met"
    """Every control that answers it is met now."""
    MEASURED = "measured"
    """A control that answers it has a figure, and not all are met."""
    PLANNED = "planned"
    """Controls answer it, and none of them has a figure yet."""
    OPEN = "open"
    """No control answers it."""


@dataclass(frozen=True, slots=True)
class CoveredItem:
    item: Item
    cover: Cover

    @property
    def is_whole(self) -> bool:
        """Whether it is met, and nothing beside its controls is asked for."""
        return self.cover is Cover.MET and self.item.how_far is HowFar.FULL


@dataclass(frozen=True, slots=True)
class Coverage:
    """`items` in the framework's order. `reached` holds the highest stage of each group of a maturity model of which
    everything is whole, None where that is not even the first; it is empty for other frameworks.
    """

    framework: Framework
    items: tuple[CoveredItem, ...]
    reached: Mapping[str, Stage | None]

    @property
    def whole(self) -> int:
        return sum(one.is_whole for one in self.items)

    def count(self, cover: Cover) -> int:
        return sum(one.cover is cover for one in self.items)


def coverage(framework: Framework, shown: Mapping[str, Shown]) -> Coverage:
    """How a framework is covered by these controls, by their ids."""
    covered = {one.id: CoveredItem(one, cover_of(one, shown)) for one in framework.items}
    reached = {
        group.title: _reached(covered[one.id] for one in group.items)
        for group in framework.groups
        if any(one.stage is not None for one in group.items)
    }
    return Coverage(framework, tuple(covered.values()), reached)


def cover_of(item: Item, shown: Mapping[str, Shown]) -> Cover:
    if not item.controls:
        return Cover.OPEN
    measured = [shown[one].measured for one in item.controls if one in shown]
    if len(measured) == len(item.controls) and all(one.is_met for one in measured):
        return Cover.MET
    return Cover.MEASURED if any(one.grade is not Grade.UNKNOWN for one in measured) else Cover.PLANNED


def _reached(items: Iterable[CoveredItem]) -> Stage | None:
    """The last stage before the first of which anything is not whole."""
    items, reached = tuple(items), None
    for stage in Stage:
        of_stage = [one for one in items if one.item.stage is stage]
        if not of_stage or not all(one.is_whole for one in of_stage):
            break
        reached = stage
    return reached
