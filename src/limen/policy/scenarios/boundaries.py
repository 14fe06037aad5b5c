"""Where some conditions may change their answer: the boundaries between the classes of each attribute's values.

An *atom* is the smallest part of a condition that is true or false by itself. A boundary `b` says that an atom may
answer otherwise at `b` than just before it. Whatever atoms compare is covered, or the atom is named in `unbounded`: two
facts compared with each other, and calculations with instants beyond a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Final

from limen.cedar import IpRange, Policy, expression_text
from limen.cedar.paths import MIRRORED, paths_in
from limen.cedar.tree import (
    And,
    Attribute as Path,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    Like,
    Literal,
    Not,
    Or,
    Var,
    children,
    constant,
    descend,
)
from limen.clock import Instant
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.scenarios.linear_time import NOW, Sum, difference

_RANGES: Final = {
    "isLoopback": (IpRange(4, 127 << 24, 8), IpRange(6, 1, 128)),
    "isMulticast": (IpRange(4, 224 << 24, 4), IpRange(6, 0xFF << 120, 8)),
}
_BARE: Final = frozenset({"principal", "resource", "action"})
_NAMED: Final = frozenset({Kind.TEXT, Kind.CHOICE, Kind.SET})


@dataclass(frozen=True)
class Boundaries:
    """The boundaries that some atoms draw, by the paths of attributes, and `now`.

    An instant changes class at a date, or when its age (the time from it to now; negative where it is still to come)
    reaches an age. `texts` are the texts that are named, `patterns` those they are matched with. `addresses` are
    (version, number) pairs at which a stretch of addresses begins. `axes` says what each atom reads that can differ
    between two requests; an age counts as one. `open_ended` are the atoms that calculate with a number that has no
    greatest value: of these, what is tried are examples.
    """

    read: frozenset[str] = frozenset()
    numbers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    patterns: Mapping[str, frozenset[tuple[str | None, ...]]] = field(default_factory=dict)
    dates: Mapping[str, frozenset[int]] = field(default_factory=dict)
    ages: Mapping[str, frozenset[int]] = field(default_factory=dict)
    addresses: frozenset[tuple[int, int]] = frozenset()
    axes: Mapping[Expression, frozenset[str]] = field(default_factory=dict)
    unbounded: tuple[Expression, ...] = ()
    open_ended: tuple[Expression, ...] = ()

    @property
    def combinations(self) -> int:
        """No fewer than all combinations of classes there are."""
        sizes = [len(some) + 2 for one in (self.numbers, self.texts, self.dates, self.ages) for some in one.values()]
        flags = sum(row.kind is Kind.BOOL for row in map(ATTRIBUTES.get, self.read) if row is not None)
        return int(prod(sizes)) * (len(self.addresses) + 3) * int(2**flags)

    def reads(self, noun: str) -> bool:
        """Does any atom read an attribute of this noun?"""
        return any(path.startswith(f"{noun}.") for path in self.read)

    def of_instant(self, path: str, now: Instant) -> frozenset[Instant]:
        """The boundaries of an instant, seen from `now`."""
        return self.dates.get(path, frozenset()) | {now - age + 1 for age in self.ages.get(path, ())}

    @property
    def nows(self) -> frozenset[Instant]:
        """Boundaries of `context.now` itself, so that between two of them all others keep their places."""
        crossings = {
            date + age + late
            for path, ages in self.ages.items()
            for date in self.dates.get(path, ())
            for age in ages
            for late in (-1, 0, 1)
        }
        return self.dates.get("now", frozenset()) | crossings


def boundaries_of(atoms: Iterable[Expression]) -> Boundaries:
    """Every boundary that these atoms draw."""
    drawing = _Drawing()
    for atom in dict.fromkeys(atoms):
        drawing.draw(atom)
    return drawing.done()


def atoms_of(policies: Iterable[Policy]) -> Iterator[Expression]:
    """The atoms of all conditions of these policies."""
    for policy in policies:
        for condition in policy.conditions:
            yield from atoms(condition.body)


def atoms(node: Expression) -> Iterator[Expression]:
    """The smallest conditions in an expression: what is left when `&&`, `||`, `!` and `if` are taken apart."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, And | Or | Not | If):
            waiting += reversed(children(current))
        else:
            yield current


