"""What answers to alerts may do to people: end what is signed in, suspend an account, let it go on."""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.identity.membership import Membership
from limen.identity.sessions import end_everything_of, end_session
from limen.pillar import PersonResponses
from limen.storage.database import Transaction

REASON: Final = "alert"


def _end_session(transaction: Transaction, session_id: str, now: Instant, by: str) -> bool:
    return end_session(transaction, session_id, now, by, REASON)


def _end_all(transaction: Transaction, person_id: str, now: Instant, by: str) -> None:
    end_everything_of(transaction, person_id, now, by, REASON)


def _suspend(transaction: Transaction, person_id: str, now: Instant, by: str) -> bool:
    return Membership(transaction, now, by).suspend(person_id)


def _resume(transaction: Transaction, person_id: str, now: Instant, by: str) -> bool:
    return Membership(transaction, now, by).resume(person_id)


PERSON_RESPONSES: Final = PersonResponses(end_session=_end_session, end_all=_end_all, suspend=_suspend, resume=_resume)
