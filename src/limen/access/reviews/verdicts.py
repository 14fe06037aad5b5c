"""What reviewers decide, each in a transaction of its own: whether they may, on what, and what follows at once.

A row is looked at again before a verdict counts: access that has changed since is shown anew, and access that is gone
is no longer asked about. Who could decide when the review began, and by the rule still may, decides; nobody about
themselves, and with four eyes nobody about somebody who has decided about them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from limen.access import grants, store as access_store
from limen.access.credentials import is_still_asked_as
from limen.access.model import EndedBy, HeldGrant
from limen.access.occasion import CHANGED, Occasion
from limen.access.reviews import store
from limen.access.reviews.model import Effect, Held, Outcome, Review, ReviewRow, Verdict, Way
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import BREAK_GLASS, held_now
from limen.access.same_person import are_one
from limen.clock import MINUTE, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event
from limen.facts import App, Person
from limen.facts.access_rules import ReviewRule
from limen.opaque import new_id
from limen.pillar import GroupMemberships, NobodyLeftError
from limen.printable import one_line
from limen.storage import Snapshot

LONGEST_NOTE: Final = 300
UNDONE_ON_DEVICES_FOR: Final[Milliseconds] = 10 * MINUTE
"""For so long what was granted on a device is given back: later it may have been lost, and come back."""
ADMINISTRATORS: Final = "administrators"


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
    if version != row.version or not _restored(on, row):
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
    _say(on, "review.undone", row)
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
    _keep(on, replace(row, effect=Effect.BLOCKED, decided_at=on.at.now, version=row.version + 1), row)


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


def may_decide(rule: ReviewRule | None, review: Review, app: App | None, reviewer: Person, now: Instant) -> bool:
    """Whether by this rule (None: it is gone) somebody may decide about access to an app at this instant."""
    if rule is None:
        return False
    owner = app.owner if app is not None else ""
    is_late = bool(review.escalates_at) and now >= review.escalates_at
    more = rule.escalation is not None and is_late and rule.escalation.to.has(reviewer, owner)
    return more or rule.reviewers.has(reviewer, owner)


def _denied(on: Judging, row: ReviewRow, outcome: Outcome) -> Outcome:
    on.at.transaction.say(_event(on, "review.denied", row, reason=outcome.value))
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
        _keep(on, replace(row, effect=Effect.GONE, decided_at=on.at.now, version=row.version + 1), row)
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
        effect, restores = _remove(on, row)
    elif told.verdict is Verdict.NARROW:
        effect, restores = _narrow(on, row, told.narrow_to or row.used_actions)
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
    _keep(on, decided, row)
    return Outcome.DONE


def _remove(on: Judging, row: ReviewRow) -> tuple[Effect, str]:
    if row.way is Way.GRANT:
        grant = access_store.grant(on.at.transaction.connection, row.by)
        if grant is not None:
            grants.end_one(on.at.transaction, grant, on.at.now, on.at.by, EndedBy.REVIEWED)
        return Effect.REMOVED, row.by
    if (
        row.way is Way.POLICY
        or on.members is None
        or _is_spare_way_in(on, row)
        or _gives_more(on, row, on.at.basis.people.get(row.person_id))
    ):
        return Effect.PROPOSED, ""
    before = on.locked_out(on.at.transaction)
    left = on.members.take_out(on.at.transaction, row.person_id, row.by, on.at.now, on.at.by)
    if not before and on.locked_out(on.at.transaction):
        raise NobodyLeftError
    return Effect.REMOVED, msgspec.json.encode(sorted(left)).decode()


def _is_spare_way_in(on: Judging, row: ReviewRow) -> bool:
    """Whether it is for the day on which nobody else gets in: administrators alone empty that group."""
    reviewer = on.at.basis.people.get(on.at.by)
    return row.by == BREAK_GLASS and (reviewer is None or ADMINISTRATORS not in reviewer.groups)


def _gives_more(on: Judging, row: ReviewRow, person: Person | None) -> bool:
    """Whether the group gives this person something that who decides does not answer for: the owner of one app takes
    nobody out of the group of all staff, or of the administrators. At the end of a review, where nobody decided: more
    than what is reviewed and other apps of the same owner.
    """
    rule = on.at.basis.rules.review(on.review.name)
    return person is not None and any(
        (held.way, held.by) == (Way.GROUP, row.by)
        for app in on.at.basis.apps.values()
        if not _answers_for(on, rule, app, row)
        for held in on.reach.ways(person, app)
    )


def _answers_for(on: Judging, rule: ReviewRule | None, app: App, row: ReviewRow) -> bool:
    is_reviewed = rule is not None and rule.is_about(app)
    reviewer, of_row = on.at.basis.people.get(on.at.by), on.at.basis.apps.get(row.app)
    if reviewer is None:
        return is_reviewed or (of_row is not None and app.owner != "" and app.owner == of_row.owner)
    if ADMINISTRATORS in reviewer.groups or app.owner in reviewer.groups:
        return True
    return is_reviewed and may_decide(rule, on.review, app, reviewer, on.at.now)


def _narrow(on: Judging, row: ReviewRow, to: tuple[str, ...]) -> tuple[Effect, str]:
    """A grant is left with fewer actions; what a group or policy gives is narrowed by a change of the policies."""
    left = tuple(one for one in row.actions if one in to)
    if row.way is not Way.GRANT or not left or left == row.actions:
        return Effect.PROPOSED, " ".join(left)
    connection = on.at.transaction.connection
    grant = access_store.grant(connection, row.by)
    if grant is not None and access_store.narrow(connection, grant.id, left):
        on.at.transaction.changed(CHANGED, grant.person_id)
    return Effect.NARROWED, msgspec.json.encode({"grant": row.by, "actions": list(row.actions)}).decode()


def _restored(on: Judging, row: ReviewRow) -> bool:
    """Give back what the verdict took; False where more was changed since, or they may not have it any more."""
    person = on.at.basis.people.get(row.person_id)
    if row.effect in {Effect.NONE, Effect.PROPOSED}:
        return True
    if person is None or not person.active:
        return False
    if row.way is Way.GROUP:
        return _rejoined(on, row, person)
    grant = access_store.grant(on.at.transaction.connection, row.by)
    if grant is None or grant.until <= on.at.now or not is_still_asked_as(grant, person.groups):
        return False
    if grant.device_id and on.at.now - row.decided_at > UNDONE_ON_DEVICES_FOR:
        return False
    return _widened(on, row, grant) if row.effect is Effect.NARROWED else _granted_again(on, grant)


def _rejoined(on: Judging, row: ReviewRow, person: Person) -> bool:
    """Only where nobody has changed their groups meanwhile, but for this review, and the group gives nothing now that
    who undoes it does not answer for.
    """
    left = frozenset(msgspec.json.decode(row.restores, type=list[str]))
    taken = store.removed_from(on.at.transaction.connection, on.review.id, person.id)
    if on.members is None or left | taken != person.groups | taken:
        return False
    if _gives_more(on, row, replace(person, groups=person.groups | {row.by})):
        return False
    on.members.put_back(on.at.transaction, person.id, row.by, on.at.now, on.at.by)
    connection = on.at.transaction.connection
    for gone in store.gone_with(connection, on.review.id, person.id, row.by):  # they have that again as well
        reopened = replace(gone, version=gone.version + 1, effect=Effect.NONE, verdict=Verdict.OPEN, decided_at=0)
        store.keep_row(connection, reopened, gone.version)
    return True


def _widened(on: Judging, row: ReviewRow, grant: HeldGrant) -> bool:
    before = msgspec.json.decode(row.restores, type=_Narrowed).actions
    if grant.ended_at or not _could_be_asked(on, grant, before):
        return False
    if not access_store.narrow(on.at.transaction.connection, grant.id, before):
        return False
    on.at.transaction.changed(CHANGED, grant.person_id)
    return True


def _could_be_asked(on: Judging, grant: HeldGrant, actions: Iterable[str]) -> bool:
    """Whether by the rules in force they might still ask for all of this."""
    person, app = on.at.basis.people.get(grant.person_id), on.at.basis.apps.get(grant.app)
    return person is not None and app is not None and all(on.at.basis.rules.may_ask(person, app, a) for a in actions)


def _granted_again(on: Judging, grant: HeldGrant) -> bool:
    """The same as a new grant, for what is left of its time; where this verdict has ended it, and nothing else."""
    if grant.why_ended != EndedBy.REVIEWED.value or grant.ended_by != on.at.by:
        return False
    if not _could_be_asked(on, grant, grant.actions):
        return False
    again = replace(grant, id=new_id("gr"), since=on.at.now, ended_at=0, ended_by="", why_ended="")
    access_store.add_grant(on.at.transaction.connection, again)
    on.at.transaction.changed(CHANGED, grant.person_id)
    on.at.say("access.granted", again, grant=again.id, request=again.request_id, until=again.until)
    return True


class _Narrowed(msgspec.Struct):
    grant: str
    actions: tuple[str, ...]


def _keep(on: Judging, changed: ReviewRow, before: ReviewRow) -> None:
    if not store.keep_row(on.at.transaction.connection, changed, before.version):
        raise RacedError
    _say(on, "review.removed" if changed.effect is Effect.REMOVED else "review.decided", changed)


def _say(on: Judging, kind: str, row: ReviewRow) -> None:
    on.at.transaction.say(_event(on, kind, row))


def _event(on: Judging, kind: str, row: ReviewRow, reason: str = "") -> Event:
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
