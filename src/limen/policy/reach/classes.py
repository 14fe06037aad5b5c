"""The classes of facts that policies can tell apart: for each fact, finitely many, and together all values there are.

An *axis* is one fact (`device.compliance`, `auth.age`); its classes partition what it can be. Instants are told apart
by how long ago they are (`auth.age` is `now - auth.at`) or, where a policy names a date, by themselves (`auth.at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from itertools import combinations, pairwise
from typing import Final, TypeAlias

from limen.cedar import CedarSet, Datetime, IpRange, Record
from limen.cedar.operators import like
from limen.clock import DAY, Instant
from limen.facts import Factor, Facts
from limen.policy.decision import Request
from limen.policy.seen import Calendar, see

FAR: Final = 40 * 366 * DAY
"""No policy looks further ahead than this, or further back."""
Raw: TypeAlias = "bool | int | str | frozenset[str] | tuple[int, int] | None"
"""What a fact is worth, as Python has it. An address is (version, number), or None where it is not known."""


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


Class: TypeAlias = "Span | Exactly | Other | Addresses"

INSTANTS: Final = {
    "auth.at": "auth.age",
    "session.started": "session.age",
    "device.seen": "device.age",
    "grant.until": "grant.age",
}
"""Facts that are instants, and the axis of how long ago each is (a grant's is negative while it lasts)."""
AGES: Final = {age: instant for instant, age in INSTANTS.items()}
NUMBERS: Final = {
    "auth.strength": (0, 3),
    "device.binding": (0, 9),
    "risk.score": (0, 100),
    "time.weekday": (1, 7),
    "time.minute": (0, 1439),
}
_SWITCHES: Final = frozenset(
    {"auth.interactive", "session.known", "device.known", "device.managed", "place.known", "place.anonymiser"}
    | {"risk.known", "grant.active"}
)
TEXTS: Final = frozenset(
    {"device.id", "device.platform", "place.country", "place.network", "request.method", "request.route"}
)
AXES: Final[tuple[str, ...]] = (
    *("now", "time.weekday", "time.minute", "request.method", "request.route"),
    *("auth.strength", "auth.factors", "auth.interactive", "auth.age", "auth.at"),
    *("session.known", "session.age", "session.started"),
    *("device.known", "device.compliance", "device.managed", "device.binding", "device.platform", "device.id"),
    *("device.age", "device.seen", "place.known", "place.country", "place.network", "place.anonymiser"),
    *("place.address", "risk.known", "risk.score", "grant.active", "grant.age", "grant.until"),
)
FACTORS: Final = tuple(factor.value for factor in Factor)


def value_of(axis: str, facts: Facts, request: Request, now: Instant, calendar: Calendar) -> Raw:
    """What these facts are worth on this axis, read as the policies read them."""
    context = see(facts).context(request, now, calendar.at(now))
    if axis == "now":
        return now
    noun, _, name = AGES.get(axis, axis).partition(".")
    record = context[noun]
    assert isinstance(record, dict)  # noqa: S101 -- the context is ours
    value = record.get(name)
    if axis == "auth.factors":
        return frozenset(factor.value for factor in facts.auth.factors)
    if axis == "place.address":
        return (value.version, value.address) if isinstance(value, IpRange) else None
    if isinstance(value, Datetime):
        return now - int(value) if axis in AGES else int(value)
    assert isinstance(value, bool | int | str)  # noqa: S101 -- the context is ours
    return value


def put(context: Record, axis: str, value: Raw, now: Instant) -> None:
    """Say in `context` that the fact of this axis is worth `value`."""
    if axis == "now":
        context["now"] = Datetime(now)
        return
    noun, _, name = AGES.get(axis, axis).partition(".")
    before = context[noun]
    assert isinstance(before, dict)  # noqa: S101 -- the context is ours
    record = context[noun] = dict(before)
    if axis == "place.address":
        record.pop(name, None)
        if isinstance(value, tuple):
            record[name] = IpRange(value[0], value[1], 32 if value[0] == 4 else 128)
    elif axis in AGES and isinstance(value, int):
        record[name] = Datetime(now - value)
    elif axis in INSTANTS and isinstance(value, int):
        record[name] = Datetime(value)
    elif isinstance(value, frozenset):
        record[name] = CedarSet(sorted(value))
    else:
        assert isinstance(value, bool | int | str)  # noqa: S101 -- all else was before
        record[name] = value


def number_classes(axis: str, cuts: set[int], since: Instant, *, all_values: bool = False) -> tuple[Class, ...]:
    """Spans that begin at `cuts`; of a fact with few values, or compared in no plain way, each value by itself."""
    low, high = NUMBERS.get(axis, (-FAR - since, since + FAR))
    if axis == "now":
        low = since
    elif axis in INSTANTS:
        low = 0
    elif axis in AGES:
        low, high = -FAR, since + 2 * FAR
    if axis in {"auth.strength", "time.weekday"} or (all_values and axis in NUMBERS):
        return tuple(Span(one, one) for one in range(low, high + 1))
    borders = sorted({low, *(cut for cut in cuts if low < cut <= high)})
    return tuple(Span(start, end - 1) for start, end in zip(borders, [*borders[1:], high + 1], strict=True))


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


def plain_classes(axis: str) -> tuple[Class, ...]:
    """Facts with a few values that are the same whatever the policies say."""
    if axis in _SWITCHES:
        return (Exactly(False), Exactly(True))
    if axis == "device.compliance":
        return (Exactly("compliant"), Exactly("non_compliant"), Exactly("unknown"))
    assert axis == "auth.factors"  # noqa: S101 -- the only one left
    sizes = range(len(FACTORS) + 1)
    return tuple(Exactly(frozenset(some)) for size in sizes for some in combinations(FACTORS, size))


def address_text(version: int, number: int) -> str:
    return str(ip_address(number.to_bytes(4 if version == 4 else 16, "big")))
