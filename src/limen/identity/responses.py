"""What other parts may do to people: answers to alerts end what is signed in, suspend an account and let it go on; and
reviews of access take people out of groups, and put them back.
"""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.identity.errors import LastAdministratorError
from limen.identity.membership import Membership, an_administrator_remains
from limen.identity.sessions import end_everything_of, end_session
from limen.identity.sources.owning import OwnedBySources
from limen.identity.store import people, suspensions
from limen.pillar import GroupMemberships, NobodyLeftError, PersonResponses
from limen.storage.database import Snapshot, Transaction

REASON: Final = "alert"


def _end_session(transaction: Transaction, session_id: str, now: Instant, by: str) -> bool:
    return end_session(transaction, session_id, now, by, REASON)


def _end_all(transaction: Transaction, person_id: str, now: Instant, by: str) -> None:
    end_everything_of(transaction, person_id, now, by, REASON)


def _suspend(transaction: Transaction, person_id: str, now: Instant, by: str, mark: str) -> bool:
    return Membership(transaction, now, by).suspend(person_id, mark)


def _resume(transaction: Transaction, person_id: str, now: Instant, by: str, mark: str) -> bool:
    return Membership(transaction, now, by).resume(person_id, mark)


def _is_held(snapshot: Snapshot, person_id: str, mark: str) -> bool:
    return any(one.mark == mark for one in suspensions.of(snapshot.connection, person_id))


PERSON_RESPONSES: Final = PersonResponses(
    end_session=_end_session, end_all=_end_all, suspend=_suspend, resume=_resume, is_held=_is_held
)


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


def group_memberships(owned: OwnedBySources) -> GroupMemberships:
    """`owned` says what sources own of somebody."""

    def is_given_by_source(snapshot: Snapshot, person_id: str, group: str) -> bool:
        return group in owned(snapshot.connection, person_id).groups

    return GroupMemberships(take_out=_take_out, put_back=_put_back, is_given_by_source=is_given_by_source)
