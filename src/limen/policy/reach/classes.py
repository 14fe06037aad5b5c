"""The classes of facts that policies can tell apart: for each fact, finitely many, and together all values there are.

An *axis* is one fact (`device.compliance`, `auth.age`); its classes partition what it can be. Instants are told apart
by how long ago they are (`auth.age` is `now - auth.at`) or, where a policy names a date, by themselves (`auth.at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from limen.cedar import CedarSet, Datetime, IpRange, Record
from limen.cedar.operators import like
from limen.clock import DAY, Instant
from limen.facts import Facts
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Request
from limen.policy.scenarios.examples import Raw
from limen.policy.seen import Calendar, see

FAR: Final = 40 * 366 * DAY
"""No policy looks further ahead than this, or further back."""


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from `low` to `high`, both included. Lengths of time and instants are milliseconds."""

    low: int
    high: int

    def holds(self, value: Raw) -> bool:
        return isinstance(value, int) and self.low <= value <= self.high

    @property
    def example(self) -> int:
        return self.high if self.low <= -FAR else self.low


@dataclass(frozen=True, slots=True)
class Exactly:
    """One value."""

    example: Raw

    def holds(self, value: Raw) -> bool:
        return type(value) is type(self.example) and value == self.example


@dataclass(frozen=True, slots=True)
class Other:
    """Every text but `than`, on which the `patterns` answer as told. `example` is one such text."""

    than: frozenset[str]
    patterns: tuple[tuple[tuple[str | None, ...], bool], ...]
    example: str

    def holds(self, value: Raw) -> bool:
        return (
            isinstance(value, str)
            and value not in self.than
            and all(like(value, pattern) is matches for pattern, matches in self.patterns)
        )


@dataclass(frozen=True, slots=True)
class Addresses:
    """Addresses of one version from `low` to `high`, both included."""

    version: int
    low: int
    high: int

    def holds(self, value: Raw) -> bool:
        return isinstance(value, tuple) and value[0] == self.version and self.low <= value[1] <= self.high

    @property
    def example(self) -> tuple[int, int]:
        return (self.version, self.low)


@dataclass(frozen=True, slots=True)
class Members:
    """Sets that hold just these of the `named` texts, and others besides, or none."""

    named: frozenset[str]
    held: frozenset[str]
    has_others: bool

    def holds(self, value: Raw) -> bool:
        return (
            isinstance(value, frozenset)
            and value & self.named == self.held
            and bool(value - self.named) is self.has_others
        )

    @property
    def example(self) -> frozenset[str]:
        return self.held | ({"~" + "".join(sorted(self.named))} if self.has_others else set())


Class: TypeAlias = "Span | Exactly | Other | Addresses | Members"


def row_of(axis: str) -> Attribute | None:
    """The attribute that varies along this axis, by its value or its age; None for `now`."""
    return ATTRIBUTES.table.by_path.get(ATTRIBUTES.table.dated.get(axis, axis))


def is_of(axis: str, *kinds: Kind) -> bool:
    """Is it an axis of values of one of these kinds?"""
    row = ATTRIBUTES.table.by_path.get(axis)
    return row is not None and row.kind in kinds


def value_of(axis: str, facts: Facts, request: Request, now: Instant, calendar: Calendar) -> Raw:
    """What these facts are worth on this axis, read as the policies read them."""
    context = see(facts).context(request, now, calendar.at(now))
    row = row_of(axis)
    if row is None:
        return now
    record = context[row.noun]
    assert isinstance(record, dict)  # noqa: S101 -- the context is ours
    match record.get(row.name):
        case CedarSet() as value:
            return frozenset(str(one) for one in value.items)
        case IpRange() as value:
            return (value.version, value.address)
        case Datetime() as value:
            return now - int(value) if axis != row.path else int(value)
        case None | bool() | int() | str() as plain:
            return plain
    raise TypeError(axis)


