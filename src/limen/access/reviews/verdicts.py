"""What reviewers decide, each in a transaction of its own: whether they may, on what, and what follows at once.

A row is looked at again before a verdict counts: access that has changed since is shown anew, and access that is gone
is no longer asked about. Who could decide when the review began, and by the rule still may, decides; nobody about
themselves, and with four eyes nobody about somebody who has decided about them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.access import store as access_store
from limen.access.reviews import effects, store
from limen.access.reviews.judging import Judging, RacedError, Told, event_of, keep, may_decide, tell
from limen.access.reviews.model import Effect, Held, Outcome, ReviewRow, Verdict
from limen.access.reviews.rows import held_now
from limen.access.same_person import are_one
from limen.facts import Person
from limen.printable import one_line

LONGEST_NOTE: Final = 300


def decide(on: Judging, told: Told) -> Outcome:
    """Decide one row. What may not be is an outcome, and journaled where somebody tries what is not theirs."""
    row = store.row(on.at.transaction.connection, on.review.id, told.row_id)
    if row is None:
        return Outcome.UNKNOWN
    refused = _refused(on, row)
    if refused is not None:
        return refused
    if row.is_decided:
        return Outcome.DECIDED
    if told.version != row.version or told.verdict is Verdict.OPEN:
        return Outcome.STALE
    anew = _made_anew(on, row)
    if anew is not None:
        return anew
    return _applied(on, row, told)


def undo(on: Judging, row_id: str, version: int) -> Outcome:
    """Whoever decided takes it back, while the review is open; what was removed is given back, unless more was changed
    for that person since.
    """
    row = store.row(on.at.transaction.connection, on.review.id, row_id)
    if row is None:
        return Outcome.UNKNOWN
    refused = _refused(on, row)
    if refused is not None:
        return refused
    if row.decided_by != on.at.by or row.verdict is Verdict.OPEN:
        return Outcome.NOT_YOURS
    if version != row.version or not effects.restored(on, row):
        return Outcome.STALE
    opened = replace(
        row,
        version=row.version + 1,
        verdict=Verdict.OPEN,
        decided_by="",
        decided_at=0,
        note="",
        effect=Effect.NONE,
        restores="",
    )
    if not store.keep_row(on.at.transaction.connection, opened, row.version):
        raise RacedError
    tell(on, "review.undone", row)
    return Outcome.DONE


def by_default(on: Judging, row: ReviewRow) -> None:
    """The review's time is over, and nobody has decided: keep it, or remove it where the rule or the label says so.

    Raises NobodyLeftError where nobody could administer Limen then, and RacedError: nothing of it may be kept.
    """
    now = store.row(on.at.transaction.connection, on.review.id, row.id)
    if now is None or now.is_decided or _made_anew(on, now) is Outcome.GONE:
        return
    now = store.row(on.at.transaction.connection, on.review.id, row.id) or now
    _applied(on, now, Told(now.id, now.version, Verdict.REMOVE if now.removes else Verdict.KEEP))


def block(on: Judging, row: ReviewRow) -> None:
    """It stays, for else nobody could administer Limen."""
    keep(on, replace(row, effect=Effect.BLOCKED, decided_at=on.at.now, version=row.version + 1), row)


# Whether they may


def _refused(on: Judging, row: ReviewRow) -> Outcome | None:
    """Why not; None where they may."""
    if not on.review.is_open(on.at.now):
        return Outcome.CLOSED
    people, by = on.at.basis.people, on.at.by
    reviewer, subject = people.get(by), people.get(row.person_id)
    if reviewer is None or not reviewer.active or by == row.person_id:
        return _denied(on, row, Outcome.OWN if by == row.person_id else Outcome.NOT_YOURS)
    if subject is not None and are_one(reviewer, subject):
        return _denied(on, row, Outcome.OWN)
    if on.is_borrowed(row.person_id):
        return _denied(on, row, Outcome.BORROWED)
    if by not in row.may_be_decided_by(on.review, on.at.now) or not _is_still_able(on, row, reviewer):
        return _denied(on, row, Outcome.NOT_YOURS)
    if on.review.four_eyes and store.decided_about(on.at.transaction.connection, on.review.id, by, row.person_id):
        return _denied(on, row, Outcome.OWN)
    return None


def _is_still_able(on: Judging, row: ReviewRow, reviewer: Person) -> bool:
    """Whether by the rule in force they may still decide it; where that rule is gone, nobody may."""
    rule = on.at.basis.rules.review(on.review.name)
    return may_decide(rule, on.review, on.at.basis.apps.get(row.app), reviewer, on.at.now)


def _denied(on: Judging, row: ReviewRow, outcome: Outcome) -> Outcome:
    on.at.transaction.say(event_of(on, "review.denied", row, reason=outcome.value))
    return outcome


# What they decide on


def _made_anew(on: Judging, row: ReviewRow) -> Outcome | None:
    """Look at it again. GONE where they don't have it any more, STALE where it is other than they saw it."""
    connection = on.at.transaction.connection
    person, app = on.at.basis.people.get(row.person_id), on.at.basis.apps.get(row.app)
    held: tuple[Held, ...] = ()
    if person is not None and app is not None:
        live = access_store.live_grants(connection, on.at.now, person.id)
        held = held_now(on.reach, person, app, live)
    now = next((one for one in held if (one.way, one.by) == (row.way, row.by)), None)
    if now is None:
        keep(on, replace(row, effect=Effect.GONE, decided_at=on.at.now, version=row.version + 1), row)
        return Outcome.GONE
    if now.actions != row.actions:
        used = tuple(one for one in row.used_actions if one in now.actions)
        anew = replace(row, actions=now.actions, used_actions=used, verdict=Verdict.OPEN, version=row.version + 1)
        store.keep_row(connection, anew, row.version)
        return Outcome.STALE
    return None


# What follows


def _applied(on: Judging, row: ReviewRow, told: Told) -> Outcome:
    effect, restores = Effect.NONE, ""
    if told.verdict is Verdict.REMOVE:
        effect, restores = effects.remove(on, row)
    elif told.verdict is Verdict.NARROW:
        effect, restores = effects.narrow(on, row, told.narrow_to or row.used_actions)
    decided = replace(
        row,
        version=row.version + 1,
        verdict=told.verdict,
        decided_by=on.at.by,
        decided_at=on.at.now,
        note=one_line(told.note, LONGEST_NOTE),
        effect=effect,
        restores=restores,
    )
    keep(on, decided, row)
    return Outcome.DONE
