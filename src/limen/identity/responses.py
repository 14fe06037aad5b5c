"""What other parts may do to people: answers to alerts end what is signed in, suspend an account and let it go on; and
reviews of access take people out of groups, and put them back.
"""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.identity.errors import LastAdministratorError
from limen.identity.membership import Membership, an_administrator_remains
from limen.identity.sessions import end_everything_of, end_session
from limen.identity.store import people
from limen.pillar import GroupMemberships, NobodyLeftError, PersonResponses
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


def _take_out(transaction: Transaction, person_id: str, group: str, now: Instant, by: str) -> frozenset[str]:
    left = people.groups_of(transaction.connection, person_id) - {group}
    try:
        with an_administrator_remains(transaction):
            Membership(transaction, now, by).set_groups(person_id, left)
    except LastAdministratorError:
        raise NobodyLeftError from None
    return left


def _put_back(transaction: Transaction, person_id: str, group: str, now: Instant, by: str) -> frozenset[str]:
    groups = people.groups_of(transaction.connection, person_id) | {group}
    Membership(transaction, now, by).set_groups(person_id, groups)
    return groups


GROUP_MEMBERSHIPS: Final = GroupMemberships(take_out=_take_out, put_back=_put_back)
