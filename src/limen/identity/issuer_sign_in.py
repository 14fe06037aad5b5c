"""Signing in by an upstream issuer's word, and proving again by it.

Whoever is linked to the account there is signed in. So is whoever a source of people names that is one system with the
issuer, and where the issuer may create accounts, somebody new.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limen.facts import Issuer, Person, Session, Vouched
from limen.identity.errors import (
    IssuerAccountUnknownError,
    NotLiveError,
    SignInFailedError,
    UnfitError,
    not_permitted,
)
from limen.identity.events import Details, record
from limen.identity.issuer_accounts import is_over, keep_link, proofs_of, rests_on, which
from limen.identity.links import withdraw_links
from limen.identity.membership import Membership
from limen.identity.model import PersonStatus, Proofs, SignedIn, Visitor, auth_of
from limen.identity.names import canonical_name, new_email
from limen.identity.notifications import Notifications, Occasion
from limen.identity.ports import Ports
from limen.identity.same_identity import SameIdentity, same_identity
from limen.identity.sessions import Sessions
from limen.identity.sign_in_decision import decide_sign_in, refuse
from limen.identity.sources.model import PeopleSources
from limen.identity.store import issuer_accounts as store, people, upkeep
from limen.opaque import new_id
from limen.policy.roles import Guarding
from limen.storage.database import Snapshot, Transaction

_FAILED: Final = "sign_in.failed"
_OVER: Final = "over-at-issuer"


class IssuerSignIn:
    """The way in by an issuer."""

    def __init__(self, ports: Ports, sessions: Sessions, guarding: Callable[[], Guarding]) -> None:
        """`guarding` says who has a role under the policies in force."""
        self._ports = ports
        self._sessions = sessions
        self._guarding = guarding
        self._notifications = Notifications(ports)

    async def sign_in(self, visitor: Visitor, vouched: Vouched) -> SignedIn:
        """Sign in whoever is linked to this account, or whoever gets one now where the issuer may create it.

        Raises IssuerAccountUnknownError (the same whether or not somebody has their address), SignInFailedError,
        NotPermittedError, UndecidedError.
        """
        issuer = vouched.issuer
        person_id = await self._ports.read(lambda s: store.person_of(s.connection, issuer.url, vouched.subject))
        same = SameIdentity() if person_id else await self._ports.read(lambda s: self._same(s, vouched))
        if same.why:
            self._refuse(same.why, visitor, "")
            raise IssuerAccountUnknownError
        person = same.person or (self._ports.known.people.get(person_id) if person_id else self._new_person(vouched))
        if person is None or not person.active:
            self._refuse("person-inactive" if person_id else "issuer-account-unknown", visitor, person_id)
            raise SignInFailedError if person_id else IssuerAccountUnknownError
        proofs = proofs_of(vouched)
        answer = decide_sign_in(self._ports, person, auth_of(proofs), visitor)
        if not answer.is_permit:
            self._refuse("not-permitted", visitor, person_id)
            raise not_permitted(answer)

        def work(transaction: Transaction) -> SignedIn | str:
            if is_over(transaction, vouched):
                return _OVER
            if same.person is not None:
                if (now := self._same(transaction, vouched)) != same:
                    return now.why or "issuer-account-unknown"
                self._link(transaction, person, same.source, visitor, vouched)
            elif not person_id and (word := self._add(transaction, person, vouched)):
                return word
            current = people.by_id(transaction.connection, person.id)
            if current is None or not current.active:
                return "person-inactive"
            if store.person_of(transaction.connection, issuer.url, vouched.subject) != person.id:
                return "issuer-account-unlinked"
            return self._open(transaction, current, proofs, visitor, vouched)

        ended = await self._ports.write(work)
        if isinstance(ended, SignedIn):
            return ended
        self._refuse(ended, visitor, person_id)
        raise IssuerAccountUnknownError if ended == "address-taken" else SignInFailedError

    async def step_up(self, session: Session, visitor: Visitor, vouched: Vouched) -> SignedIn:
        """Add what the issuer vouches for to a live session of the person who is linked to that very account.

        Raises NotLiveError, SignInFailedError.
        """
        current = self._sessions.own(session)
        person = self._ports.known.people.get(current.person_id)
        if person is None or not person.active:
            raise NotLiveError
        now, url, proofs = self._ports.now(), vouched.issuer.url, proofs_of(vouched)

        def work(transaction: Transaction) -> SignedIn | str:
            connection = transaction.connection
            if is_over(transaction, vouched):
                return _OVER
            if store.person_of(connection, url, vouched.subject) != person.id:
                return "issuer-account-of-another"
            renewed = self._sessions.renew(transaction, current, person, proofs)
            if renewed is None:
                return "session-gone"
            store.note_session(connection, rests_on(current.id, person.id, vouched))
            if visitor.browser:
                upkeep.remember_browser(connection, visitor.browser_hash, person.id, now)
            by = {"by": person.id, "session": current.id, "address": visitor.address}
            record(transaction, now, "step_up.succeeded", _said(renewed.session, vouched.issuer), **by)
            return renewed

        ended = await self._ports.write(work)
        if isinstance(ended, SignedIn):
            return ended
        self._refuse(ended, visitor, person.id, current.id)
        raise SignInFailedError

    # Inside

    def _same(self, snapshot: Snapshot, vouched: Vouched) -> SameIdentity:
        """Whom a source of people says that this account belongs to."""
        sources = self._ports.known.rules_of(PeopleSources)
        return SameIdentity() if sources is None else same_identity(snapshot, sources, self._guarding(), vouched)

    def _link(self, transaction: Transaction, person: Person, source: str, visitor: Visitor, vouched: Vouched) -> None:
        """The account is theirs from now on, by the word of a source."""
        now = self._ports.now()
        keep_link(transaction, person.id, vouched, now)
        details = {**which(vouched.issuer.id), "source": source}
        record(transaction, now, "factor.added", details, subject=person.id, address=visitor.address)
        if people.status_of(transaction.connection, person.id) is PersonStatus.INVITED:
            people.set_status(transaction.connection, person.id, PersonStatus.ACTIVE, now)
            transaction.changed("person", person.id)
            withdraw_links(transaction, person.id, now)
            record(transaction, now, "person.enrolled", {"issuer": vouched.issuer.id}, by=person.id, subject=person.id)
        self._notifications.tell(transaction, person, Occasion.ISSUER_LINKED, now)

    def _new_person(self, vouched: Vouched) -> Person | None:
        """Whom a first sign-in may make; None where it may make nobody."""
        if not vouched.issuer.creates_accounts or not vouched.email:
            return None
        try:
            email = new_email(vouched.email)
        except UnfitError:
            return None
        name = _fit_name(vouched.name) or email.partition("@")[0]
        return Person(new_id("p"), name, email, frozenset(vouched.issuer.groups), active=True)

    def _add(self, transaction: Transaction, person: Person, vouched: Vouched) -> str:
        """Make this person, with their link. Returns a word where that can't be."""
        connection, now = transaction.connection, self._ports.now()
        if store.person_of(connection, vouched.issuer.url, vouched.subject):
            return "linked-meanwhile"
        if not Membership(transaction, now, "").add(person):
            return "address-taken"
        people.set_status(connection, person.id, PersonStatus.ACTIVE, now)
        keep_link(transaction, person.id, vouched, now)
        record(transaction, now, "person.enrolled", {"issuer": vouched.issuer.id}, by=person.id, subject=person.id)
        record(transaction, now, "factor.added", which(vouched.issuer.id), by=person.id, subject=person.id)
        return ""

    def _open(
        self, transaction: Transaction, person: Person, proofs: Proofs, visitor: Visitor, vouched: Vouched
    ) -> SignedIn:
        connection = transaction.connection
        opened = self._sessions.open(transaction, person, proofs, visitor, issuer=vouched.issuer.id)
        store.note_session(connection, rests_on(opened.session.id, person.id, vouched))
        store.use(connection, vouched.issuer.url, vouched.subject, self._ports.now())
        return opened

    def _refuse(self, reason: str, visitor: Visitor, person_id: str, session: str = "") -> None:
        refuse(self._ports, _FAILED, reason, visitor, person_id, session)


def _fit_name(name: str) -> str:
    """The name as it may be; "" where it can't be one."""
    try:
        return canonical_name(name)
    except UnfitError:
        return ""


def _said(session: Session, issuer: Issuer) -> Details:
    factors = " ".join(sorted(session.auth.factors))
    return {"strength": session.auth.strength, "factors": factors, "issuer": issuer.id}
