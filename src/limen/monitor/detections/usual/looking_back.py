"""What somebody took in the weeks before it became known that they leave, beside what is usual. Pure.

Each day is held against their days before those weeks, or against those of their group where they have no usual of
their own; and so is all of it, since whoever takes a little more every day never has a strange day. What the group did
on the same day as well is usual, unless it is sensitive: a move to another store is nobody's taking.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Final

from limen.monitor.detections.hit import Level
from limen.monitor.detections.travel.arrival import LIMEN
from limen.monitor.detections.usual.measures import MEASURES, Measure
from limen.monitor.detections.usual.peers import LEAST, pooled
from limen.monitor.detections.usual.person import LOOKED_BACK_DAYS, Person, is_weekend
from limen.monitor.detections.usual.unusual_counts import LEAST_COUNT, Usual, usual
from limen.monitor.normal_form.event import NormalEvent

LEAVES: Final = {
    "last-day": ("leaves after {}", "geht nach dem {}"),
    "suspended": ("was suspended", "wurde gesperrt"),
    "let-go": ("was deactivated", "wurde deaktiviert"),
}
"""Changes of a person by which it becomes known that they leave."""
STEPS: Final = ((12.0, Level.HIGH), (6.0, Level.MEDIUM))
SENSITIVE_STEPS: Final = ((6.0, Level.HIGH), (3.0, Level.MEDIUM))
"""From which strangeness on it is how bad; what is less is no reason to speak of somebody who leaves."""
MOST_SAID: Final = 2
MOST_EVENTS: Final = 99
_WORKDAY, _WEEKEND = 1, 6
"""Days of either kind, as ordinals."""
_NOTHING: Final = Usual(0, 0, 0, 0, 0)
_FIRST: Final = "restricted_downloads"
"""Of which one is enough, where neither they nor their group ever did it before."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """More than usual of one thing: on one day, or (`day` 0) on all of them. `usual` None: it was never done before.
    `of_peers`: what their group reaches on a day, None where it is too small.
    """

    measure: Measure
    day: int
    count: int
    level: Level
    strangeness: float
    usual: Usual | None = None
    of_peers: int | None = None


def leaving(event: NormalEvent) -> str:
    """The change by which it becomes known that somebody leaves; "" where this event is none."""
    change = event.fields.get("change") if event.source == LIMEN and event.kind == "person.changed" else ""
    return change if isinstance(change, str) and change in LEAVES else ""


@dataclass(frozen=True, slots=True)
class LookedBack:
    """What was beyond the usual, the worst first, and newest of the events it rests on. `is_own`: held against their
    own past.
    """

    beyond: tuple[Beyond, ...]
    events: tuple[str, ...]
    is_own: bool

    @property
    def level(self) -> Level:
        return self.beyond[0].level

    def says(self, change: str, last_day: str) -> dict[str, str | int]:
        """The values of the sentence, in English and in German."""
        leaves, leaves_de = LEAVES[change]
        first = self.beyond[:MOST_SAID]
        return {
            "days": LOOKED_BACK_DAYS,
            "leaves": leaves.format(last_day),
            "leaves_de": leaves_de.format(last_day),
            "what": "; ".join(_said(one) for one in first),
            "what_de": "; ".join(_said_in_german(one) for one in first),
        }


def look_back(
    person: Person, peers: Sequence[Person], day: int, counted_since: Callable[[str], int]
) -> LookedBack | None:
    """None where nothing was beyond the usual. `peers`: of their group, as `peers_of` gives them. `counted_since`: from
    which day on a measure is counted. What was told is not told again; what was looked at and not told counts again,
    or whoever has their last day changed every few days would take a little each time.
    """
    begin = day - LOOKED_BACK_DAYS
    days = [one for one in person.days if begin <= one <= day]
    taken = [_Taken(person, peers, one, days, begin, counted_since(one.name)) for one in MEASURES if one.takes]
    found = [beyond for one in taken if (beyond := one.beyond()) is not None]
    found.sort(key=lambda one: (one.level is Level.HIGH, one.measure.is_sensitive, one.strangeness), reverse=True)
    if not found:
        return None
    return LookedBack(tuple(found), tuple(_events(person, found, begin)), person.has_usual(begin))


def note_told(person: Person, found: LookedBack, day: int) -> None:
    """From now on it is known of them; what is too old to be looked at is forgotten."""
    for one in found.beyond:
        is_of_day = one.day != 0 and one.usual is not None
        person.told_back |= {str(one.day): one.day} if is_of_day else {one.measure.name: day}
    person.told_back = {key: of for key, of in person.told_back.items() if of >= day - LOOKED_BACK_DAYS}


class _Taken:
    """What was taken of one kind, on these days from `begin` on. `since`: from when on it is counted at all."""

    def __init__(
        self, person: Person, peers: Sequence[Person], measure: Measure, days: Sequence[int], begin: int, since: int
    ) -> None:
        until = days[-1] if days else begin
        usually = [one for one in peers if one.has_usual(until, since)]
        self._peers = usually if len(usually) >= LEAST else []
        told, name = person.told_back, measure.name
        self._measure, self._begin, self._is_told = measure, begin, name in told
        self._days = [one for one in days if one > told.get(name, 0) and str(one) not in told]
        self._counts = person.counts.get(measure.name, {})
        if person.has_usual(begin, since):
            found = [usual(person.history(measure.name, one, since, begin)) for one in (_WORKDAY, _WEEKEND)]
        else:
            found = [usual(pooled(self._peers, measure.name, one, since, until)) for one in (_WORKDAY, _WEEKEND)]
        self._is_known = None not in found
        self._usual = [one or _NOTHING for one in found]

    def beyond(self) -> Beyond | None:
        """The strangest day; else all of them, where that is strange."""
        if not self._is_known:
            return None
        return self._never_before() if self._measure.name == _FIRST else self._on_a_day() or self._in_all()

    def _on_a_day(self) -> Beyond | None:
        found: Beyond | None = None
        for day in self._days:
            count, expected = self._counts.get(day, 0), self._expected(day)
            strangeness = expected.strangeness(count)
            level = _level(self._measure, strangeness)
            if level is None or (found is not None and strangeness <= found.strangeness):
                continue
            if self._measure.is_sensitive or not self._is_usual_of_group([day], count):
                found = Beyond(self._measure, day, count, level, strangeness, expected, self._of_peers())
        return found

    def _in_all(self) -> Beyond | None:
        total = sum(self._counts.get(day, 0) for day in self._days)
        expected = [self._expected(day) for day in self._days]
        spread = sqrt(sum(one.scale**2 for one in expected))
        strangeness = (total - sum(one.median for one in expected)) / spread if spread else 0.0
        level = _level(self._measure, strangeness) if total >= LEAST_COUNT else None
        if level is None or (not self._measure.is_sensitive and self._is_usual_of_group(self._days, total)):
            return None
        return Beyond(self._measure, 0, total, level, strangeness, self._usual[0], self._of_peers())

    def _never_before(self) -> Beyond | None:
        days = [day for day in self._days if self._counts.get(day)]
        by_others = any(one.counts.get(self._measure.name) for one in self._peers)
        if not days or by_others or self._is_told or min(self._counts) < self._begin:
            return None
        return Beyond(self._measure, days[0], sum(self._counts[day] for day in days), Level.MEDIUM, 0.0)

    def _expected(self, day: int) -> Usual:
        return self._usual[is_weekend(day)]

    def _is_usual_of_group(self, days: Sequence[int], count: int) -> bool:
        """Whether so many are nothing strange among what their group took on the same days. By the median, so that one
        friend who takes as much changes nothing.
        """
        name = self._measure.name
        theirs = usual([sum(one.counts.get(name, {}).get(day, 0) for day in days) for one in self._peers])
        return theirs is not None and (count - theirs.median) / theirs.scale < STEPS[-1][0]

    def _of_peers(self) -> int | None:
        name = self._measure.name
        theirs = usual([one.counts.get(name, {}).get(day, 0) for one in self._peers for day in self._days])
        return theirs.high if theirs is not None else None


def _level(measure: Measure, strangeness: float) -> Level | None:
    steps = SENSITIVE_STEPS if measure.is_sensitive else STEPS
    return next((level for step, level in steps if strangeness >= step), None)


def _events(person: Person, found: Sequence[Beyond], begin: int) -> list[str]:
    """Of the days that stand out; of all days where it is the sum that does."""
    uids: dict[str, None] = {}
    for one in found:
        of = person.taken.get(one.measure.name, {})
        for each in sorted(each for each in of if each == one.day or (not one.day and each >= begin)):
            uids.update(dict.fromkeys(of[each]))
    return list(uids)[:MOST_EVENTS]


def _said(one: Beyond) -> str:
    words, day = one.measure.words[0], date.fromordinal(one.day or 1).isoformat()
    if one.usual is None:
        return f"{words} for the first time, from {day} on: {one.count}"
    when = f"on {day}" if one.day else "in all"
    usually = f"{one.usual.low} to {one.usual.high} a day" if one.usual.high else "none"
    others = "" if one.of_peers is None else f", colleagues {f'up to {one.of_peers}' if one.of_peers else 'none'}"
    return f"{one.count} {words} {when}, usually {usually}{others}"


def _said_in_german(one: Beyond) -> str:
    words, day = one.measure.words[1], date.fromordinal(one.day or 1).isoformat()
    if one.usual is None:
        return f"{words} zum ersten Mal, ab dem {day}: {one.count}"
    when = f"am {day}" if one.day else "insgesamt"
    usually = f"üblich sind {one.usual.low} bis {one.usual.high} am Tag" if one.usual.high else "sonst keine"
    others = "" if one.of_peers is None else f", in der Gruppe {f'bis {one.of_peers}' if one.of_peers else 'keine'}"
    return f"{one.count} {words} {when}, {usually}{others}"
