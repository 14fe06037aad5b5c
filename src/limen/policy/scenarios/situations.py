"""Every situation that some policies can tell apart, as a grid; which of them can be at all; and one of each in full.

Which facts go together is said here once: a device that nobody knows has no health, a proof of strength 0 has no
factors, nobody has a session, a Monday is not every instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Final, TypeAlias

from limen.cedar import EvaluationError, Record, Value
from limen.cedar.interpret import Request as CedarRequest, boolean
from limen.cedar.tree import Expression
from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.facts import (
    STRONGEST_TOKEN,
    App,
    Facts,
    Person,
    Upstream,
)
from limen.policy.attribute import Attribute, Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import ACTION_ENTITIES, Calendar, view_of
from limen.policy.decision import Request
from limen.policy.scenarios.classes import FAR, Class, Exactly, Span, put
from limen.policy.scenarios.examples import Raw, facts_of, worst
from limen.policy.scenarios.grid import Grid
from limen.policy.scenarios.partition import Partition

Rule = tuple[tuple[str, ...], Callable[[tuple[Class, ...]], bool]]
"""Some axes, and whether facts in these classes of them can be together."""
Alternative: TypeAlias = frozenset[tuple[str, Raw]]
"""What is known of some facts, each an axis and its value; of all others nothing is."""
_FORTNIGHT: Final = 15


@dataclass(frozen=True, slots=True)
class Situations:
    """The grid over `axes`; `classes` says for each axis what each of its classes on the grid may be.

    `possible` are the cells that can be; `atoms` says where each atom is true and where it can't be evaluated.
    `covered` is the share of all cells that is on the grid: 1.0, or less where there were too many.
    """

    axes: tuple[str, ...]
    classes: tuple[tuple[tuple[Class, ...], ...], ...]
    grid: Grid
    possible: int
    atoms: Mapping[Expression, tuple[int, int]]
    covered: float


Tables = list[tuple[tuple[str, ...], dict[tuple[int, ...], int]]]


class SituationBuilder:
    """Makes grids, remembering what each atom answers in each class."""

    def __init__(self, since: Instant, calendar: Calendar) -> None:
        self.since = since
        self.calendar = calendar
        app = App("", "", "", _NO_UPSTREAM)
        self._context = view_of(Facts(app)).context(Request("view"), since, calendar.at(since))
        self._asked = view_of(Facts(app))
        self._answers: dict[tuple[Expression, tuple[Class, ...]], int] = {}

    def situations(
        self,
        told: Partition,
        focus: Iterable[Expression],
        *,
        nobody: bool,
        most_cells: int,
        by_token: bool = False,
        without: frozenset[str] = frozenset(),
        one_of: Iterable[Alternative] = (),
    ) -> Situations:
        """All situations; where they are too many, those that the atoms in `focus` tell apart come first.

        `nobody`: nobody is signed in. `by_token`: whoever asks has tokens alone, as workloads do. `without` are nouns
        (`grant`) of which there is nothing. `one_of`: facts as one of these says, where it says anything; () is any.
        """
        tables: Tables = [(axes, self._table(atom, axes, told)) for atom, axes in told.reads.items()]
        every = self._rules(nobody=nobody, by_token=by_token, without=without)
        rules = [rule for rule in every if set(rule[0]) <= set(told.classes)]
        allowed: Tables = [(axes, _ruled(axes, holds, told)) for axes, holds in rules]
        # Which instants are on a Monday is asked of groups of instants only: there may be many.
        alternatives = [_as_tables(one, told) for one in one_of]
        apart = [*tables, *allowed, *(table for some in alternatives for table in some)]
        groups = {axis: _alike(axis, len(told.classes[axis]), apart) for axis in told.classes}
        axes = tuple(axis for axis in told.classes if len(groups[axis]) > 1)
        whole = prod(len(groups[axis]) for axis in axes)
        kept = _thinned({axis: groups[axis] for axis in axes}, _read_by(told, focus), most_cells)
        grid = Grid(tuple(len(kept[axis]) for axis in axes))
        spread = _Spread(grid, axes, {**groups, **kept})
        possible = grid.everything & self._on_the_calendar(grid, axes, told, {**groups, **kept})
        for table in allowed:
            possible &= spread.cells(table, 1)
        if alternatives:
            possible &= spread.any_of(alternatives)
        atoms = {
            atom: (spread.cells(table, 1), spread.cells(table, 2))
            for atom, table in zip(told.reads, tables, strict=True)
        }
        classes = tuple(tuple(tuple(told.classes[axis][one] for one in group) for group in kept[axis]) for axis in axes)
        return Situations(axes, classes, grid, possible, atoms, grid.cells / whole)

    def _table(self, atom: Expression, axes: tuple[str, ...], told: Partition) -> dict[tuple[int, ...], int]:
        """For each combination of classes: 0 false, 1 true, 2 can't be evaluated."""
        return {
            numbers: self._answer(
                atom, axes, tuple(told.classes[axis][one] for axis, one in zip(axes, numbers, strict=True))
            )
            for numbers in _combinations(axes, told)
        }

    def _answer(self, atom: Expression, axes: tuple[str, ...], classes: tuple[Class, ...]) -> int:
        key = (atom, classes)
        answer = self._answers.get(key)
        if answer is None:
            now = next((one.example for axis, one in zip(axes, classes, strict=True) if axis == "now"), self.since)
            assert isinstance(now, int)  # noqa: S101 -- an instant is
            context: Record = dict(self._context)
            put(context, "now", now, now)
            for axis, one in zip(axes, classes, strict=True):
                put(context, axis, one.example, now)
            seen = self._asked
            asked = CedarRequest(seen.principal, ACTION_ENTITIES["view"], seen.resource, context, {})
            try:
                answer = int(boolean(atom, asked))
            except EvaluationError:
                answer = 2
            self._answers[key] = answer
        return answer

    # Which facts can be together

    def _rules(self, *, nobody: bool, by_token: bool, without: frozenset[str]) -> Iterator[Rule]:
        table = ATTRIBUTES.table
        for noun in table.facts_nouns:
            present = f"{noun.name}.{noun.present}"
            for row in table.of_noun(noun.name):
                if (nobody and noun.is_of_person) or noun.name in without:
                    yield from self._is_worst(row)
                if noun.present and noun.name not in {"auth", "grant"} and row.path != present:
                    for axes, holds in self._is_worst(row):
                        yield (present, *axes), lambda some, holds=holds: some[0].example is True or holds(some[1:])  # type: ignore[misc]
        yield ("device.known", "device.id"), lambda some: some[0].example is False or not some[1].holds("")
        yield ("place.known", "place.country"), lambda some: some[0].example is True or some[1].holds("")
        if by_token:
            yield ("auth.strength",), lambda some: some[0].example in range(STRONGEST_TOKEN + 1)
            yield ("auth.factors",), lambda some: not some[0].example
            yield ("auth.interactive",), lambda some: some[0].example is False
        # Without a factor there is no proof, or a program's token, which is never a passkey.
        yield (
            ("auth.strength", "auth.factors"),
            lambda some: some[0].example in (range(STRONGEST_TOKEN + 1) if not some[1].example else (1, 2, 3)),
        )
        yield (
            ("auth.strength", "auth.interactive"),
            lambda some: some[0].example in ((1, 2, 3) if some[1].example else range(STRONGEST_TOKEN + 1)),
        )
        yield ("auth.factors", "auth.interactive"), lambda some: bool(some[0].example) is some[1].example
        yield ("auth.strength", "auth.at"), lambda some: some[0].example != 0 or some[1].holds(0)
        yield ("auth.strength", "auth.age"), lambda some: some[0].example != 0 or _is_never(some[1], self.since)
        yield ("grant.age",), lambda some: self._grant_fits((_TRUE, *some)) or _is_never(some[0], self.since)
        yield ("grant.active", "grant.until"), lambda some: some[0].example is True or some[1].holds(0)
        yield ("grant.active", "grant.age"), self._grant_fits
        for instant, age in ATTRIBUTES.table.ages.items():
            yield (age, instant), lambda some: _meets(_ANY, some[0], some[1])
            yield ("now", age, instant), lambda some: _meets(some[0], some[1], some[2])

    def _is_worst(self, row: Attribute) -> Iterator[Rule]:
        """That nothing is known of it."""
        nothing = worst(row)
        yield (row.path,), lambda some: some[0].holds(nothing)
        if row.kind is Kind.INSTANT:
            yield (row.age_called,), lambda some: _is_never(some[0], self.since)

    def _grant_fits(self, some: tuple[Class, ...]) -> bool:
        age = some[1]
        assert isinstance(age, Span)  # noqa: S101 -- an age is
        return age.low < 0 if some[0].example is True else _is_never(age, self.since)

    # One situation in full

    def moment(self, classes: Mapping[str, tuple[Class, ...]]) -> Instant | None:
        """An instant in one of the classes of `now` that is on such a weekday at such a minute; None if there is none.

        What `classes` does not say may be anything.
        """
        weekdays = classes.get("time.weekday", (_ANY,))
        minutes = classes.get("time.minute", (_ANY,))
        for span in classes.get("now", (Span(self.since, self.since + FAR),)):
            assert isinstance(span, Span)  # noqa: S101 -- instants are
            start = max(span.low, self.since)
            day = start
            for _ in range(_FORTNIGHT):
                if day > span.high:
                    break
                if weekdays == (_ANY,) or any(one.holds(self.calendar.local(day).isoweekday()) for one in weekdays):
                    for at in self._of_day(day, minutes):
                        inside, local = max(at, start), self.calendar.at(max(at, start))
                        if (
                            inside <= span.high
                            and _fits(local["weekday"], weekdays)
                            and _fits(local["minute"], minutes)
                        ):
                            return inside
                day = self.calendar.midnight_after(day)
        return None

    def _on_the_calendar(
        self, grid: Grid, axes: tuple[str, ...], told: Partition, groups: Mapping[str, list[tuple[int, ...]]]
    ) -> int:
        """The cells whose instant, weekday and minute go together."""
        if "now" not in axes:
            return grid.everything
        known = [axis for axis in ("now", "time.weekday", "time.minute") if axis in told.classes]
        varying = [axis for axis in known if axis in axes]

        def holds(numbers: tuple[int, ...]) -> bool:
            chosen = dict(zip(varying, numbers, strict=True))
            classes: dict[str, tuple[Class, ...]] = {
                axis: tuple(told.classes[axis][one] for one in groups[axis][chosen.get(axis, 0)]) for axis in known
            }
            return any(_is_long(one) for one in classes["now"]) or self.moment(classes) is not None

        return grid.table([axes.index(axis) for axis in varying], holds)

    def _of_day(self, day: Instant, minutes: tuple[Class, ...]) -> Iterator[Instant]:
        """When on this day such minutes begin; an hour earlier and later as well, for days of a clock change."""
        yield day
        local = self.calendar.at(day)["minute"]
        assert isinstance(local, int)  # noqa: S101 -- it is
        for minute in minutes:
            if minute is not _ANY and isinstance(minute.example, int):
                at = day - day % MINUTE + (minute.example - local) * MINUTE
                yield from (at, at + HOUR, at - HOUR)

    def in_full(
        self, classes: Mapping[str, tuple[Class, ...]], person: Person, app: App, action: str
    ) -> tuple[Facts, Request, Instant] | None:
        """Facts, request and instant in these classes; None where none was found."""
        span = classes.get("now", (Span(self.since, self.since + FAR),))[0]
        assert isinstance(span, Span)  # noqa: S101 -- instants are
        low, high = span.low, span.high
        for instant, age in ATTRIBUTES.table.ages.items():
            dated, old = classes.get(instant, (None,))[0], classes.get(age, (None,))[0]
            if isinstance(dated, Span) and isinstance(old, Span):
                low, high = max(low, dated.low + old.low), min(high, dated.high + old.high)
        spans = (Span(low, high), *classes.get("now", ())[1:])
        now = self.moment({**classes, "now": spans})
        if now is None:
            return None
        said = _said({axis: some[0] for axis, some in classes.items()}, now)
        request = Request(action, str(said.get("request.method", "")), str(said.get("request.route", "")))
        return facts_of(said, person, app, action, now), request, now


