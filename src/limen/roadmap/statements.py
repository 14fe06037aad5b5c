"""What somebody states for the company where no source can tell: that there is none of something here, or that one
thing is as it should be. By whom, why, and until when. Pure.

A statement is the weakest evidence. It ends by its day, by whoever takes it back, and for good as soon as a source sees
what it denies: whoever still means it has to state it anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError

LONGEST: Final[Milliseconds] = 365 * DAY
SHORTEST_TEXT: Final = 10
LONGEST_TEXT: Final = 300
LONGEST_SUBJECT: Final = 200


@dataclass(frozen=True, slots=True)
class Statement:
    """`area` is a name of `areas.AREAS`, `subject` the id of the row that it is about ("": there is none here).

    `ended_at`: 0 while nobody took it back. `contradicted_at`: 0 while no source saw otherwise; `contradicted_by` says
    what did, without names of people.
    """

    id: str
    area: str
    subject: str
    why: str
    until: Instant
    said_by: str
    said_at: Instant
    ended_at: Instant = 0
    contradicted_at: Instant = 0
    contradicted_by: str = ""

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and not self.contradicted_at and self.said_at <= now < self.until


def refuse_unfit(wanted: Statement) -> None:
    """Raises LimenError, saying what is wrong with it."""
    if not SHORTEST_TEXT <= len(wanted.why.strip()) <= LONGEST_TEXT:
        raise LimenError(
            f"the reason has to be {SHORTEST_TEXT} to {LONGEST_TEXT} characters",
            "say how you know, so that an auditor understands it",
        )
    if not 0 < wanted.until - wanted.said_at <= LONGEST:
        raise LimenError("it has to end later than now", f"choose a day within {LONGEST // DAY} days")


def stated(known: Iterable[Statement], area: str, subject: str, now: Instant) -> Statement | None:
    """What is stated of this now; of several, the one that lasts longest."""
    those = [one for one in known if (one.area, one.subject) == (area, subject) and one.counts(now)]
    return max(those, key=lambda one: (one.until, one.id), default=None)
