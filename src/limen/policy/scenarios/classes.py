"""The classes of facts that policies can tell apart: for each fact, finitely many, and together all values there are.

An *axis* is one fact (`device.compliance`, `auth.age`); its classes partition what it can be. Instants are told apart
by how long ago they are (`auth.age` is `now - auth.at`) or, where a policy names a date, by themselves (`auth.at`).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from limen.cedar import CedarSet, Datetime, IpRange, Record, Value
from limen.cedar.operators import like
from limen.clock import DAY, Instant
from limen.facts import Facts
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import Calendar, view_of
from limen.policy.decision import Request
from limen.policy.scenarios.boundaries import Boundaries, bounds
from limen.policy.scenarios.examples import Raw

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
    """Sets that hold just these of the `named` texts, and besides some others, such as these, or none."""

    named: frozenset[str]
    held: frozenset[str]
    others: frozenset[str]

    def holds(self, value: Raw) -> bool:
        return (
            isinstance(value, frozenset)
            and value & self.named == self.held
            and bool(value - self.named) is bool(self.others)
        )

    @property
    def example(self) -> frozenset[str]:
        return self.held | self.others


Pattern: TypeAlias = "tuple[str | None, ...]"
Class: TypeAlias = "Span | Exactly | Other | Addresses | Members"


def row_of(axis: str) -> Attribute | None:
    """The attribute that varies along this axis, by its value or its age; None for `now`."""
    return ATTRIBUTES.table.by_path.get(ATTRIBUTES.table.dated.get(axis, axis))


def value_of(axis: str, facts: Facts, request: Request, now: Instant, calendar: Calendar) -> Raw:
    """What these facts are worth on this axis, read as the policies read them."""
    context = view_of(facts).context(request, now, calendar.at(now))
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
    if axis != row.path and isinstance(value, int):
        value = now - value
    known = to_cedar(row, value)
    if known is None:
        record.pop(row.name, None)
    else:
        record[row.name] = known


def to_cedar(row: Attribute, value: Raw) -> Value | None:
    """What a fact is worth as Cedar has it; None for an address that is not known."""
    match value:
        case (int() as version, int() as number):
            return IpRange(version, number, 32 if version == 4 else 128)
        case frozenset():
            return CedarSet(sorted(value))
        case int() if row.kind is Kind.INSTANT:
            return Datetime(value)
        case bool() | int() | str():
            return value
    return None


def number_classes(axis: str, boundaries: Iterable[int], since: Instant) -> tuple[Class, ...]:
    """Spans that begin at these boundaries; of a fact with few values each by itself."""
    row = row_of(axis)
    if row is None:
        low, high = since, since + FAR
    elif row.kind is Kind.INSTANT:
        low, high = (0, since + FAR) if axis == row.path else (-FAR, since + 2 * FAR)
    else:
        low, high = bounds(row)
        if not row.is_open and high - low <= _FEW:
            return tuple(Span(one, one) for one in range(low, high + 1))
    starts = sorted({low, *(one for one in boundaries if low < one <= high)})
    return tuple(Span(start, end - 1) for start, end in zip(starts, [*starts[1:], high + 1], strict=True))


_FEW: Final = 7


def text_classes(named: Iterable[str], patterns: Iterable[Pattern], other: str = "other") -> tuple[Class, ...]:
    """Nothing said (""), each text that a policy names, and the rest, by which patterns it is like.

    `other` is a text for which a better one is taken where it is named, or like one of the patterns.
    """
    named, ordered = frozenset({"", *named}), sorted(patterns, key=repr)
    rest: dict[tuple[bool, ...], Other] = {}
    for example in _examples(ordered, named, other):
        answers = tuple(like(example, pattern) for pattern in ordered)
        rest.setdefault(answers, Other(named, tuple(zip(ordered, answers, strict=True)), example))
    return (*(Exactly(text) for text in sorted(named)), *rest.values())


def _examples(patterns: list[Pattern], named: frozenset[str], other: str) -> Iterator[str]:
    """Texts that nobody names: any other, one made of a letter that no pattern asks for, and some near the patterns."""
    asked = {letter for pattern in patterns for part in pattern for letter in part or ""}
    strange = next(letter for letter in map(chr, range(ord("z"), sys.maxunicode)) if letter not in asked)
    for start, more in ((other, strange if patterns else "-"), (strange, strange)):
        yield next(text for text in (start + more * times for times in range(len(named) + 1)) if text not in named)
    bare = ["".join(part or "" for part in pattern) for pattern in patterns]
    for pattern in patterns:
        filled = (
            "".join("-" * times if part is None else part for part in pattern) for times in range(1, len(named) + 2)
        )
        yield from (text for text in filled if text not in named)
    near = [
        *bare,
        *(one + "-" for one in bare),
        *("-" + one for one in bare),
        *(one + two for one in bare for two in bare),
    ]
    yield from (text for text in near[:64] if text not in named)


def address_classes(starts: Iterable[tuple[int, int]]) -> tuple[Class, ...]:
    """No address known, and the stretches of addresses that begin at these (version, number) pairs."""
    classes: list[Class] = [Exactly(None)]
    known = list(starts)
    for version, bits in ((4, 32), (6, 128)):
        ordered = sorted({0, 1 << bits, *(number for kind, number in known if kind == version)})
        classes += [Addresses(version, low, high - 1) for low, high in pairwise(ordered)]
    return tuple(classes)


def set_classes(named: Iterable[str], usual: tuple[str, ...]) -> tuple[Class, ...]:
    """Sets of texts by which of the named ones they hold, and whether they hold any other, such as a usual one."""
    ordered = sorted(one for one in set(named) if not usual or one in usual)
    others = [one for one in usual or ("another", *(f"another-{one}" for one in ordered)) if one not in ordered]
    return tuple(
        Members(frozenset(ordered), frozenset(some), frozenset(other))
        for size in range(len(ordered) + 1)
        for some in combinations(ordered, size)
        for other in ((), *([others[:1]] if others else []))
    )


def classes_of(axis: str, found: Boundaries, since: Instant) -> tuple[Class, ...]:
    """The classes of one axis that atoms with these boundaries can tell apart."""
    row = row_of(axis)
    if row is None:
        return number_classes(axis, found.nows, since)
    drawn = found.ages if axis != row.path else found.dates if row.kind is Kind.INSTANT else found.numbers
    named = found.texts.get(row.path, ())
    match row.kind:
        case Kind.BOOL:
            return (Exactly(False), Exactly(True))
        case Kind.CHOICE:
            return tuple(Exactly(one) for one in reversed(row.choices))
        case Kind.TEXT:
            return text_classes(named, found.patterns.get(row.path, ()), OTHER_TEXTS.get(row.path, "other"))
        case Kind.SET:
            return set_classes(named, row.choices)
        case Kind.ADDRESS:
            return address_classes(found.addresses)
    return number_classes(axis, drawn.get(row.path, ()), since)


OTHER_TEXTS: Final = {
    "place.country": "ZZ",
    "place.network": "another-network",
    "device.platform": "another-platform",
    "device.id": "another-device",
}
"""A value that no policy names. ZZ is a country code that ISO 3166 leaves to its users."""