def _said(classes: Mapping[str, Class], now: Instant) -> dict[str, Raw]:
    """What these classes say of facts, at `now`."""
    said: dict[str, Raw] = {axis: one.example for axis, one in classes.items()}
    for instant, age in ATTRIBUTES.table.ages.items():
        dated, old = classes.get(instant), classes.get(age)
        if isinstance(old, Span):
            low = max(now - old.high, dated.low if isinstance(dated, Span) else 0)
            high = min(now - old.low, dated.high if isinstance(dated, Span) else now + FAR)
            said[instant] = max(low, min(high, now + 1 if instant == "grant.until" else now))
    return said


_TRUE: Final = Exactly(example=True)
_ANY: Final = Span(-FAR * 4, FAR * 4)
_NO_UPSTREAM: Final = Upstream("")


def _fits(value: Value, classes: tuple[Class, ...]) -> bool:
    return isinstance(value, int) and any(one.holds(value) for one in classes)


def _is_long(span: Class) -> bool:
    """Does the stretch of time hold every minute of the week?"""
    return isinstance(span, Span) and span.high - span.low >= _FORTNIGHT * DAY


def _is_never(age: Class, since: Instant) -> bool:
    """Does this class of ages hold what never was (the instant 0)?"""
    return isinstance(age, Span) and age.high >= since


