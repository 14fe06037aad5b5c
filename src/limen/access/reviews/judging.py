"""What one decision of a review is made with: who decides, on which review, by what is known at that moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from limen.access.occasion import Occasion
from limen.access.reviews import store
from limen.access.reviews.model import Effect, Review, ReviewRow, Verdict
from limen.access.reviews.reach import Reach
from limen.clock import Instant
from limen.errors import LimenError
from limen.events import Event
from limen.facts import App, Person
from limen.facts.access_rules import ReviewRule
from limen.pillar import GroupMemberships
from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody says of one row: of the version that they saw. `narrow_to` are the actions to leave of it."""

    row_id: str
    version: int
    verdict: Verdict
    note: str = ""
    narrow_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judging:
    """One time that something is decided. `locked_out` says what would keep everybody from administering Limen;
    `is_borrowed`, of a person's id, whether the passkey that it is decided with may be in their hands.
    """

    at: Occasion
    review: Review
    reach: Reach
    members: GroupMemberships | None
    locked_out: Callable[[Snapshot], str] = lambda _snapshot: ""
    is_borrowed: Callable[[str], bool] = lambda _person_id: False


class RacedError(LimenError):
    """Somebody else decided the same row at the same moment; nothing of it is kept."""

    def __init__(self) -> None:
        super().__init__("someone else has just decided this", "look at it again")


def may_decide(rule: ReviewRule | None, review: Review, app: App | None, reviewer: Person, now: Instant) -> bool:
    """Whether by this rule (None: it is gone) somebody may decide about access to an app at this instant."""
    if rule is None:
        return False
    owner = app.owner if app is not None else ""
    is_late = bool(review.escalates_at) and now >= review.escalates_at
    more = rule.escalation is not None and is_late and rule.escalation.to.has(reviewer, owner)
    return more or rule.reviewers.has(reviewer, owner)


def keep(on: Judging, changed: ReviewRow, before: ReviewRow) -> None:
    """Write a row as it is now, with what happened to it. Raises RacedError where it is another by now."""
    if not store.keep_row(on.at.transaction.connection, changed, before.version):
        raise RacedError
    tell(on, "review.removed" if changed.effect is Effect.REMOVED else "review.decided", changed)


def tell(on: Judging, kind: str, row: ReviewRow) -> None:
    """Write down what happened to a row."""
    on.at.transaction.say(event_of(on, kind, row))


def event_of(on: Judging, kind: str, row: ReviewRow, reason: str = "") -> Event:
    """No note is in it: people's own words stay in the database."""
    details: dict[str, str | int | bool] = {
        "review": on.review.id,
        "row": row.id,
        "app": row.app,
        "way": row.way.value,
        "by": row.by,
        "actions": " ".join(row.actions),
        "verdict": row.verdict.value,
        "effect": row.effect.value,
    }
    return Event(at=on.at.now, kind=kind, actor=on.at.by, subject=row.person_id, reason=reason, details=details)
