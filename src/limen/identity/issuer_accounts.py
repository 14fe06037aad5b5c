"""Accounts at upstream issuers, linked to people here, and the sessions that rest on an issuer's word.

An account is told by the issuer and its name for the person (`iss` and `sub`), by nothing else: an address that is the
same proves nothing, since whoever writes it there may not be whom it belongs to here. A link is made by the person
themselves, with a fresh proof of their own, or with an account that did not exist before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from limen.clock import MINUTE, Instant
from limen.facts import ISSUER_FACTORS, Factor, Issuer, Person, Session, Vouched
from limen.identity.errors import (
    IssuerAccountTakenError,
    UnfitError,
    UnknownError,
)
from limen.identity.events import Details, record
from limen.identity.factors import Factors
from limen.identity.model import Proofs
from limen.identity.notifications import Notifications, Occasion
from limen.identity.ports import Ports
from limen.identity.sessions import end_session, refuse_ended
from limen.identity.store import ended_elsewhere, issuer_accounts as store, people, sessions
from limen.identity.store.issuer_accounts import IssuerAccount, IssuerSession
from limen.storage.database import Snapshot, Transaction

_FAILED: Final = "sign_in.failed"
_SKEW: Final = MINUTE


class IssuerAccounts:
    """Links to accounts at issuers, made and undone."""

    def __init__(self, ports: Ports, factors: Factors) -> None:
        self._ports = ports
        self._factors = factors
        self._notifications = Notifications(ports)

    # Links

    async def link(self, session: Session, vouched: Vouched) -> None:
        """Link this account to the person of the session, who proved just now, as strongly as they can, who they are.

        Raises NotLiveError, FreshProofNeededError, IssuerAccountTakenError.
        """
        current, person, _ = await self._factors.freshly_proved(session)
        now, issuer = self._ports.now(), vouched.issuer

        def work(transaction: Transaction) -> bool:
            refuse_ended(transaction, current)
            owner = store.person_of(transaction.connection, issuer.url, vouched.subject)
            if owner:
                return owner == person.id
            keep_link(transaction, person.id, vouched, now)
            whose = {"by": person.id, "subject": person.id, "session": current.id, "address": current.address}
            record(transaction, now, "factor.added", which(issuer.id), **whose)
            self._notifications.tell(transaction, person, Occasion.ISSUER_LINKED, now)
            return True

        if not await self._ports.write(work):
            raise IssuerAccountTakenError

    async def unlink(self, session: Session, issuer_url: str) -> None:
        """Unlink one's own account there, and end what it opened, but for this session.

        Raises NotLiveError, FreshProofNeededError, UnknownError; UnfitError where nothing else signs them in.
        """
        current, person, held = await self._factors.freshly_proved(session)

        def work(transaction: Transaction) -> None:
            refuse_ended(transaction, current)
            left = [one for one in store.of(transaction.connection, person.id) if one.issuer != issuer_url]
            if not held.factors and not left:
                raise UnfitError("issuer", "This is the only remaining way to sign in", "add a passkey first")
            self._unlink(transaction, person, issuer_url, person.id, but_session=current.id)

        await self._ports.take(work)

    async def unlink_of(self, person_id: str, issuer_url: str, *, by: str, why: str = "") -> None:
        """Unlink somebody's account there, and end what it opened: also where nothing else signs them in.

        Who may do so is decided at the door. Raises UnknownError.
        """

        def work(transaction: Transaction) -> None:
            person = people.by_id(transaction.connection, person_id)
            if person is None:
                raise UnknownError("person")
            self._unlink(transaction, person, issuer_url, by, why=why)

        await self._ports.take(work)

    async def of_person(self, person_id: str) -> list[IssuerAccount]:
        """The accounts that somebody is linked to."""
        return await self._ports.read(lambda snapshot: store.of(snapshot.connection, person_id))

    async def at(self, issuer_url: str) -> list[IssuerAccount]:
        """Who is linked there."""
        return await self._ports.read(lambda snapshot: store.of(snapshot.connection, issuer=issuer_url))

    # Sessions

    async def sessions_of(self, person_id: str) -> dict[str, str]:
        """Which of somebody's sessions rest on an issuer's word: the issuer by the session's id."""
        found = await self._ports.read(lambda snapshot: store.sessions_of(snapshot.connection, person_id=person_id))
        return {one.session_id: one.issuer for one in found}

    async def behind(self, session: Session) -> IssuerSession | None:
        """The sign-in at an issuer that this session rests on; None where it rests on none."""
        found = await self._ports.read(lambda s: store.sessions_of(s.connection, person_id=session.person_id))
        return next((one for one in found if one.session_id == session.id), None)

    async def end(self, issuer: Issuer, subject: str, sid: str, issued_at: Instant) -> int:
        """End what a sign-in there opened, since the issuer says that it is over there. Returns how many sessions.

        What began after it was said is not meant by it, so saying it again ends nothing new. What the issuer said
        before, and is still on its way here, begins nothing.
        """

        def ended(transaction: Transaction) -> list[IssuerSession]:
            connection = transaction.connection
            for meant in ended_elsewhere.named(issuer.url, "" if sid else subject, sid):
                ended_elsewhere.keep(connection, meant, issued_at, self._ports.now())
            named = store.sessions_of(connection, issuer=issuer.url, subject=subject, sid=sid)
            found = {one.session_id: sessions.by_id(connection, one.session_id) for one in named}
            return [one for one in named if (s := found[one.session_id]) and s[1].started_at <= issued_at + _SKEW]

        return await self._ports.write(lambda t: self._end(t, ended(t), reason="signed-out-at-issuer"))

    async def end_unknown(self, in_force: Iterable[str]) -> int:
        """End what rests on the word of an issuer that is not trusted any more, and forget what is over."""
        trusted = frozenset(in_force)

        def gone(snapshot: Snapshot) -> list[IssuerSession]:
            return [one for one in store.sessions_of(snapshot.connection) if one.issuer not in trusted]

        if forgotten := await self._ports.read(lambda snapshot: store.over(snapshot.connection)):
            await self._ports.write(lambda t: store.forget_sessions(t.connection, forgotten))
        if not await self._ports.read(gone):
            return 0
        return await self._ports.write(lambda t: self._end(t, gone(t), reason="issuer-not-trusted"))

    # Inside

    def _unlink(
        self,
        transaction: Transaction,
        person: Person,
        issuer_url: str,
        by: str,
        *,
        why: str = "",
        but_session: str = "",
    ) -> None:
        connection, now = transaction.connection, self._ports.now()
        if not store.unlink(connection, person.id, issuer_url):
            raise UnknownError("factor")
        held = store.sessions_of(connection, person_id=person.id, issuer=issuer_url)
        self._end(transaction, [one for one in held if one.session_id != but_session], by=by, reason="factor-changed")
        issuer = next((one.id for one in self._ports.known.issuers.values() if one.url == issuer_url), "")
        record(transaction, now, "factor.removed", which(issuer), by=by, subject=person.id, why=why)
        self._notifications.tell(transaction, person, Occasion.ISSUER_UNLINKED, now)

    def _end(self, transaction: Transaction, held: list[IssuerSession], *, reason: str, by: str = "") -> int:
        now = self._ports.now()
        store.forget_sessions(transaction.connection, [one.session_id for one in held])
        return sum(end_session(transaction, one.session_id, now, by, reason) for one in held)


