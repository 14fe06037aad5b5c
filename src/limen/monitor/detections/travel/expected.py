"""Journeys that somebody of the company announced: "travels to Lisbon until Friday"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec

from limen.clock import DAY, Instant, Milliseconds

LONGEST: Final[Milliseconds] = 92 * DAY
"""Who is elsewhere for longer lives there, and what is usual for them has long changed."""


class ExpectedTravel(msgspec.Struct, frozen=True):
    """While it lasts, that a person turns up in `country` (ISO 3166-1 alpha-2) is no finding."""

    id: str
    person_id: str
    country: str
    since: Instant
    until: Instant
    place: str = ""
    added_by: str = ""
    added_at: Instant = 0

    def covers(self, person_id: str, country: str, at: Instant) -> bool:
        return self.person_id == person_id and self.country == country and self.since <= at < self.until


def is_expected(travels: Iterable[ExpectedTravel], person_id: str, country: str, at: Instant) -> bool:
    """Whether somebody said that this person would be there then."""
    return any(one.covers(person_id, country, at) for one in travels)
