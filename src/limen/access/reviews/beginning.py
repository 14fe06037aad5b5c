"""How a review begins and closes, in a transaction: by the calendar, by somebody in the console, or on the server."""

from __future__ import annotations

from typing import Final

from limen.access.occasion import Occasion
from limen.access.reviews import store
from limen.access.reviews.errors import NotDoneError, TooManyRowsError
from limen.access.reviews.letters import Letters
from limen.access.reviews.model import Progress, Review, ReviewRow
from limen.access.reviews.rows import Known, rows_of
from limen.clock import Instant
from limen.events import Event
from limen.facts.access_rules import ReviewRule
from limen.opaque import new_id

MOST_ROWS: Final = 20_000


def prepared(rule: ReviewRule, known: Known, slot: Instant, now: Instant, by: str) -> tuple[Review, list[ReviewRow]]:
    """A review by this rule with its rows, of which nothing is kept yet. `slot` is the calendar's (0: it is not by the
    calendar). It takes a while. Raises TooManyRowsError.
    """
    review = _review_of(rule, slot, now, by)
    rows = list(rows_of(known, rule, review.id))
    if len(rows) > MOST_ROWS:
        raise TooManyRowsError(MOST_ROWS)
    return review, rows


def begin(at: Occasion, review: Review, rows: list[ReviewRow], letters: Letters) -> bool:
    """Keep it, and write to its reviewers; False where somebody else has begun that slot."""
    if not store.add_review(at.transaction.connection, review, rows):
        return False
    at.transaction.say(event_of("review.started", review, at.now, at.by, rows=len(rows)))
    letters.due(at, review, rows)
    return True


def close(at: Occasion, review: Review) -> None:
    """Close it for good. Raises NotDoneError where something of it is open: a decision may have been taken back since
    whoever closes it looked.
    """
    connection = at.transaction.connection
    far = store.progress(connection).get(review.id, Progress())
    if far.decided < far.rows:
        raise NotDoneError
    if store.close(connection, review.id, at.now, at.by):
        counts = {"rows": far.rows, "decided": far.decided, "removed": far.removed}
        at.transaction.say(event_of("review.closed", review, at.now, at.by, **counts))


def event_of(kind: str, review: Review, now: Instant, by: str, **more: str | int | bool) -> Event:
    """What happened to a whole review."""
    return Event(at=now, kind=kind, actor=by, details={"review": review.id, "name": review.name, **more})


def _review_of(rule: ReviewRule, slot: Instant, now: Instant, by: str) -> Review:
    closes = now + rule.lasts_ms
    return Review(
        id=new_id("rv"),
        name=rule.name,
        slot=slot or -now,
        started_at=now,
        closes_at=closes,
        started_by=by,
        four_eyes=rule.four_eyes,
        reminds_at=max(now, closes - rule.remind_ms) if rule.remind_ms else 0,
        escalates_at=now + rule.escalation.after_ms if rule.escalation else 0,
    )