def _meets(now: Class, age: Class, instant: Class) -> bool:
    """Is there an instant in its class that was so long ago at a `now` in its class?"""
    assert isinstance(now, Span)  # noqa: S101 -- all three are numbers
    assert isinstance(age, Span)  # noqa: S101 -- all three are numbers
    assert isinstance(instant, Span)  # noqa: S101 -- all three are numbers
    return now.low - instant.high <= age.high and age.low <= now.high - instant.low


# Axes as small as they can be


def _combinations(axes: tuple[str, ...], told: Partition) -> Iterator[tuple[int, ...]]:
    return product(*(range(len(told.classes[axis])) for axis in axes))


def _as_tables(alternative: Alternative, told: Partition) -> Tables:
    """That facts are as it says, axis by axis: of many axes together there may be millions of combinations."""
    return [
        ((axis,), {(number,): int(one.holds(value)) for number, one in enumerate(told.classes[axis])})
        for axis, value in sorted(alternative, key=repr)
        if axis in told.classes
    ]


def _ruled(
    axes: tuple[str, ...], holds: Callable[[tuple[Class, ...]], bool], told: Partition
) -> dict[tuple[int, ...], int]:
    return {
        numbers: int(holds(tuple(told.classes[axis][one] for axis, one in zip(axes, numbers, strict=True))))
        for numbers in _combinations(axes, told)
    }


