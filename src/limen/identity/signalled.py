"""What signals of other services do to people here: sign-ins end or are worth less, an account is suspended.

They only ever take access away. Nobody gets any back by a signal, in whatever order signals come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from limen.clock import MINUTE, Instant
from limen.facts import ISSUER_FACTORS, Factor
from limen.identity.errors import LastAdministratorError
from limen.identity.membership import BY_SIGNAL, Membership
from limen.identity.model import PersonStatus
from limen.identity.names import email_to_look_up
from limen.identity.sessions import end_session
from limen.identity.sources import store as sources
from limen.identity.sources.ldap import store as directories
from limen.identity.store import ended_elsewhere, issuer_accounts, people, sessions, suspensions
from limen.pillar import SignalledPeople
from limen.policy.roles import Guarding
from limen.storage.database import Snapshot, Transaction

REASON: Final = "revoked-elsewhere"
SKEW: Final = MINUTE
"""How much later than it was told a sign-in may have begun here and is meant all the same: clocks differ."""
_MORE_THAN_ONE: Final = frozenset(ISSUER_FACTORS.values()) - {Factor.ISSUER}


def signalled_people(guarding: Callable[[], Guarding]) -> SignalledPeople:
    """See `SignalledPeople`. `guarding` says who has a role under the policies in force."""

    def suspend(transaction: Transaction, person_id: str, service: str, now: Instant) -> bool:
        """Never of somebody with a role, whoever asks."""
        person = people.by_id(transaction.connection, person_id)
        if person is None or guarding().has_role(person):
            return False
        try:
            return Membership(transaction, now, "", source=service).suspend(person_id, f"{BY_SIGNAL}{service}")
        except LastAdministratorError:
            return False

    return SignalledPeople(
        linked=_linked,
        with_address=_with_address,
        linked_to=_linked_to,
        end_sign_ins=_end_sign_ins,
        end_under_way=_end_under_way,
        weaken=_weaken,
        is_guarded=lambda person: guarding().has_role(person),
        suspend=suspend,
        can_suspend=_can_suspend,
        is_out=lambda snapshot, person_id: people.status_of(snapshot.connection, person_id) is PersonStatus.INACTIVE,
        read_again=_read_again,
    )


def _can_suspend(snapshot: Snapshot, person_id: str, service: str) -> bool:
    status = people.status_of(snapshot.connection, person_id)
    if status in {PersonStatus.ACTIVE, PersonStatus.INVITED}:
        return True
    return status is not None and all(
        one.mark != f"{BY_SIGNAL}{service}" for one in suspensions.of(snapshot.connection, person_id)
    )


def _linked(snapshot: Snapshot, issuer: str, subject: str) -> str:
    return issuer_accounts.person_of(snapshot.connection, issuer, subject)


def _with_address(snapshot: Snapshot, address: str) -> str:
    person = people.by_email(snapshot.connection, email_to_look_up(address))
    return person.id if person is not None else ""


def _linked_to(snapshot: Snapshot, issuer: str) -> frozenset[str]:
    return frozenset(one.person_id for one in issuer_accounts.of(snapshot.connection, issuer=issuer))


def _end_sign_ins(
    transaction: Transaction,
    person_id: str,
    now: Instant,
    begun_by: Instant,
    why: str,
    *,
    said_by: Instant,
    issuer: str = "",
    sid: str = "",
) -> int:
    connection = transaction.connection
    if issuer or sid:
        resting = issuer_accounts.sessions_of(connection, person_id=person_id, issuer=issuer, sid=sid)
        named = [one.session_id for one in resting]
    else:
        named = sessions.of(connection, person_id)
    _end_words(connection, person_id, issuer, sid, said_by, now)
    ended = 0
    for session_id in named:
        found = sessions.by_id(connection, session_id)
        if found is not None and _had_begun(found[1].started_at, begun_by, now) and _is_alive(transaction, found[1].id):
            ended += end_session(transaction, session_id, now, "", REASON, why)
    return ended


def _had_begun(started_at: Instant, begun_by: Instant, now: Instant) -> bool:
    """Also what seems yet to begin: the clock was set back since, and nobody can tell."""
    return started_at <= begun_by + SKEW or started_at > now


def _end_words(connection: Connection, person_id: str, issuer: str, sid: str, said_by: Instant, now: Instant) -> None:
    """What was said there before, and is still on its way here, begins no sign-in."""
    meant = ended_elsewhere.named(issuer, "", sid)
    if not sid and person_id:
        linked = issuer_accounts.of(connection, person_id, issuer)
        meant = [name for one in linked for name in ended_elsewhere.named(one.issuer, one.subject, "")]
    for one in meant:
        ended_elsewhere.keep(connection, one, said_by, now)


def _end_under_way(transaction: Transaction, issuer: str, subject: str, said_by: Instant, now: Instant) -> None:
    for one in ended_elsewhere.named(issuer, subject, ""):
        ended_elsewhere.keep(transaction.connection, one, said_by, now)


def _weaken(transaction: Transaction, person_id: str, issuer: str, said_by: Instant, now: Instant) -> int:
    connection, weakened = transaction.connection, 0
    _end_words(connection, person_id, issuer, "", said_by, now)
    for one in issuer_accounts.sessions_of(connection, person_id=person_id, issuer=issuer):
        proofs = sessions.proofs_of(connection, one.session_id) or {}
        strong = {factor: at for factor, at in proofs.items() if factor in _MORE_THAN_ONE}
        if strong:
            rest = {factor: at for factor, at in proofs.items() if factor not in strong}
            sessions.set_proofs(connection, one.session_id, {Factor.ISSUER: min(*strong.values(), now), **rest})
            transaction.changed("session", one.session_id)
            weakened += 1
    return weakened


def _read_again(transaction: Transaction, person_id: str) -> int:
    """Sources that tell by themselves (SCIM) are not asked: they tell."""
    there = directories.states(transaction.connection)
    named = {one.source for one in sources.of_person(transaction.connection, person_id)} & there.keys()
    for source in sorted(named):
        directories.read_soon(transaction.connection, source)
    return len(named)


def _is_alive(transaction: Transaction, session_id: str) -> bool:
    """Whether it was not ended by itself before: said again, nothing ends twice."""
    found = sessions.by_id(transaction.connection, session_id)
    dead_before = sessions.not_before_of(transaction.connection, "session", session_id)
    return found is not None and found[1].started_at >= dead_before
