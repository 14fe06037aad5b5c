"""What is done with grants, each in a transaction: given, prolonged, given back, revoked, and ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from limen.access import store
from limen.access.errors import NotYoursError, UnknownGrantError, UsedUpError
from limen.access.model import AccessRequest, EndedBy, HeldGrant, end_of
from limen.access.occasion import CHANGED, Occasion, event_of
from limen.clock import Instant
from limen.facts.access_rules import AccessRule
from limen.opaque import new_id
from limen.printable import one_line
from limen.storage import Transaction

LONGEST_WHY: Final = 500
"""Why a grant was revoked, in one line; what is longer, or can't be shown, is left out."""


def refuse_used_up(at: Occasion, request: AccessRequest, rule: AccessRule) -> None:
    """Raises UsedUpError where nothing could be granted for it any more."""
    if _until(at, request, rule) <= at.now:
        raise UsedUpError


def give(at: Occasion, request: AccessRequest, rule: AccessRule) -> HeldGrant:
    """Grant what was approved, from now on; or have what they hold last longer.

    Raises UsedUpError, and UnknownGrantError where that is over by now.
    """
    until = _until(at, request, rule)
    if until <= at.now:
        raise UsedUpError
    approvers = tuple(one.approver_id for one in request.approvals)
    if request.extends:
        held = _live(at, request.extends)  # what was revoked meanwhile comes back by no extension
        more = tuple(dict.fromkeys((*held.approvers, *approvers)))
        grant = replace(held, until=max(held.until, until), approvers=more)
        store.prolong(at.transaction.connection, grant)
    else:
        grant = _grant_of(request, at.now, until, approvers)
        store.add_grant(at.transaction.connection, grant)
    at.transaction.changed(CHANGED, grant.person_id)
    kind = "access.extended" if request.extends else "access.granted"
    at.say(kind, grant, grant=grant.id, request=request.id, until=grant.until)
    at.notices.granted(at.transaction, at.basis, request, grant, at.now)
    return grant


def give_back(at: Occasion, grant_id: str) -> None:
    """Whoever has it needs it no longer. Raises UnknownGrantError, NotYoursError."""
    held = _live(at, grant_id)
    if held.person_id != at.by:
        raise NotYoursError
    end_one(at.transaction, held, at.now, at.by, EndedBy.GIVEN_BACK)


def revoke(at: Occasion, grant_id: str, why: str, *, is_administrator: bool) -> HeldGrant:
    """An administrator, or who approved it, takes it away. Raises UnknownGrantError, NotYoursError."""
    held = _live(at, grant_id)
    if not is_administrator and at.by not in held.approvers:
        raise NotYoursError
    end_one(at.transaction, held, at.now, at.by, EndedBy.REVOKED, one_line(why, LONGEST_WHY))
    at.notices.revoked(at.transaction, at.basis, held, at.now)
    return held


def end_one(transaction: Transaction, held: HeldGrant, now: Instant, by: str, because: EndedBy, why: str = "") -> bool:
    """End one grant, with its event; False where it was ended already."""
    if not store.end_grant(transaction.connection, held.id, now, by, why or because.value):
        return False
    transaction.changed(CHANGED, held.person_id)
    transaction.say(event_of("access.ended", held, now, by, why=because.value, grant=held.id))
    return True


def end_several(transaction: Transaction, several: Iterable[HeldGrant], now: Instant, by: str, because: EndedBy) -> int:
    """How many of these there were to end."""
    return sum(end_one(transaction, held, now, by, because) for held in several)


def _until(at: Occasion, request: AccessRequest, rule: AccessRule) -> Instant:
    """Until when it may be granted now, by what they had of it until now."""
    past = [
        one
        for one in store.grants_on(at.transaction.connection, request.person_id, request.app)
        if one.is_about(request.app, request.actions)
    ]
    return end_of(
        past,
        at.now,
        request.length_ms,
        longest=rule.longest_ms,
        total=rule.longest_total_ms,
        cool_down=rule.cool_down_ms,
    )


def _grant_of(request: AccessRequest, now: Instant, until: Instant, approvers: tuple[str, ...]) -> HeldGrant:
    return HeldGrant(
        id=new_id("gr"),
        request_id=request.id,
        person_id=request.person_id,
        app=request.app,
        actions=request.actions,
        since=now,
        until=until,
        rule=request.rule,
        approvers=approvers,
        asked_as=request.asked_as,
        device_id=request.device_id,
    )


def _live(at: Occasion, grant_id: str) -> HeldGrant:
    held = store.grant(at.transaction.connection, grant_id)
    if held is None or not held.is_active(at.now):
        raise UnknownGrantError
    return held
