"""What follows from a verdict at once: access that is removed, narrowed, or given back when it is undone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import msgspec

from limen.access import grants, store as access_store
from limen.access.credentials import is_still_asked_as
from limen.access.model import EndedBy, HeldGrant
from limen.access.occasion import CHANGED
from limen.access.reviews import store
from limen.access.reviews.judging import Judging, may_decide
from limen.access.reviews.model import Effect, ReviewRow, Verdict, Way
from limen.access.reviews.rows import BREAK_GLASS
from limen.clock import MINUTE, Milliseconds
from limen.facts import App, Person
from limen.facts.access_rules import ReviewRule
from limen.opaque import new_id
from limen.pillar import NobodyLeftError

UNDONE_ON_DEVICES_FOR: Final[Milliseconds] = 10 * MINUTE
"""For so long what was granted on a device is given back: later it may have been lost, and come back."""
ADMINISTRATORS: Final = "administrators"


def remove(on: Judging, row: ReviewRow) -> tuple[Effect, str]:
    """Take away what the row is about, or propose it; with what undoing needs. Raises NobodyLeftError."""
    if row.way is Way.GRANT:
        grant = access_store.grant(on.at.transaction.connection, row.by)
        if grant is not None:
            grants.end_one(on.at.transaction, grant, on.at.now, on.at.by, EndedBy.REVIEWED)
        return Effect.REMOVED, row.by
    if (
        row.way is Way.POLICY
        or on.members is None
        or _is_spare_way_in(on, row)
        or on.members.is_given_by_source(on.at.transaction, row.person_id, row.by)
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


def narrow(on: Judging, row: ReviewRow, to: tuple[str, ...]) -> tuple[Effect, str]:
    """A grant is left with fewer actions; what a group or policy gives is narrowed by a change of the policies."""
    left = tuple(one for one in row.actions if one in to)
    if row.way is not Way.GRANT or not left or left == row.actions:
        return Effect.PROPOSED, " ".join(left)
    connection = on.at.transaction.connection
    grant = access_store.grant(connection, row.by)
    if grant is not None and access_store.narrow(connection, grant.id, left):
        on.at.transaction.changed(CHANGED, grant.person_id)
    return Effect.NARROWED, msgspec.json.encode({"grant": row.by, "actions": list(row.actions)}).decode()


def restored(on: Judging, row: ReviewRow) -> bool:
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
