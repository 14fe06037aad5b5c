"""What some policies can tell apart: which facts each of their comparisons reads, and where its answer may change.

An *atom* is the smallest part of a condition that is true or false. What hangs on the person, action and app alone is
worked out beforehand (`limen.policy.reach.folding`), so atoms that are left read the context.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Final, TypeAlias

from limen.cedar import Datetime, Duration, IpRange
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    Var,
    children,
    constant,
    descend,
)
from limen.clock import Instant
from limen.policy.attribute import Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.reach.classes import (
    Class,
    address_classes,
    is_of,
    number_classes,
    plain_classes,
    row_of,
    set_classes,
    text_classes,
)

_MIRRORED: Final = frozenset({"<", "<=", ">", ">=", "==", "!="})
_UNITS: Final = {
    "toMilliseconds": 1,
    "toSeconds": 1000,
    "toMinutes": 60_000,
    "toHours": 3_600_000,
    "toDays": 86_400_000,
}
_MOST_NOWS: Final = 1_000
_MOST_ANSWERS: Final = 12_000
"""A week has 10,080 minutes."""


def atoms_of(node: Expression) -> Iterator[Expression]:
    """The parts that are true or false by themselves."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from atoms_of(part)
        case Not(inner):
            yield from atoms_of(inner)
        case If(test, then, otherwise):
            for part in (test, then, otherwise):
                yield from atoms_of(part)
        case _:
            yield node


@dataclass(slots=True)
class _Wanted:
    """What is asked of one axis by all atoms together."""

    cuts: set[int] = field(default_factory=set)
    literals: set[str] = field(default_factory=set)
    patterns: set[tuple[str | None, ...]] = field(default_factory=set)
    ranges: set[IpRange] = field(default_factory=set)
    all_values: bool = False


@dataclass(frozen=True, slots=True)
class ToldApart:
    """The axes that some atoms read, in the order of the table, with their classes, and what each atom reads.

    Within a class no atom changes its answer, unless `is_exact` is false: then an atom compares facts in a way whose
    changes can't be told from its text, and the classes are examples.
    """

    classes: dict[str, tuple[Class, ...]]
    reads: dict[Expression, tuple[str, ...]]
    is_exact: bool


def told_apart(atoms: Iterable[Expression], since: Instant) -> ToldApart:
    wanted: dict[str, _Wanted] = {}
    reads: dict[Expression, tuple[str, ...]] = {}
    is_exact = True
    for atom in atoms:
        if atom not in reads:
            axes, is_plain = _read(atom, wanted)
            reads[atom] = tuple(axis for axis in ATTRIBUTES.table.axes if axis in axes)
            is_exact = is_exact and is_plain
    _where_dates_and_ages_meet(wanted)
    if not is_exact and "now" in wanted:
        wanted["now"].cuts |= {since + hour * 3_600_000 + 1 for hour in range(8 * 24)}
    ordered = [axis for axis in ATTRIBUTES.table.axes if axis in wanted]
    is_exact = is_exact and all(len(one.patterns) < 2 for one in wanted.values())
    classes = {axis: _classes(axis, wanted[axis], since) for axis in ordered}
    return ToldApart(classes, reads, _made_small(classes, reads) and is_exact)


def _made_small(classes: dict[str, tuple[Class, ...]], reads: dict[Expression, tuple[str, ...]]) -> bool:
    """Leave out classes where one atom would have to be asked too often; says whether none had to be."""
    is_whole = True
    for axes in reads.values():
        while prod(len(classes[axis]) for axis in axes) > _MOST_ANSWERS:
            largest = max(axes, key=lambda axis: len(classes[axis]))
            classes[largest] = classes[largest][::2]
            is_whole = False
    return is_whole


def _classes(axis: str, wanted: _Wanted, since: Instant) -> tuple[Class, ...]:
    row = row_of(axis)
    if row is None or row.kind in {Kind.NUMBER, Kind.INSTANT}:
        return number_classes(axis, wanted.cuts, since, all_values=wanted.all_values)
    if row.kind is Kind.TEXT:
        return text_classes(wanted.literals, wanted.patterns)
    if row.kind is Kind.ADDRESS:
        return address_classes(wanted.ranges)
    if row.kind is Kind.SET and not row.choices:
        return set_classes(wanted.literals)
    return plain_classes(axis)


def _is_path(axis: str | None) -> bool:
    return axis is not None and axis in ATTRIBUTES.table.axes and axis not in ATTRIBUTES.table.dated


def _is_bounded(axis: str) -> bool:
    """Is it a fact of which every value is a class of its own where it must be?"""
    row = ATTRIBUTES.table.by_path.get(axis)
    return row is not None and (row.kind in {Kind.BOOL, Kind.NUMBER, Kind.CHOICE} or bool(row.choices))


def _read(atom: Expression, wanted: dict[str, _Wanted]) -> tuple[set[str], bool]:
    """Which axes the atom reads, and whether it is plain where its answer changes. Notes what that takes."""
    linear = _as_linear(atom)
    if linear is not None:
        axis, cuts = linear
        wanted.setdefault(axis, _Wanted()).cuts |= cuts
        return {axis}, True
    if _reads_a_whole_record(atom):
        axes = {axis for axis in ATTRIBUTES.table.axes if _is_path(axis)}
    else:
        axes = {path for node in descend(atom) if (path := _path(_asked(node))) is not None and _is_path(path)}
    literals = {one.value for one in descend(atom) if isinstance(one, Literal) and isinstance(one.value, str)}
    patterns = {one.pattern for one in descend(atom) if isinstance(one, Like)}
    for axis in axes:
        asked = wanted.setdefault(axis, _Wanted())
        asked.literals |= literals if is_of(axis, Kind.TEXT, Kind.SET) else set()
        asked.patterns |= patterns if is_of(axis, Kind.TEXT) else set()
        asked.ranges |= set(_ranges(atom)) if is_of(axis, Kind.ADDRESS) else set()
        asked.all_values = asked.all_values or is_of(axis, Kind.NUMBER)
    unbounded = {axis for axis in axes if not _is_bounded(axis)}
    is_plain = not unbounded or (
        len(axes) == 1 and all(is_of(axis, Kind.TEXT, Kind.SET, Kind.ADDRESS) for axis in unbounded)
    )
    return axes, is_plain


