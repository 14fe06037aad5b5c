"""What was decided lately, counted. What is over was counted once and is kept; the rest is read from the journal.

    found = counted(reader, now, Shelf(database), breathe)
    found.uses, found.permits, found.accesses

What is kept counts only as long as it is known by the very segments that it was counted from. The first time of all
reads the whole journal, a minute for some millions of decisions; whatever is over is kept as soon as it is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.roadmap.counted.counting import count
from limen.roadmap.counted.sheet import Adding, Attempt, Refused, Sheet, sum_of
from limen.roadmap.counted.shelf import Shelf
from limen.roadmap.counted.units import Day, Hour, day_of, days
from limen.roadmap.devices.past_access import Access, Standing
from limen.storage.journal import Reader
from limen.storage.journal.usage import Use

USED_FOR: Final[Milliseconds] = 90 * DAY
TOLD_FOR: Final[Milliseconds] = 30 * DAY
LATELY: Final[Milliseconds] = 7 * DAY
"""Each reaches back to the beginning of the day (UTC) on which it would begin."""


@dataclass(frozen=True, slots=True)
class Counted:
    """`uses` of the last 90 days by everybody. Of the last 30 days: `permits` by app and strength, and `attempts` by
    actor with the classes of what was `refused`, not `is_whole` where there were too many of them. Of the last 7 days:
    `unknown`, requests to each app by what was not known, and `accesses`.
    """

    uses: tuple[Use, ...] = ()
    permits: Mapping[tuple[str, int], int] = field(default_factory=dict)
    unknown: Mapping[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)
    accesses: tuple[Access, ...] = ()
    attempts: tuple[tuple[str, Attempt], ...] = ()
    refused: Mapping[tuple[str, str], Refused] = field(default_factory=dict)
    is_whole: bool = True


def counted(reader: Reader, now: Instant, shelf: Shelf, breathe: Callable[[], object] = lambda: None) -> Counted:
    """`breathe` is called between parts: what it raises ends the work. Raises StorageError."""
    since_told, since_lately = day_of(now - TOLD_FOR), day_of(now - LATELY)
    adding = Adding()
    for begins_at, sheet in _Reading(reader, now, shelf, breathe).sheets():
        for actor, one in sheet.people.items():
            adding.add_used(actor, one)
            if begins_at >= since_told:
                adding.add_attempts(actor, one)
            if begins_at >= since_lately:
                adding.add_opened(actor, one)
        if begins_at >= since_told:
            adding.add_permits(sheet.together)
        if begins_at >= since_lately:
            adding.add_unknown(sheet.together)
    return _counted(adding)


def _counted(adding: Adding) -> Counted:
    sheet = adding.sheet()
    return Counted(
        tuple(Use(actor, *used, count, newest) for (actor, used), (count, newest) in adding.used.items()),
        dict(adding.permits),
        dict(adding.unknown),
        tuple(
            Access(actor, app, action, label, Standing[standing], count)
            for (actor, (app, action, label, standing)), count in adding.opened.items()
        ),
        tuple((actor, attempt) for actor, one in sheet.people.items() for attempt in one.attempts),
        adding.refused,
        adding.is_whole,
    )


class _Reading:
    """One look: which days and hours are kept and still hold, and the others counted anew."""

    def __init__(self, reader: Reader, now: Instant, shelf: Shelf, breathe: Callable[[], object]) -> None:
        self._reader = reader
        self._now = now
        self._shelf = shelf
        self._breathe = breathe

    def sheets(self) -> Iterator[tuple[Instant, Sheet]]:
        """When each day or hour begins, and its sheet; one day after the other is in memory."""
        found = days(self._reader, self._now - USED_FOR, self._now)
        for day in found:
            self._breathe()
            kept = self._shelf.get(_span(day), day.known_by)
            for one in [kept] if kept is not None else self._of_day(day):
                yield day.begins_at, one
        self._shelf.forget_all_but({_span(one) for day in found for one in _to_keep(day)})

    def _of_day(self, day: Day) -> list[Sheet]:
        sheets = [self._of_hour(one, may_keep=not day.known_by) for one in day.hours]
        if not day.known_by:
            return sheets
        whole = sum_of(sheets)
        self._shelf.put(_span(day), day.known_by, whole)
        return [whole]

    def _of_hour(self, hour: Hour, *, may_keep: bool) -> Sheet:
        kept = self._shelf.get(_span(hour), hour.known_by)
        if kept is not None:
            return kept
        sheet = count(hour.paths, self._breathe, self._shelf.erased)
        if may_keep and hour.known_by:
            self._shelf.put(_span(hour), hour.known_by, sheet)
        return sheet


def _to_keep(day: Day) -> Iterable[Day | Hour]:
    """What is too old, part of a day that is kept, or counted of segments that changed, is not among it."""
    return [day] if day.known_by else [one for one in day.hours if one.known_by]


def _span(one: Day | Hour) -> str:
    return f"{'d' if isinstance(one, Day) else 'h'}{one.begins_at}"
