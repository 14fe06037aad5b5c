"""What some atoms can tell apart: the classes of each axis that they read, and what each of them reads.

What hangs on the person, action and app alone is worked out beforehand, so the atoms read the context.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Final

from limen.cedar.tree import Expression
from limen.clock import HOUR, Instant
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.boundaries import boundaries_of
from limen.policy.scenarios.classes import Class, classes_of, number_classes

_MOST_NOWS: Final = 1_000
_MOST_ANSWERS: Final = 12_000
"""A week has 10,080 minutes."""


@dataclass(frozen=True, slots=True)
class Partition:
    """The axes that some atoms read, in the order of the table, with their classes, and what each atom reads.

    Within a class no atom changes its answer, unless `is_exact` is false: then an atom compares facts in a way whose
    changes can't be told from its text, and the classes are examples.
    """

    classes: dict[str, tuple[Class, ...]]
    reads: dict[Expression, tuple[str, ...]]
    is_exact: bool


def partition(atoms: Iterable[Expression], since: Instant) -> Partition:
    found = boundaries_of(atoms)
    reads = {atom: tuple(axis for axis in ATTRIBUTES.table.axes if axis in axes) for atom, axes in found.axes.items()}
    read = {axis for axes in reads.values() for axis in axes}
    nows = sorted(found.nows)
    wanted = [axis for axis in ATTRIBUTES.table.axes if axis in read or (axis == "now" and nows)]
    classes = {axis: classes_of(axis, found, since) for axis in wanted}
    if "now" in classes:
        often = {since + hour * HOUR + 1 for hour in range(8 * 24)} if found.unbounded else set()
        classes["now"] = number_classes("now", {*nows[:_MOST_NOWS], *often}, since)
    return Partition(classes, reads, _made_small(classes, reads) and not found.unbounded)


def _made_small(classes: dict[str, tuple[Class, ...]], reads: dict[Expression, tuple[str, ...]]) -> bool:
    """Leave out classes where one atom would have to be asked too often; says whether none had to be."""
    is_whole = True
    for axes in reads.values():
        while prod(len(classes[axis]) for axis in axes) > _MOST_ANSWERS:
            largest = max(axes, key=lambda axis: len(classes[axis]))
            classes[largest] = classes[largest][::2]
            is_whole = False
    return is_whole
