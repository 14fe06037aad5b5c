"""When time alone changes an answer: the exact instants at which a comparison with the clock flips.

Policies read time as `context.now`, `context.time.minute`, `context.time.weekday` and `context.grant`. Between two
*borders* (local midnights, changes of the zone's offset, ends of grants, wraps of `toDate` and `toTime`) a comparison
that reads the clock once is monotone, so it flips at most once there and halving finds the instant. Whoever asks
evaluates at each instant again, so an instant too many costs time, never truth.

In a refusal the remedies count as well: after a new proof `context.auth.at` is now, so it is a clock like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final, NamedTuple, Self, TypeAlias

from limen.cedar import Policy
from limen.cedar.tree import (
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    Is,
    IsEmpty,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    Var,
    children,
    descend,
)
from limen.clock import DAY, MINUTE, Instant
from limen.policy.cedar_view import Calendar

FAR: Final = 40 * 366 * DAY
"""How far ahead dates named in policies are looked for."""
WEEKS: Final = 15 * DAY
"""What hangs on weekday and minute repeats within a week; two weeks also cover a changed clock."""


class Clock(StrEnum):
    """What moves with time."""

    NOW = "context.now"
    MINUTE = "context.time.minute"
    WEEKDAY = "context.time.weekday"
    PROOF = "context.auth.at"


@dataclass(frozen=True, slots=True)
class TimeBoundary:
    """A comparison that reads a clock. `wraps` are the operands of its `toDate` and `toTime`.

    `is_scanned`: it reads the minute in a way that may flip at any minute.
    """

    comparison: Expression
    clocks: frozenset[Clock]
    wraps: tuple[Expression, ...] = ()
    is_scanned: bool = False

    @property
    def is_daily(self) -> bool:
        return bool(self.wraps) or not self.clocks.isdisjoint({Clock.MINUTE, Clock.WEEKDAY})


class UnforeseeableError(ValueError):
    """A policy compares the clock in a way whose change can't be computed."""


_ORDERS: Final = frozenset({"<", "<=", ">", ">="})
_EQUALITIES: Final = frozenset({"==", "!="})
_PLAIN: Final = frozenset({"durationSince", "offset", "toDate", "toTime", "toMilliseconds"}) | {
    f"to{unit}" for unit in ("Seconds", "Minutes", "Hours", "Days")
}
_CLOCKS: Final[dict[Expression, Clock]] = {
    Attribute(Var("context"), "now"): Clock.NOW,
    Attribute(Attribute(Var("context"), "time"), "minute"): Clock.MINUTE,
    Attribute(Attribute(Var("context"), "time"), "weekday"): Clock.WEEKDAY,
    Attribute(Attribute(Var("context"), "auth"), "at"): Clock.PROOF,
}
_WHOLES: Final[frozenset[Expression]] = frozenset(
    {Var("context"), Attribute(Var("context"), "time"), Attribute(Var("context"), "auth")}
)


class Timed(NamedTuple):
    """A policy, and every comparison in it that reads a clock."""

    policy: Policy
    boundaries: tuple[TimeBoundary, ...]

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """Raises `UnforeseeableError`."""
        return cls(policy, time_boundaries_of(policy))


def time_boundaries_of(policy: Policy) -> tuple[TimeBoundary, ...]:
    """Every comparison in the policy that reads a clock. Raises `UnforeseeableError`."""
    found: dict[TimeBoundary, None] = {}
    for condition in policy.conditions:
        for node in descend(condition.body):
            boundary = _boundary(node) if _is_truth(node) and not isinstance(node, And | Or | Not) else None
            if boundary is not None:
                found[boundary] = None
    return tuple(found)


def _is_truth(node: Expression) -> bool:
    """Does the node say true or false, so that whatever is inside is an boundary of its own?"""
    if isinstance(node, And | Or | Not | Has | Is | IsEmpty | Like):
        return True
    return isinstance(node, Binary) and node.operator not in {"+", "-", "*", "getTag"}


def _boundary(node: Expression) -> TimeBoundary | None:
    """The boundary that this comparison is, or None if it reads no clock itself."""
    if isinstance(node, Has):
        return None
    clocks: list[Clock] = []
    wraps: list[Expression] = []
    is_plain = isinstance(node, Binary) and (node.operator in _ORDERS or node.operator in _EQUALITIES)
    waiting = list(children(node))
    while waiting:
        part = waiting.pop()
        clock = _CLOCKS.get(part)
        if clock is not None:
            clocks.append(clock)
        elif part in _WHOLES:
            clocks += [Clock.NOW, Clock.NOW]
        elif isinstance(part, Attribute):
            clocks += [] if _is_rooted(part) else [Clock.NOW, Clock.NOW]
        elif not _is_truth(part):
            is_plain = is_plain and _keeps_order(part)
            if isinstance(part, Call) and part.name in {"toDate", "toTime"}:
                wraps.append(part.arguments[0])
            waiting += children(part)
    if not clocks:
        return None
    if is_plain and len(set(clocks)) == len(clocks) and not _mixes(clocks):
        return TimeBoundary(node, frozenset(clocks), tuple(wraps))
    if isinstance(node, Binary) and clocks == [Clock.WEEKDAY]:
        return TimeBoundary(node, frozenset(clocks))
    if set(clocks) <= {Clock.MINUTE, Clock.WEEKDAY}:
        return TimeBoundary(node, frozenset(clocks), is_scanned=True)
    raise UnforeseeableError("compares context.now, or context.auth.at, in a way whose change can't be computed")


