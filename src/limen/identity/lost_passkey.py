"""A passkey that is lost: removed, with every session it opened, and what could have been made in them to outlive it:
links, recovery codes and tokens of programs.
"""

from __future__ import annotations

from limen.clock import Instant
from limen.facts import Factor
from limen.identity import tokens
from limen.identity.errors import UnknownError
from limen.identity.events import record
from limen.identity.links import withdraw_links
from limen.identity.sessions import end_session
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
            end_session(transaction, session_id, now, by, REASON)
    upkeep.forget_browsers_of(connection, person_id)
    withdraw_links(transaction, person_id, now)
    recovery_codes.remove_of(connection, person_id)
    for token in app_tokens.of(connection, owner_id=person_id):
        if token.is_good(now):
            tokens.end(transaction, token, now, by, REASON, why)
    lost = {"factor": str(Factor.PASSKEY), "passkey": passkey_id}
    record(transaction, now, "factor.removed", lost, by=by, subject=person_id, reason=REASON, why=why)
