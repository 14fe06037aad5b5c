"""Limen's own reasons: what no policy says, each with its title, and a decision that rests on one alone."""

from __future__ import annotations

import msgspec

from limen.clock import Instant
from limen.facts import Facts
from limen.policy.decision import Decision, Effect, Named, Reason, Request

BROKEN_GLASS = Reason(Named.BREAK_GLASS.value, "permit", "Break-glass is open", "It is independent of the policies.")
_TITLES = {
    Named.NOT_SIGNED_IN: "Nobody is signed in",
    Named.SESSION_ENDED: "The session has ended",
    Named.SESSION_REVOKED: "The session was revoked",
    Named.SESSION_OF_ANOTHER_APP: "The session belongs to another app",
    Named.SESSION_UNKNOWN: "No such session",
    Named.DUPLICATE_COOKIE: "The session cookie was sent twice",
    Named.PERSON_INACTIVE: "The person's account is not active",
    Named.FACTOR_MISSING: "A factor that is required of the person is missing",
    Named.NOT_STARTED: "The person's first day has not come",
    Named.LEASE_EXPIRED: "Limen has lost touch with its database",
    Named.JOURNAL_UNWRITABLE: "The journal can't be written",
    Named.DISK_FULL: "The disk is full; administrators still have access, to free up space",
    Named.POLICY_ERROR: "A policy could not be evaluated",
    Named.UNKNOWN_HOST: "There is no app on this host",
    Named.BAD_REQUEST: "The request can't be forwarded",
    Named.PUBLIC_ROUTE: "Declared public",
    Named.CORS_PREFLIGHT: "A preflight from a declared origin, answered by Limen",
    Named.CROSS_SITE: "Another site sent this, and the app doesn't declare that site under cors",
    Named.TOKEN_UNKNOWN: "No such token",
    Named.TOKEN_EXPIRED: "The token has expired",
    Named.TOKEN_REVOKED: "The token was revoked",
    Named.TOKEN_OUT_OF_SCOPE: "The token doesn't cover this",
    Named.TOKEN_AND_SESSION: "A token and a session were sent together",
    Named.BREAK_GLASS: "Break-glass gives access to Limen's console only, for a short time",
}
REASONS: dict[str, Reason] = {
    name.value: Reason(
        policy=name.value,
        effect="permit" if name in {Named.PUBLIC_ROUTE, Named.CORS_PREFLIGHT} else "forbid",
        title=title,
    )
    for name, title in _TITLES.items()
}
"""Each of Limen's own reasons, by its name."""
TOKEN_WORDS: frozenset[str] = frozenset(
    {
        Named.TOKEN_UNKNOWN,
        Named.TOKEN_EXPIRED,
        Named.TOKEN_REVOKED,
        Named.TOKEN_OUT_OF_SCOPE,
        Named.TOKEN_AND_SESSION,
    }
)


def named(name: Named, effect: Effect, request: Request, facts: Facts, now: Instant) -> Decision:
    """A decision that no policy took."""
    return Decision(
        effect=effect,
        reasons=(REASONS[name],),
        at_once=(),
        watched=(),
        request=request,
        facts=facts,
        now=now,
        revision="",
    )


def because(decision: Decision, standing: str) -> Decision:
    """The same answer, with what was wrong with the session said first."""
    reason = REASONS[standing]
    others = tuple(other for other in decision.reasons if other.policy not in {standing, Named.NOT_SIGNED_IN})
    return msgspec.structs.replace(decision, reasons=(reason, *others))
