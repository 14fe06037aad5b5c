"""Enrolment: the holder of a good link gets a first factor and, if policy permits, a session at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from limen.clock import Instant
from limen.facts import Factor, Person, Vouched
from limen.identity.errors import (
    CeremonyRefusedError,
    LinkRefusedError,
    SignInFailedError,
    UnfitError,
    not_permitted,
)
from limen.identity.events import record
from limen.identity.issuer_accounts import is_over, keep_link, proofs_of, rests_on, which
from limen.identity.links import Links
from limen.identity.model import (
    ADMINISTRATORS,
    LinkPurpose,
    OpenedLink,
    PersonStatus,
    Proofs,
    SignedIn,
    Visitor,
    auth_of,
)
from limen.identity.names import canonical_name, new_email
from limen.identity.new_factors import NewFactors
from limen.identity.notifications import Notifications, Occasion
from limen.identity.passkeys import Credential
from limen.identity.ports import Ports
from limen.identity.sessions import Sessions
from limen.identity.sign_in_decision import decide_sign_in, refuse
from limen.identity.store import factors, issuer_accounts, links, people
from limen.identity.totp import CodeOffer
from limen.storage.database import Transaction

_Keep = Callable[[Transaction], None]
"""Keeps a factor inside the transaction. Raises CeremonyRefusedError."""


class Enrolment:
    """From a link to a factor. `token` is the link's secret; `name` and `email` are only read for the first
    administrator, whose link knows neither.
    """

    def __init__(self, ports: Ports, links: Links, sessions: Sessions, new: NewFactors) -> None:
        self._ports = ports
        self._links = links
        self._sessions = sessions
        self._new = new
        self._notifications = Notifications(ports)

    # With a passkey

    async def passkey_options(self, token: str, visitor: Visitor, *, name: str = "", email: str = "") -> dict[str, Any]:
        """What `navigator.credentials.create` is to be asked.

        Raises LinkRefusedError, SlowedError, UnfitError, CeremonyRefusedError.
        """
        opened, person = await self._opened(token, visitor, name, email)
        existing = await self._ports.read(lambda snapshot: factors.passkeys_of(snapshot.connection, person.id))
        return self._new.ceremonies.creation_options(person, existing, visitor, opened.link.id, self._ports.now())

    async def with_passkey(
        self, token: str, visitor: Visitor, credential: Credential, *, name: str = "", email: str = "", label: str = ""
    ) -> SignedIn:
        """Enrol with a passkey; it spends the link. `label` names the passkey.

        Raises LinkRefusedError, SlowedError, UnfitError, CeremonyRefusedError; NotPermittedError once enrolled, if
        policy does not permit signing in like this.
        """
        opened, person = await self._opened(token, visitor, name, email)
        now = self._ports.now()
        new = self._new.passkey(credential, person.id, visitor, opened.link.id, label, kind="link.refused")

        def keep(transaction: Transaction) -> None:
            self._new.keep_passkey(transaction, new)

        return await self._finish(opened, person, visitor, {Factor.PASSKEY: now}, keep, new.passkey.id)

    # With a password and an authenticator code

    async def code_offer(
        self, token: str, visitor: Visitor, ticket: str = "", *, name: str = "", email: str = ""
    ) -> CodeOffer:
        """A seed for the authenticator app, to be sent back in its sealed ticket.

        A `ticket` that is still good is offered again with the seed it holds, so that an app which has scanned it
        stays right after a slip of the fingers; it ends when it would have ended.

        Raises LinkRefusedError, SlowedError, UnfitError.
        """
        opened, person = _not_by_pass(await self._opened(token, visitor, name, email))
        return self._new.code_offer(person, visitor, opened.link.id, ticket)

    async def with_password(
        self,
        token: str,
        visitor: Visitor,
        password: str,
        code: str,
        ticket: str,
        *,
        name: str = "",
        email: str = "",
    ) -> SignedIn:
        """Enrol with a password and an authenticator code together; it spends the link.

        Raises LinkRefusedError, SlowedError, UnfitError (`field` "password" or "code"), BusyError,
        NotPermittedError.
        """
        opened, person = _not_by_pass(await self._opened(token, visitor, name, email))
        now = self._ports.now()
        fit = await self._new.password(person, password)
        seed, step = self._new.code(ticket, code, visitor, opened.link.id)
        hashed = await self._new.passwords.hash(fit)

        def keep(transaction: Transaction) -> None:
            factors.set_password(transaction, person.id, hashed, now)
            self._new.keep_code(transaction, person.id, seed, step)

        return await self._finish(opened, person, visitor, {Factor.PASSWORD: now, Factor.CODE: now}, keep)

    # With an account elsewhere

    async def with_issuer(self, token: str, visitor: Visitor, vouched: Vouched) -> SignedIn:
        """Enrol with an account at an upstream issuer, which is linked; it spends the invitation.

        The first administrator enrols with a factor of Limen's own: an issuer may be down. Raises LinkRefusedError,
        SlowedError, IssuerAccountTakenError, NotPermittedError.
        """
        opened = await self._links.open(token, visitor)
        if opened.link.purpose is not LinkPurpose.INVITATION:
            raise LinkRefusedError
        opened, person = await self._opened(token, visitor, "", "")
        now = self._ports.now()

        def keep(transaction: Transaction) -> None:
            keep_link(transaction, person.id, vouched, now)

        return await self._finish(opened, person, visitor, proofs_of(vouched), keep, vouched=vouched)

    # Inside

    async def _opened(self, token: str, visitor: Visitor, name: str, email: str) -> tuple[OpenedLink, Person]:
        """The link and who it makes active. Raises LinkRefusedError, SlowedError, UnfitError."""
        opened = await self._links.open(token, visitor)
        person_id = opened.link.person_id
        if not opened.email:
            groups = self._ports.first_groups
            return opened, Person(person_id, canonical_name(name), new_email(email), groups, active=True)
        person = self._ports.known.people.get(person_id)
        if person is None:
            raise LinkRefusedError
        return opened, replace(person, active=True)

    async def _finish(
        self,
        opened: OpenedLink,
        person: Person,
        visitor: Visitor,
        proofs: Proofs,
        keep: _Keep,
        passkey_id: str = "",
        vouched: Vouched | None = None,
    ) -> SignedIn:
        """Spend the link, make the person, keep the factor and open the session: all of it or nothing."""
        now = self._ports.now()
        answer = decide_sign_in(self._ports, person, auth_of(proofs), visitor)

        def work(transaction: Transaction) -> SignedIn | None:
            connection = transaction.connection
            if vouched and is_over(transaction, vouched):
                raise SignInFailedError
            if not links.spend(connection, opened.link.id, now):
                raise LinkRefusedError
            if opened.link.purpose is LinkPurpose.FIRST_ADMINISTRATOR:
                if people.active_in(connection, ADMINISTRATORS):
                    raise LinkRefusedError
                if not people.add(connection, person, PersonStatus.ACTIVE, now):
                    raise UnfitError("email", "Someone already has this address", "use another one")
            else:
                self._activate(transaction, person, now)
            keep(transaction)
            transaction.changed("person", person.id)
            whose = {"by": person.id, "subject": person.id, "address": visitor.address}
            record(transaction, now, "person.enrolled", {"link": opened.link.id}, **whose)
            for added in [which(vouched.issuer.id)] if vouched else [{"factor": str(one)} for one in sorted(proofs)]:
                record(transaction, now, "factor.added", added, **whose)
            if not answer.is_permit:
                return None
            issuer = vouched.issuer.id if vouched else ""
            signed_in = self._sessions.open(transaction, person, proofs, visitor, passkey_id, issuer)
            if vouched:
                issuer_accounts.note_session(connection, rests_on(signed_in.session.id, person.id, vouched))
            return signed_in

        try:
            signed_in = await self._ports.write(work)
        except (LinkRefusedError, CeremonyRefusedError) as refused:
            reason = "used-meanwhile" if isinstance(refused, LinkRefusedError) else "passkey-or-challenge-used"
            refuse(self._ports, "link.refused", reason, visitor, person.id)
            raise
        if signed_in is None:
            refuse(self._ports, "sign_in.failed", "not-permitted", visitor, person.id)
            raise not_permitted(answer)
        return signed_in

    def _activate(self, transaction: Transaction, person: Person, now: Instant) -> None:
        """Make somebody active; who was so before is told of their new passkey. Raises LinkRefusedError."""
        before = people.status_of(transaction.connection, person.id)
        if before in {None, PersonStatus.INACTIVE, PersonStatus.SUSPENDED}:
            raise LinkRefusedError
        if before is PersonStatus.ACTIVE:
            self._notifications.tell(transaction, person, Occasion.PASSKEY_ADDED, now)
        people.set_status(transaction.connection, person.id, PersonStatus.ACTIVE, now)


def _not_by_pass(opened: tuple[OpenedLink, Person]) -> tuple[OpenedLink, Person]:
    """Links of those who are here already enrol a passkey and nothing weaker. Raises LinkRefusedError."""
    if opened[0].link.is_for_a_passkey_only:
        raise LinkRefusedError
    return opened