def _asked(node: Expression) -> Expression:
    """`has` asks about the path it would read."""
    return Attribute(node.base, node.name) if isinstance(node, Has) else node


def _path(node: Expression) -> str | None:
    """`auth.strength` for `context.auth.strength`; None for anything else."""
    names: list[str] = []
    while isinstance(node, Attribute):
        names.append(node.name)
        node = node.base
    return ".".join(reversed(names)) if node == Var("context") and names else None


def _reads_a_whole_record(atom: Expression) -> bool:
    """Does the atom take the context, or a part such as `context.device`, as one value?"""
    waiting: list[Expression] = [atom]
    while waiting:
        node = waiting.pop()
        if node == Var("context"):
            return True
        path = _path(_asked(node))
        if path is None:
            waiting += children(node)
        elif not _is_path(path) and not isinstance(node, Has):
            return True
    return False


def _ranges(atom: Expression) -> Iterator[IpRange]:
    for node in descend(atom):
        if isinstance(node, Call):
            value = constant(node)
            if isinstance(value, IpRange):
                yield value
            if node.name == "isLoopback":
                yield from (IpRange(4, 127 << 24, 8), IpRange(6, 1, 128))
            if node.name == "isMulticast":
                yield from (IpRange(4, 224 << 24, 4), IpRange(6, 0xFF << 120, 8))


# Comparisons that change their answer at one number


def _as_linear(atom: Expression) -> tuple[str, set[int]] | None:
    """The axis, and where on it the answer may change, of a comparison of one fact with a constant."""
    if not isinstance(atom, Binary) or atom.operator not in _MIRRORED:
        return None
    units = [_UNITS.get(side.name, 1) if isinstance(side, Call) else 1 for side in (atom.left, atom.right)]
    unit = max(units)
    bare = [
        side.arguments[0] if isinstance(side, Call) and side.name in _UNITS else side
        for side in (atom.left, atom.right)
    ]
    left, right = _sum(bare[0], 1), _sum(bare[1], -1)
    if left is None or right is None or (left[0] and right[0] and unit > 1):
        return None
    facts, number = _plus(*[(facts, rest if facts else rest * unit) for facts, rest in (left, right)])
    found = _axis_of({path: times for path, times in facts.items() if times})
    if found is None:
        return None
    axis, times = found
    at = -number // times
    slack = unit if unit > 1 else 0
    return axis, {at + shift + extra for shift in (0, 1, 2) for extra in {-slack, 0, slack}}


def _axis_of(facts: dict[str, int]) -> tuple[str, int] | None:
    if len(facts) == 1:
        ((path, times),) = facts.items()
        return (path, times) if _is_counted(path) else None
    instant = next((path for path in facts if path in ATTRIBUTES.table.ages), "")
    if len(facts) == 2 and "now" in facts and instant and facts["now"] == -facts[instant]:
        return ATTRIBUTES.table.ages[instant], facts["now"]
    return None


def _is_counted(path: str) -> bool:
    return path == "now" or is_of(path, Kind.NUMBER, Kind.INSTANT)


_Sum: TypeAlias = tuple[dict[str, int], int]
"""So many times each fact, and a number."""


def _sum(node: Expression, sign: int) -> _Sum | None:
    """The expression as a sum; None where it is none."""
    path = _path(node)
    if path is not None:
        return ({path: sign}, 0) if _is_counted(path) else None
    match node:
        case Literal(value):
            return ({}, sign * value) if type(value) is int else None
        case Binary("+", left, right) | Call("offset", (left, right)):
            return _both(_sum(left, sign), _sum(right, sign))
        case Binary("-", left, right) | Call("durationSince", (left, right)):
            return _both(_sum(left, sign), _sum(right, -sign))
        case Negate(operand) | Call("toMilliseconds", (operand,)):
            return _sum(operand, -sign if isinstance(node, Negate) else sign)
        case Call():
            known = constant(node)
            return ({}, sign * int(known)) if isinstance(known, Datetime | Duration) else None
    return None


def _both(left: _Sum | None, right: _Sum | None) -> _Sum | None:
    return None if left is None or right is None else _plus(left, right)


def _plus(left: _Sum, right: _Sum) -> _Sum:
    return {path: left[0].get(path, 0) + right[0].get(path, 0) for path in left[0] | right[0]}, left[1] + right[1]


def _where_dates_and_ages_meet(wanted: dict[str, _Wanted]) -> None:
    """Where an instant is compared both by its age and by its date, which is first depends on when one asks."""
    for instant, age in ATTRIBUTES.table.ages.items():
        if instant in wanted and age in wanted:
            meet = {date + old for date in wanted[instant].cuts for old in wanted[age].cuts}
            wanted.setdefault("now", _Wanted()).cuts |= set(sorted(meet)[:_MOST_NOWS])
