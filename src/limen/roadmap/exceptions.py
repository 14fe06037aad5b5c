"""What is left out on purpose: a row or a whole control, by whom, why, with what in its place, and until when. Pure.

It changes no figure: what is excepted is not met, and is shown as excepted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.errors import LimenError
from limen.roadmap.model import Row

LONGEST: Final[Milliseconds] = 90 * DAY
LONGEST_CHOICE: Final[Milliseconds] = 366 * DAY
"""A control that the company chose not to do at all."""
SHORTEST_TEXT: Final = 10
LONGEST_TEXT: Final = 300


@dataclass(frozen=True, slots=True)
class RoadmapException:
    """`row_id` is "" for the whole control. `compensation` says what is done in its place. `ended_at`: 0 while nobody
    took it back.
    """

    id: str
    control: str
    row_id: str
    why: str
    compensation: str
    until: Instant
    decided_by: str
    decided_at: Instant
    ended_at: Instant = 0

    def counts(self, now: Instant) -> bool:
        return not self.ended_at and self.decided_at <= now < self.until


def refuse_unfit(wanted: RoadmapException) -> None:
    """Raises LimenError, saying what is wrong with it."""
    for text, name in ((wanted.why, "reason"), (wanted.compensation, "compensation")):
        if not SHORTEST_TEXT <= len(text.strip()) <= LONGEST_TEXT:
            raise LimenError(
                f"the {name} has to be {SHORTEST_TEXT} to {LONGEST_TEXT} characters",
                "say it so that an auditor understands it" if name == "reason" else "say what is done in its place",
            )
    longest = LONGEST if wanted.row_id else LONGEST_CHOICE
    if not 0 < wanted.until - wanted.decided_at <= longest:
        raise LimenError("it has to end later than now", f"choose a day within {longest // DAY} days")


def excepted(rows: Iterable[Row], control: str, known: Iterable[RoadmapException], now: Instant) -> dict[str, Instant]:
    """Of these rows, those that are missed and excepted: until when, by their ids."""
    of_rows = {one.row_id: one.until for one in known if one.control == control and one.row_id and one.counts(now)}
    return {one.id: of_rows[one.id] for one in rows if not one.is_met and one.id in of_rows}


def chosen_not_to(control: str, known: Iterable[RoadmapException], now: Instant) -> RoadmapException | None:
    """Who decided that the company leaves this control out, where somebody did."""
    return next((one for one in known if one.control == control and not one.row_id and one.counts(now)), None)
