"""What is remembered of one person, bounded: days and their counts, what they were seen with, at which hours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from limen.clock import DAY, Instant

MOST_DAYS: Final = 57
"""Eight weeks and today."""
LOOKED_BACK_DAYS: Final = 30
"""So many days one looks back when it becomes known that somebody leaves."""
LONGEST_UID: Final = 120
MOST_OF_DAY: Final = 3
"""Events that are remembered of each measure and day."""
MOST_SEEN: Final = 100
FORGOTTEN: Final = 90 * DAY
"""What was not seen for so long is new again."""
LEARNED_DAYS: Final = 14
LEARNED_ACTIVE: Final = 8
"""From when on a person has a usual of their own: so many days after the first, of which they were active on so many.
"""
HOURS: Final = 168
NEAR: Final = (-2, -1, 0, 1, 2)
"""An hour is usual where one so near to it is."""


class Person(msgspec.Struct):
    """`days` are those on which they did anything, as ordinals, the newest last. `counts`: of each measure, by day.
    `seen`: of each sight, its values with when they were seen first and last. `hours`: on how many days they were
    active in each hour of the week, Monday's first. `told`: what was found today. `met`: what is counted once a day, of
    today, by measure. `taken`: the newest events by which they took data, by measure and day. `told_back`: what was
    told of that because they leave: days, as `740001`, and measures, with the day until which all of it was told.
    """

    since: int = 0
    days: list[int] = []
    counts: dict[str, dict[int, int]] = {}
    seen: dict[str, dict[str, tuple[Instant, Instant]]] = {}
    hours: list[int] = msgspec.field(default_factory=lambda: [0] * HOURS)
    last_hour: int = -1
    told_on: int = 0
    told: list[str] = []
    met_on: int = 0
    met: dict[str, list[str]] = {}
    taken: dict[str, dict[int, list[str]]] = {}
    told_back: dict[str, int] = {}

    def has_usual(self, day: int, since: int = 0) -> bool:
        """Whether enough is known of them to say what is usual, as of that day, of what is noted since another."""
        begun = max(self.since, since)
        noted = sum(one >= begun for one in self.days)
        return bool(self.since) and day - begun >= LEARNED_DAYS and noted > LEARNED_ACTIVE

    def was_active(self, day: int, hour_of_week: int) -> None:
        """Note a day and an hour. Days come late now and then; what is older than all that is kept is let go."""
        self.since = min(self.since or day, day)
        if day not in self.days[-1:] and day not in self.days:
            self.days = sorted([*self.days, day])[-MOST_DAYS:]
            oldest = self.days[0]
            for of in self.counts.values():
                for old in [one for one in of if one < oldest]:
                    del of[old]
        at = day * HOURS + hour_of_week
        if at != self.last_hour:
            self.hours[hour_of_week] = min(self.hours[hour_of_week] + 1, 10_000)
            self.last_hour = at

    def add(self, measure: str, day: int, amount: int) -> int:
        """How many it is on that day now."""
        if day < self.days[0]:
            return 0
        of = self.counts.setdefault(measure, {})
        of[day] = of.get(day, 0) + amount
        return of[day]

    def takes(self, measure: str, day: int, uid: str) -> None:
        """Note the event, for as long as one may look back on it. A finding can't name one with a longer ID."""
        if len(uid) > LONGEST_UID:
            return
        of = self.taken.setdefault(measure, {})
        of[day] = [*of.get(day, []), uid][-MOST_OF_DAY:]
        for old in [one for one in of if one < day - LOOKED_BACK_DAYS]:
            del of[old]

    def meets(self, measure: str, day: int, value: str) -> bool:
        """Whether this is the first time on that day. Beyond so many, one more says nothing new."""
        if day != self.met_on:
            if day < self.met_on:
                return False
            self.met_on, self.met = day, {}
        met = self.met.setdefault(measure, [])
        if value in met or len(met) >= MOST_SEEN:
            return False
        met.append(value)
        return True

    def history(self, measure: str, day: int, since: int = 0, until: int = 0) -> list[int]:
        """The counts of the days before, those of the same kind (workday or weekend) where there are enough.

        `since`: from when on it is counted at all; that it was not counted before says nothing. `until`: only days
        before this one.
        """
        of = self.counts.get(measure, {})
        before = [one for one in self.days if since <= one < (until or day)]
        alike = [one for one in before if is_weekend(one) == is_weekend(day)]
        return [of.get(one, 0) for one in (alike if len(alike) >= LEARNED_ACTIVE else before)]

    def see(self, sight: str, value: str, at: Instant) -> bool:
        """Note it; whether it is new of them."""
        of = self.seen.setdefault(sight, {})
        first, last = of.pop(value, (0, 0))
        is_new = not first or at - last > FORGOTTEN
        of[value] = (at, at) if is_new else (min(first, at), max(last, at))
        while len(of) > MOST_SEEN:
            del of[next(iter(of))]
        return is_new

    def is_odd_hour(self, hour_of_week: int) -> bool:
        """Whether they were never active around this hour, on days of its kind."""
        hour, weekend = hour_of_week % 24, hour_of_week // 24 >= 5
        days = range(5, 7) if weekend else range(5)
        return not any(self.hours[day * 24 + (hour + off) % 24] for day in days for off in NEAR)

    def usual_hours(self, day: int) -> str:
        """When they are active on nine of ten occasions on days of this kind, as `08:00–17:00`; "" for never."""
        days = range(5, 7) if is_weekend(day) else range(5)
        by_hour = [sum(self.hours[one * 24 + hour] for one in days) for hour in range(24)]
        total, reached, found = sum(by_hour), 0, []
        for hour, number in enumerate(by_hour):
            before, reached = reached, reached + number
            if number and before < total * 0.95 and reached > total * 0.05:
                found.append(hour)
        return f"{found[0]:02}:00–{found[-1] + 1:02}:00" if found else ""

    def is_untold(self, day: int, what: str) -> bool:
        """Whether this was not found on that day before; from now on it was."""
        if day != self.told_on:
            self.told_on, self.told = day, []
        if what in self.told or len(self.told) >= 50:
            return False
        self.told.append(what)
        return True


def is_weekend(day: int) -> bool:
    """Of a proleptic ordinal, of which 1 is a Monday."""
    return (day - 1) % 7 >= 5


def most_common(values: Iterable[str], number: int = 3) -> str:
    """The first few, for a sentence."""
    return ", ".join(sorted(values)[:number])