def proofs_of(vouched: Vouched) -> Proofs:
    """What the issuer's word counts as, proved when it says; where it does not say, at 0, which reads as never."""
    return {ISSUER_FACTORS[vouched.strength]: vouched.at}


def is_over(transaction: Transaction, vouched: Vouched) -> bool:
    """Whether this word was given before the issuer, or whoever may say so, told that it is over there."""
    meant = ended_elsewhere.named(vouched.issuer.url, vouched.subject, vouched.sid)
    until = ended_elsewhere.said_until(transaction.connection, meant)
    return until > 0 and vouched.issued_at <= until


def keep_link(transaction: Transaction, person_id: str, vouched: Vouched, now: Instant) -> None:
    """From now on this account is this person's. Raises IssuerAccountTakenError where it is somebody's already."""
    account = IssuerAccount(vouched.issuer.url, vouched.subject, person_id, now, now)
    if not store.link(transaction.connection, account):
        raise IssuerAccountTakenError


def rests_on(session_id: str, person_id: str, vouched: Vouched) -> IssuerSession:
    """That this session was opened, or proved again, by that word."""
    url = vouched.issuer.url
    return IssuerSession(session_id, person_id, url, vouched.subject, vouched.sid, vouched.qualifiers)


def which(issuer_id: str) -> Details:
    """Of which account an event is."""
    return {"factor": str(Factor.ISSUER), "issuer": issuer_id}
