"""Sets of situations as the bits of one whole number: all combinations of a few axes' classes at once.

A million situations are 128 kilobytes, and `and`, `or`, `not` over them take microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import TypeAlias

from limen.cedar.tree import And, Expression, If, Literal, Not, Or

Cube = tuple[frozenset[int], ...]
"""For each axis the classes it may be in; every combination of them belongs to the cube."""


@dataclass(frozen=True)
class Grid:
    """`sizes` are the numbers of classes of each axis. Cell numbers count the last axis fastest."""

    sizes: tuple[int, ...]

    @cached_property
    def cells(self) -> int:
        return prod(self.sizes)

    @cached_property
    def everything(self) -> int:
        return (1 << self.cells) - 1

    @cached_property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """For each axis and each of its classes: the cells in which the axis is in that class."""
        columns = []
        stride = self.cells
        for size in self.sizes:
            period, stride = stride, stride // size
            repeated = _repeat(1, period, self.cells // period)
            block = (1 << stride) - 1
            columns.append(tuple((repeated << (stride * number)) * block for number in range(size)))
        return tuple(columns)

    def table(self, axes: Sequence[int], holds: Callable[[tuple[int, ...]], bool]) -> int:
        """The cells in which `holds` says yes to the classes of these axes."""
        found = 0
        for classes in product(*(range(self.sizes[axis]) for axis in axes)):
            if holds(classes):
                cells = self.everything
                for axis, number in zip(axes, classes, strict=True):
                    cells &= self.columns[axis][number]
                found |= cells
        return found

    def cell(self, number: int) -> tuple[int, ...]:
        """The class of each axis in this cell."""
        classes = []
        for size in reversed(self.sizes):
            number, rest = divmod(number, size)
            classes.append(rest)
        return tuple(reversed(classes))

    def inside(self, cube: Cube) -> int:
        cells = self.everything
        for column, classes, size in zip(self.columns, cube, self.sizes, strict=True):
            if len(classes) < size:
                some = 0
                for number in classes:
                    some |= column[number]
                cells &= some
        return cells


def _repeat(block: int, period: int, times: int) -> int:
    """`block` at every `period` bits, so many times."""
    found, have = 0, 0
    power, size = block, 1
    while times:
        if times & 1:
            found |= power << (have * period)
            have += size
        times >>= 1
        if times:
            power |= power << (size * period)
            size *= 2
    return found


def truth(node: Expression, atoms: Mapping[Expression, tuple[int, int]], everything: int) -> tuple[int, int]:
    """Where the expression is true, and where it can't be evaluated; `atoms` says the same of each atom."""
    match node:
        case Literal(True):
            return everything, 0
        case Literal(False):
            return 0, 0
        case And(operands):
            return conjunction(operands, atoms, everything)
        case Or(operands):
            false, errs = everything, 0
            for operand in operands:
                holds, wrong = truth(operand, atoms, everything)
                errs |= false & wrong
                false &= ~(holds | wrong)
            return everything & ~(false | errs), errs
        case Not(operand):
            holds, wrong = truth(operand, atoms, everything)
            return everything & ~(holds | wrong), wrong
        case If(test, then, otherwise):
            asked, wrong = truth(test, atoms, everything)
            yes, yes_wrong = truth(then, atoms, everything)
            no, no_wrong = truth(otherwise, atoms, everything)
            other = everything & ~(asked | wrong)
            return asked & yes | other & no, wrong | asked & yes_wrong | other & no_wrong
    return atoms[node]


def conjunction(
    operands: Sequence[Expression], atoms: Mapping[Expression, tuple[int, int]], everything: int
) -> tuple[int, int]:
    """All of them, one after the other: after one that fails, the rest is not looked at."""
    live, errs = everything, 0
    for operand in operands:
        holds, wrong = truth(operand, atoms, everything)
        errs |= live & wrong
        live &= holds
    return live, errs


def cover(grid: Grid, wanted: int, allowed: int, most: int) -> tuple[Cube, ...]:
    """Few, large cubes that together hold all of `wanted` and nothing but `allowed`; at most `most`, then it stops."""
    left, chosen = wanted, list[tuple[Cube, int]]()
    while left and len(chosen) < most:
        cell = grid.cell((left & -left).bit_length() - 1)
        grown = [_grown(grid, cell, allowed, ways) for ways in _ways(len(grid.sizes))]
        cube = max(grown, key=lambda one: ((grid.inside(one) & left).bit_count(), _freedom(grid, one)))
        inside = grid.inside(cube)
        left &= ~inside
        chosen.append((cube, inside))
    return tuple(cube for cube, _ in _needed(chosen, wanted & ~left))


def _needed(chosen: list[tuple[Cube, int]], wanted: int) -> list[tuple[Cube, int]]:
    """The cubes without those whose cells the others hold as well."""
    kept = list(chosen)
    for one in chosen:
        others = 0
        for other in kept:
            others |= other[1] if other is not one else 0
        if not wanted & ~others:
            kept.remove(one)
    return kept


def _freedom(grid: Grid, cube: Cube) -> int:
    return sum(len(classes) == size for classes, size in zip(cube, grid.sizes, strict=True))


Way: TypeAlias = "tuple[int, Callable[[frozenset[int], int], Iterator[frozenset[int]]]]"
"""An axis, and how it is widened."""


def _ways(axes: int) -> Iterator[list[Way]]:
    """The orders in which a cell is tried to be widened.

    First every axis is freed altogether where that is allowed, then the rest is widened class by class; and the same
    again with each axis in turn widened before any other is freed.
    """
    free: list[Way] = [(axis, _wholly) for axis in range(axes)]
    widened: list[Way] = [(axis, _stepwise) for axis in range(axes)]
    yield [*free, *widened]
    for first in range(axes):
        yield [widened[first], *free, *widened]


def _grown(grid: Grid, cell: tuple[int, ...], allowed: int, ways: list[Way]) -> Cube:
    """The cell, widened along one axis after the other as far as is allowed."""
    cube = [frozenset({number}) for number in cell]
    forbidden = grid.everything & ~allowed
    for axis, widen in ways:
        for classes in widen(cube[axis], grid.sizes[axis]):
            trial = (*cube[:axis], cube[axis] | classes, *cube[axis + 1 :])
            if not grid.inside(trial) & forbidden:
                cube[axis] = cube[axis] | classes
    return tuple(cube)


def _wholly(_classes: frozenset[int], size: int) -> Iterator[frozenset[int]]:
    yield frozenset(range(size))


def _stepwise(classes: frozenset[int], size: int) -> Iterator[frozenset[int]]:
    yield from (frozenset({number}) for number in range(size) if number not in classes)