def _is_rooted(part: Expression) -> bool:
    """Does the chain of attributes start at a name, so that it is plain which value it reads?"""
    while isinstance(part, Attribute):
        part = part.base
    return isinstance(part, Var | Literal)


def _keeps_order(part: Expression) -> bool:
    """Is the value monotone in each of its parts (between borders)?"""
    if isinstance(part, Call):
        return part.name in _PLAIN or not any(one in _CLOCKS for one in descend(part))
    if isinstance(part, Binary | Negate):
        return True
    return not any(one in _CLOCKS for one in descend(part))


def _mixes(clocks: list[Clock]) -> bool:
    """The time of day and the instant are not monotone together."""
    return not {Clock.NOW, Clock.PROOF}.isdisjoint(clocks) and not {Clock.MINUTE, Clock.WEEKDAY}.isdisjoint(clocks)


Value: TypeAlias = "Callable[[Expression, Instant], object]"
"""What an expression is worth at an instant; None where it can't be evaluated."""
Moving: TypeAlias = "tuple[TimeBoundary, Value]"
"""An boundary in a world: as the facts are, or as they would be after a new proof."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """What may change after `start`: these boundaries, the ends of grants, and instants that are known already."""

    moving: tuple[Moving, ...]
    calendar: Calendar
    start: Instant
    known: tuple[Instant, ...] = ()

    def instants(self, horizon: Instant | None = None) -> Iterator[Instant]:
        """Instants after `start` at which something may change, ascending, up to `horizon` (None: all there are)."""
        end = self.start + FAR if horizon is None else horizon
        daily = [one for one in self.moving if one[0].is_daily]
        milestones = set(self._milestones(end))
        if not daily:
            yield from sorted(milestones)
            return
        at, until = self.start, min(end, self.start + WEEKS)
        waiting = sorted(milestones, reverse=True)
        while True:
            while at < until:
                window_end = min(until, at + DAY)
                found = {one for moving in daily for one in self._flips(moving, at, window_end)}
                found |= {one for one in waiting if at < one <= window_end}
                yield from sorted(found)
                at = window_end
            waiting = [one for one in waiting if one > at]
            if not waiting:
                return
            at = waiting.pop()
            yield at
            until = min(end, at + WEEKS)

    def _milestones(self, end: Instant) -> Iterator[Instant]:
        """Flips that do not come again every day, and what is known already."""
        yield from (one for one in self.known if self.start < one <= end)
        borders = [self.start, *sorted(one for one in set(self.known) if self.start < one < end), end]
        for moving in self.moving:
            if not moving[0].is_daily:
                for low, high in pairwise(borders):
                    yield from _between(moving, low, high)

    def _flips(self, moving: Moving, low: Instant, high: Instant) -> Iterator[Instant]:
        """Instants in (low, high] at which the boundary may be other than just before."""
        if moving[0].is_scanned:
            yield from range((low // MINUTE + 1) * MINUTE, high + 1, MINUTE)
            return
        borders = sorted({one for one in self._borders(moving, low, high) if low < one < high} | {low, high})
        for start, end in pairwise(borders):
            yield from _between(moving, start, end)
            yield end

    def _borders(self, moving: Moving, low: Instant, high: Instant) -> Iterator[Instant]:
        boundary, value_at = moving
        yield from self.known
        if not boundary.clocks.isdisjoint({Clock.MINUTE, Clock.WEEKDAY}):
            midnight = self.calendar.midnight_after(low)
            while midnight < high:
                yield midnight
                midnight = self.calendar.midnight_after(midnight)
            yield from self._clock_changes(low, high)
        for wrapped in boundary.wraps:
            value = value_at(wrapped, low)
            if isinstance(value, int):
                yield from range(low + DAY - value % DAY, high, DAY)

    def _clock_changes(self, low: Instant, high: Instant) -> Iterator[Instant]:
        """Where the zone's offset changes (at most once in a window of a day)."""
        before = self.calendar.offset(low)
        if before != self.calendar.offset(high):
            yield _first(lambda at: self.calendar.offset(at) != before, low, high)


def _between(moving: Moving, low: Instant, high: Instant) -> Iterator[Instant]:
    """The flips of a comparison that is monotone in [low, high)."""
    boundary, value_at = moving
    node = boundary.comparison
    parts = [node]
    if isinstance(node, Binary) and node.operator in _EQUALITIES:
        parts = [Binary("<=", node.left, node.right), Binary(">=", node.left, node.right)]
    for part in parts:
        before = value_at(part, low)
        if value_at(part, high - 1) != before:
            yield _first(_differs(value_at, part, before), low, high - 1)


def _differs(value_at: Value, part: Expression, before: object) -> Callable[[Instant], bool]:
    return lambda at: value_at(part, at) != before


def _first(is_changed: Callable[[Instant], bool], low: Instant, high: Instant) -> Instant:
    """The first instant in (low, high] at which `is_changed`, which is false at `low` and stays true once it is."""
    while high - low > 1:
        middle = (low + high) // 2
        if is_changed(middle):
            high = middle
        else:
            low = middle
    return high