def _alike(axis: str, size: int, tables: Tables) -> list[tuple[int, ...]]:
    """The axis's classes, those together that no table tells apart."""
    answers: list[list[int]] = [[] for _ in range(size)]
    for axes, table in tables:
        if axis in axes:
            position = axes.index(axis)
            for numbers, answer in table.items():
                answers[numbers[position]].append(answer)
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, said in enumerate(answers):
        groups.setdefault(tuple(said), []).append(number)
    return [tuple(group) for group in groups.values()]


def _read_by(told: Partition, atoms: Iterable[Expression]) -> set[str]:
    return {axis for atom in atoms for axis in told.reads.get(atom, ())}


def _thinned(groups: dict[str, list[tuple[int, ...]]], focus: set[str], most: int) -> dict[str, list[tuple[int, ...]]]:
    """The same groups, or fewer, so that all combinations are at most `most`: first and last stay, then every other."""
    kept = dict(groups)
    while prod(len(one) for one in kept.values()) > most:
        long = [axis for axis in kept if len(kept[axis]) > 2]
        aside = [axis for axis in long if axis not in focus] or long or list(kept)
        axis = max(aside, key=lambda one: len(kept[one]))
        some = kept[axis]
        kept[axis] = [some[0], *some[2:-1:2], some[-1]] if long else some[-1:]
    return kept


class _Spread:
    """Answers for some axes, spread over the whole grid."""

    def __init__(self, grid: Grid, axes: tuple[str, ...], groups: Mapping[str, list[tuple[int, ...]]]) -> None:
        self._grid = grid
        self._axes = axes
        self._groups = groups

    def cells(self, table: tuple[tuple[str, ...], dict[tuple[int, ...], int]], wanted: int) -> int:
        axes, answers = table
        on_grid = [self._axes.index(axis) for axis in axes if axis in self._axes]

        def holds(classes: tuple[int, ...]) -> bool:
            chosen = iter(classes)
            firsts = tuple(self._groups[axis][next(chosen) if axis in self._axes else 0][0] for axis in axes)
            return answers[firsts] == wanted

        return self._grid.table(on_grid, holds)

    def any_of(self, alternatives: Iterable[Tables]) -> int:
        """The cells in which all tables of one of these say yes."""
        found = 0
        for tables in alternatives:
            cells = self._grid.everything
            for table in tables:
                cells &= self.cells(table, 1)
            found |= cells
        return found
