"""A passkey that is lost: removed, with every session it opened, and what may have been made in them."""

from __future__ import annotations

from typing import Final

from limen import credentials
from limen.clock import Instant
from limen.credentials import Cause, Ending
from limen.storage.database import Transaction

REASON: Final = "device-lost"


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
    """Remove a passkey and end what it opened, and whatever else ends when a device is gone.

    `but_session` goes on: the one in which its person says so. Raises UnknownError.
    """
    ending = Ending(
        cause=Cause.LOST,
        holder=person_id,
        now=now,
        by=by,
        reason=REASON,
        why=why,
        passkey=passkey_id,
        but_session=but_session,
    )
    credentials.end(transaction, ending)
