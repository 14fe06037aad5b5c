"""A passkey that is lost: removed, with every session it opened, and what could have been made in them to outlive it:
links, recovery codes and tokens of programs.
"""

from __future__ import annotations

from limen.clock import Instant
from limen.events import Event
from limen.facts import Factor
from limen.identity import tokens
from limen.identity.errors import UnknownError
from limen.identity.links import withdraw_links
from limen.identity.sessions import mark
from limen.identity.store import app_tokens, factors, recovery_codes, sessions, upkeep
from limen.storage.database import Transaction

REASON = "device-lost"


def lose_passkey(
    transaction: Transaction,
    person_id: str,
    passkey_id: str,
    *,
    by: str,
    now: Instant,
    why: str = "",
    but_session: str = "",
) -> None:
    """Remove a passkey and end what it opened; whoever holds the device is known to no browser any more.

    Recovery codes and tokens end whoever made them: nothing tells a thief's from their person's.

    `but_session` goes on: the one in which its person says so. Raises UnknownError.
    """
    connection = transaction.connection
    if not factors.delete_passkey(connection, person_id, passkey_id):
        raise UnknownError("passkey")
    for session_id in sessions.proved_by(connection, passkey_id):
        if session_id != but_session:
            found = sessions.by_id(connection, session_id)
            mark(transaction, "session", session_id, max(now, found[1].started_at if found else 0) + 1)
            transaction.say(_event("session.revoked", person_id, by, now, {}, session_id))
    upkeep.forget_browsers_of(connection, person_id)
    withdraw_links(transaction, person_id, now)
    recovery_codes.remove_of(connection, person_id)
    for token in app_tokens.of(connection, owner_id=person_id):
        if token.is_good(now):
            tokens.end(transaction, token, now, by, REASON, why)
    details = {"factor": str(Factor.PASSKEY), "passkey": passkey_id, **({"why": why} if why else {})}
    transaction.say(_event("factor.removed", person_id, by, now, details))


def _event(kind: str, person_id: str, by: str, now: Instant, details: dict[str, str], session: str = "") -> Event:
    return Event(at=now, kind=kind, actor=by, subject=person_id, session=session, reason=REASON, details=dict(details))