def paths_read(node: Expression) -> set[str]:
    """Every attribute path in an expression, in full, and `context` where it stands alone."""
    return _named(node) - _BARE


def _named(node: Expression) -> set[str]:
    """The same, with the other variables that stand alone."""
    named = {expression_text(path) for path in paths_in(node)}
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Path | Has) and isinstance(current.base, Path | Var):
            waiting += [current.base] if isinstance(current.base, Path) else []
        elif isinstance(current, Var):
            named.add(current.name)
        else:
            waiting += children(current)
    return named


class _Drawing:
    """Boundaries while they are found."""

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.numbers: dict[str, set[int]] = {}
        self.texts: dict[str, set[str]] = {}
        self.patterns: dict[str, set[tuple[str | None, ...]]] = {}
        self.dates: dict[str, set[int]] = {}
        self.ages: dict[str, set[int]] = {}
        self.addresses: set[tuple[int, int]] = set()
        self.axes: dict[Expression, frozenset[str]] = {}
        self.unbounded: list[Expression] = []
        self.open_ended: list[Expression] = []

    def done(self) -> Boundaries:
        matched = {path for path, some in self.patterns.items() if len(some) > 1}  # how patterns overlap is left out
        blurred = [atom for atom, axes in self.axes.items() if axes & matched and atom not in self.unbounded]
        return Boundaries(
            frozenset(self.read),
            _frozen(self.numbers),
            _frozen(self.texts),
            _frozen(self.patterns),
            _frozen(self.dates),
            _frozen(self.ages),
            frozenset(self.addresses),
            self.axes,
            (*self.unbounded, *blurred),
            tuple(self.open_ended),
        )

    def draw(self, atom: Expression) -> None:
        named, table = _named(atom), ATTRIBUTES.table
        rows = [row for cedar, row in table.by_cedar.items() if cedar in named]
        others = named - table.by_cedar.keys()
        self.read |= {row.path for row in rows} | {"now" if one == NOW else one for one in others}
        if others & {NOW} or any(row.kind is Kind.INSTANT for row in rows):
            axis = self._linear(atom)
            if axis is not None:
                self.axes[atom] = frozenset({axis} - {""})
                return
        whole = [row for row in table.rows if any(row.cedar.startswith(f"{one}.") for one in others - _BARE)]
        is_bounded = self._note(atom, rows) and not whole and self._is_plain(atom, others)
        paths = {row.path for row in (*rows, *whole) if row.noun not in _BARE}
        self.axes[atom] = frozenset(paths | ({"now"} if others & {NOW, "context"} else set()))
        if not is_bounded:
            self.unbounded.append(atom)

    def _is_plain(self, atom: Expression, others: set[str]) -> bool:
        """Is everything else that it reads something that is tried in full, used in a way that is known?"""
        if isinstance(atom, Has):
            return others <= {"context", "context.place", *_BARE}
        is_naming = isinstance(atom, Is) or (isinstance(atom, Binary) and atom.operator in {"in", "==", "!="})
        return not others or (others <= _BARE and is_naming)

    def _note(self, atom: Expression, rows: list[Attribute]) -> bool:
        """Take over what is compared with each attribute; False where that does not cover all values."""
        texts = {one.value for one in descend(atom) if isinstance(one, Literal) and isinstance(one.value, str)}
        for row in rows:
            if row.kind in _NAMED:
                self.texts.setdefault(row.path, set()).update(texts)
                if found := {one.pattern for one in descend(atom) if isinstance(one, Like)}:
                    self.patterns.setdefault(row.path, set()).update(found)
            elif row.kind is Kind.ADDRESS:
                self.addresses |= set(_starts(atom))
            elif row.kind is Kind.NUMBER and not self._number(atom, row):
                least, greatest = bounds(row)
                self.numbers.setdefault(row.path, set()).update(range(least, greatest + 1))
                self.open_ended += [atom] if row.is_open else []
        unbounded = [row for row in rows if row.kind in {Kind.TEXT, Kind.SET, Kind.ADDRESS, Kind.INSTANT}]
        return not unbounded or (len(rows) == 1 and unbounded[0].kind is not Kind.INSTANT)

    def _number(self, atom: Expression, row: Attribute) -> bool:
        """Its boundaries, where it is compared with a constant; in a calculation, each of its values is a class."""
        if not isinstance(atom, Binary) or atom.operator not in MIRRORED:
            return False
        for path, other, operator in (
            (atom.left, atom.right, atom.operator),
            (atom.right, atom.left, MIRRORED[atom.operator]),
        ):
            if isinstance(other, Literal) and type(other.value) is int and expression_text(path) == row.cedar:
                self.numbers.setdefault(row.path, set()).update(_around(operator, other.value))
                return True
        return False

    def _linear(self, atom: Expression) -> str | None:
        """The instant, or its age, at whose boundary the answer changes ("": it never does); None: in no such way."""
        if not isinstance(atom, Binary) or atom.operator not in MIRRORED:
            return None
        found = difference(atom.left, atom.right)
        if found is None:
            return None
        facts = [path for path in found.factors if path != NOW]
        if not found.factors:
            return ""
        if not facts:
            return self._boundary(self.dates, "now", found.factors[NOW], found, atom.operator)
        row = ATTRIBUTES.table.by_cedar.get(facts[0])
        if len(facts) > 1 or row is None or row.kind is not Kind.INSTANT:
            return None
        if NOW not in found.factors:
            return self._boundary(self.dates, row.path, found.factors[facts[0]], found, atom.operator)
        if found.factors[NOW] != -found.factors[facts[0]]:
            return None
        is_drawn = self._boundary(self.ages, row.path, found.factors[NOW], found, atom.operator)
        return row.age_called if is_drawn else None

    def _boundary(self, into: dict[str, set[int]], path: str, factor: int, found: Sum, operator: str) -> str | None:
        """The boundaries of `factor * x + rest operator 0`, where x is the instant or its age."""
        if abs(factor) != 1:
            return None
        value = -found.rest * factor
        at = _around(operator if factor == 1 else MIRRORED[operator], value)
        if found.unit:  # cutting off to whole units moves the boundary within one unit of the value
            at = {value + late for late in (-found.unit, 1 - found.unit, 0, 1, found.unit, found.unit + 1)}
        into.setdefault(path, set()).update(at)
        return path


def bounds(row: Attribute) -> tuple[int, int]:
    """The least and the greatest number that is looked at, also where nothing is known."""
    least = min(row.least, row.worst) if isinstance(row.worst, int) else row.least
    return least, row.greatest * 3 if row.is_open else row.greatest


def _starts(atom: Expression) -> Iterator[tuple[int, int]]:
    """Where the stretches of addresses begin that it tells apart."""
    for node in descend(atom):
        value = constant(node) if isinstance(node, Call) else None
        known = [value] if isinstance(value, IpRange) else _RANGES.get(node.name, ()) if isinstance(node, Call) else ()
        for one in known:
            size = 1 << (32 if one.version == 4 else 128)
            yield from ((one.version, start) for start in (one.first, one.last + 1) if start < size)


def _around(operator: str, value: int) -> set[int]:
    match operator:
        case "<" | ">=":
            return {value}
        case "<=" | ">":
            return {value + 1}
    return {value, value + 1}


def _frozen(sets: dict[str, set[Any]]) -> dict[str, frozenset[Any]]:
    return {path: frozenset(found) for path, found in sets.items()}