def put(context: Record, axis: str, value: Raw, now: Instant) -> None:
    """Say in `context` that the fact of this axis is worth `value`."""
    row = row_of(axis)
    if row is None:
        context["now"] = Datetime(now)
        return
    before = context[row.noun]
    assert isinstance(before, dict)  # noqa: S101 -- the context is ours
    record = context[row.noun] = dict(before)
    match value:
        case (int() as version, int() as number):
            record[row.name] = IpRange(version, number, 32 if version == 4 else 128)
        case None:
            record.pop(row.name, None)
        case frozenset():
            record[row.name] = CedarSet(sorted(value))
        case int() if row.kind is Kind.INSTANT:
            record[row.name] = Datetime(value if axis == row.path else now - value)
        case bool() | int() | str():
            record[row.name] = value


def bounds(row: Attribute) -> tuple[int, int]:
    """The least and the greatest number that is looked at, also where nothing is known."""
    least = min(row.least, row.worst) if isinstance(row.worst, int) else row.least
    return least, row.greatest * 3 if row.is_open else row.greatest


def number_classes(axis: str, cuts: set[int], since: Instant, *, all_values: bool = False) -> tuple[Class, ...]:
    """Spans that begin at `cuts`; of a fact with few values, or compared in no plain way, each value by itself."""
    row = row_of(axis)
    if row is None:
        low, high = since, since + FAR
    elif row.kind is Kind.INSTANT:
        low, high = (0, since + FAR) if axis == row.path else (-FAR, since + 2 * FAR)
    else:
        low, high = bounds(row)
        if all_values or (not row.is_open and high - low <= _FEW):
            return tuple(Span(one, one) for one in range(low, high + 1))
    borders = sorted({low, *(cut for cut in cuts if low < cut <= high)})
    return tuple(Span(start, end - 1) for start, end in zip(borders, [*borders[1:], high + 1], strict=True))


_FEW: Final = 7


def text_classes(literals: set[str], patterns: set[tuple[str | None, ...]]) -> tuple[Class, ...]:
    """Each text that a policy names, nothing said (""), and the rest, by which patterns it is like."""
    named = frozenset(literals | {""})
    rest: dict[tuple[bool, ...], Other] = {}
    ordered = sorted(patterns, key=repr)
    for example in _examples(ordered, named):
        answers = tuple(like(example, pattern) for pattern in ordered)
        rest.setdefault(answers, Other(named, tuple(zip(ordered, answers, strict=True)), example))
    return (*(Exactly(text) for text in sorted(named)), *rest.values())


def _examples(patterns: list[tuple[str | None, ...]], named: frozenset[str]) -> list[str]:
    found = ["other", *("".join("x" if part is None else part for part in pattern) for pattern in patterns)]
    found += ["".join(part or "" for part in pattern) for pattern in patterns]
    found += [one + two for one in found[1:] for two in found[1:]][:64]
    return ["~" + text if text in named and text == "other" else text for text in found if text not in named] or [
        "~other"
    ]


def address_classes(ranges: set[IpRange]) -> tuple[Class, ...]:
    """No address known, and the stretches of addresses between the borders of the named ranges."""
    classes: list[Class] = [Exactly(None)]
    for version, bits in ((4, 32), (6, 128)):
        borders = {0, 1 << bits}
        for one in ranges:
            if one.version == version:
                borders |= {one.first, one.last + 1}
        ordered = sorted(borders)
        classes += [Addresses(version, low, high - 1) for low, high in pairwise(ordered)]
    return tuple(classes)


def set_classes(named: set[str]) -> tuple[Class, ...]:
    """Sets of texts by which of the named ones they hold, and whether they hold any other."""
    ordered = sorted(named)
    sizes = range(len(ordered) + 1)
    return tuple(
        Members(frozenset(named), frozenset(some), has_others)
        for size in sizes
        for some in combinations(ordered, size)
        for has_others in (False, True)
    )


def plain_classes(axis: str) -> tuple[Class, ...]:
    """Facts with a few values that are the same whatever the policies say."""
    row = ATTRIBUTES[axis]
    if row.kind is Kind.BOOL:
        return (Exactly(False), Exactly(True))
    if row.kind is Kind.CHOICE:
        return tuple(Exactly(one) for one in reversed(row.choices))
    sizes = range(len(row.choices) + 1)
    return tuple(Exactly(frozenset(some)) for size in sizes for some in combinations(row.choices, size))
