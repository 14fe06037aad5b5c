"""Somebody of the company says that somebody travels: kept with a start and an end, and journaled.

It makes Limen look away, so it is bounded: to one country, for no longer than a quarter of a year, and a few at a time.
"""

from __future__ import annotations

import re
from typing import Final

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.events import Event
from limen.monitor.detections.travel import store
from limen.monitor.detections.travel.expected import LONGEST, ExpectedTravel
from limen.opaque import new_id
from limen.pillar import Core
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

CHANGE: Final = "travel"
MOST_OF_A_PERSON: Final = 10
EARLIEST: Final = 180 * DAY
"""How long ahead a journey can be announced."""
LONGEST_PLACE: Final = 80
KEPT_AFTER: Final = 30 * DAY
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


def announce(
    transaction: Transaction,
    person_id: str,
    country: str,
    place: str,
    since: Instant,
    until: Instant,
    now: Instant,
    *,
    by: str,
) -> ExpectedTravel:
    """Keep it. `by` is who says so. Raises LimenError, saying what is wrong with it."""
    if not _COUNTRY.fullmatch(country):
        raise LimenError("that is not a country", "write its two letters (ISO 3166), such as PT")
    if place and not one_line(place, LONGEST_PLACE):
        raise LimenError("the place is too long or can't be displayed", f"write at most {LONGEST_PLACE} characters")
    if until <= max(now, since):
        raise LimenError("the journey is over before it begins", "choose an end in the future")
    if until - since > LONGEST:
        raise LimenError("a journey lasts 92 days at the longest", "announce it again when it is over")
    if since > now + EARLIEST:
        raise LimenError("a journey is announced half a year ahead at the earliest", "announce it later")
    mine = [one for one in store.every(transaction.connection, now) if one.person_id == person_id]
    if len(mine) >= MOST_OF_A_PERSON:
        raise LimenError(f"they already have {MOST_OF_A_PERSON} journeys ahead", "end one that is not needed")
    travel = ExpectedTravel(new_id("t"), person_id, country, since, until, one_line(place, LONGEST_PLACE), by, now)
    store.add(transaction.connection, travel)
    transaction.changed(CHANGE, travel.id)
    _say(transaction, "travel.announced", travel, now, by)
    return travel


def end(transaction: Transaction, travel_id: str, now: Instant, *, by: str) -> None:
    """It counts no more. Raises LimenError where there is none of that id."""
    travel = store.by_id(transaction.connection, travel_id)
    if travel is None:
        raise LimenError("there is no such journey", "`limen travel list` shows those there are")
    store.remove(transaction.connection, travel_id)
    transaction.changed(CHANGE, travel_id)
    _say(transaction, "travel.ended", travel, now, by)


def _say(transaction: Transaction, kind: str, travel: ExpectedTravel, now: Instant, by: str) -> None:
    details: dict[str, str | int | bool] = {"country": travel.country, "until": travel.until}
    transaction.say(Event(at=now, kind=kind, actor=by, subject=travel.person_id, details=details))


class Travels:
    """Journeys that are announced, in memory and in the database. Offered to pages."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self.all: tuple[ExpectedTravel, ...] = ()

    def register(self) -> None:
        """Follow the change feed. Called before it starts."""

        def load(snapshot: Snapshot, _key: str = "") -> list[ExpectedTravel]:
            return store.every(snapshot.connection, self._core.clock.now())

        def take(travels: list[ExpectedTravel]) -> None:
            self.all = tuple(travels)

        self._core.feed.at_start(load, take)
        self._core.feed.on(CHANGE, load, lambda _key, travels: take(travels))

    def of_person(self, person_id: str) -> list[ExpectedTravel]:
        """Those that are not over."""
        now = self._core.clock.now()
        return [one for one in self.all if one.person_id == person_id and one.until > now]

    async def announce(
        self, person_id: str, country: str, place: str, since: Instant, until: Instant, *, by: str
    ) -> ExpectedTravel:
        """As `announce`. Raises LimenError."""
        now = self._core.clock.now()
        return await self._core.write(lambda t: announce(t, person_id, country, place, since, until, now, by=by))

    async def end(self, travel_id: str, *, by: str) -> None:
        """As `end`. Raises LimenError."""
        now = self._core.clock.now()
        await self._core.write(lambda t: end(t, travel_id, now, by=by))

    async def forget(self) -> None:
        """Drop journeys that were over a month ago."""
        before = self._core.clock.now() - KEPT_AFTER
        await self._core.database.writing(lambda t: store.forget(t.connection, before))
