"""One-time links: for the first administrator, and for whoever is invited.

The secret is in the fragment of the address, which browsers send to nobody, so it is in no log of any proxy. Opening
a link spends nothing, since mail scanners open links too; finishing what it is for spends it, once.
"""

from __future__ import annotations

from limen.admission import network_of
from limen.clock import Instant, Milliseconds
from limen.identity.days import refuse_too_early
from limen.identity.errors import LinkRefusedError, SlowedError, UnknownError
from limen.identity.events import Details, record
from limen.identity.guesses import Guesses
from limen.identity.model import (
    ADMINISTRATORS,
    GOOD_FOR,
    IssuedLink,
    Link,
    LinkPurpose,
    OpenedLink,
    PersonStatus,
    Token,
    Visitor,
)
from limen.identity.ports import Ports
from limen.identity.sign_in_decision import refuse
from limen.identity.store import links, people
from limen.mail import store as mail_store
from limen.opaque import hash_of, new_id
from limen.storage.database import Snapshot, Transaction
from limen.synthetic import is_synthetic

PATH = "/enrol"
_MAX_TOKEN = 100
_SERVER = frozenset({"", "server"})
"""Who issued a link that no person did: the server itself, or its command line."""


class Links:
    """Issues, opens and revokes one-time links."""

    def __init__(self, ports: Ports, guesses: Guesses) -> None:
        self._ports = ports
        self._guesses = guesses

    async def first_administrator(self) -> IssuedLink | None:
        """A link for the first administrator, good for 15 minutes; None once there is one. Older ones die.

        To be printed at start, and nowhere else.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> IssuedLink | None:
            if people.active_in(transaction.connection, ADMINISTRATORS):
                return None
            links.revoke(transaction.connection, now, purpose=LinkPurpose.FIRST_ADMINISTRATOR)
            return self.issue(transaction, LinkPurpose.FIRST_ADMINISTRATOR, new_id("p"), by="", now=now)

        return await self._ports.write(work)

    def issue(
        self,
        transaction: Transaction,
        purpose: LinkPurpose,
        person_id: str,
        *,
        by: str,
        now: Instant,
        good_for: Milliseconds = 0,
        why: str = "",
    ) -> IssuedLink:
        """Issue a link inside a transaction; only its hash stays. `good_for`: 0 for what is usual for its purpose.

        Raises UnknownError where `by` is somebody who is not active (any more), and for a person of a probe.
        """
        if is_synthetic(person_id):
            raise UnknownError("person")
        if people.status_of(transaction.connection, by) not in {None, PersonStatus.ACTIVE}:
            raise UnknownError("person")  # `by` was let go or suspended since the request came
        token = Token.new()
        link = Link(new_id("l"), purpose, person_id, by, now, now + (good_for or GOOD_FOR[purpose]))
        links.add(transaction.connection, link, token.hash)
        about: Details = {"link": link.id, "purpose": str(purpose), "expires_at": link.expires_at}
        record(transaction, now, "link.issued", about, by=by, subject=person_id, why=why)
        return IssuedLink(link, f"{self._ports.settings.public_url}{PATH}#{token.reveal()}", token)

    async def open(self, token: str, visitor: Visitor) -> OpenedLink:
        """What a link is for, if it is good. Spends nothing. Raises LinkRefusedError, NotYetError, SlowedError."""
        now = self._ports.now()
        keys = (("link", network_of(visitor.address)),)
        wait = await self._guesses.admit(keys)
        if wait:
            raise SlowedError(wait)
        hashed = hash_of(token[: _MAX_TOKEN + 1])

        def work(snapshot: Snapshot) -> OpenedLink | None:
            link = links.by_token(snapshot.connection, hashed)
            if link is None or not link.is_good(now):
                return None
            person = people.by_id(snapshot.connection, link.person_id)
            if link.purpose is LinkPurpose.INVITATION:
                refuse_too_early(self._ports.settings, people.first_day_of(snapshot.connection, link.person_id), now)
            if person is None:
                return OpenedLink(link, "", "") if link.purpose is LinkPurpose.FIRST_ADMINISTRATOR else None
            return OpenedLink(link, person.name, person.email)

        opened = await self._ports.read(work)
        if opened is None:
            refuse(self._ports, "link.refused", "unknown-or-over", visitor)
            raise LinkRefusedError
        await self._guesses.forgive(keys)
        return opened

    async def outstanding(self) -> list[Link]:
        """Every link that is still good."""
        now = self._ports.now()
        return await self._ports.read(lambda snapshot: links.still_good(snapshot.connection, now))

    async def revoke(self, link_id: str, *, by: str, why: str = "") -> None:
        """Make a link worthless. Raises UnknownError when it is not good any more."""
        now = self._ports.now()

        def work(transaction: Transaction) -> bool:
            link = links.by_id(transaction.connection, link_id)
            if link is None or not links.revoke(transaction.connection, now, link_id=link_id):
                return False
            mail_store.drop(transaction.connection, now, "withdrawn", about=link_id)
            about = {"change": "link-revoked", "link": link_id}
            record(transaction, now, "person.changed", about, by=by, subject=link.person_id, why=why)
            return True

        if not await self._ports.write(work):
            raise UnknownError("link")


def withdraw_links(transaction: Transaction, person_id: str, now: Instant) -> int:
    """Every link of this person dies, and no mail with one leaves any more. Returns how many were good."""
    gone = links.revoke(transaction.connection, now, person_id=person_id)
    mail_store.drop(transaction.connection, now, "withdrawn", person_id=person_id)
    return gone


def withdraw_issued(transaction: Transaction, person_id: str, *, by: str, now: Instant, reason: str) -> int:
    """Every good link that this person issued to others dies, and each is said with whom it was for: they may have kept
    its address. Somebody else can issue it anew. Returns how many.
    """
    issued = links.good_issued_by(transaction.connection, person_id, now)
    gone = [link for link in issued if link.person_id != person_id]
    for link in gone:
        links.revoke(transaction.connection, now, link_id=link.id)
        mail_store.drop(transaction.connection, now, "withdrawn", about=link.id)
        about = {"change": "link-revoked", "link": link.id}
        record(transaction, now, "person.changed", about, by=by, subject=link.person_id, reason=reason)
    return len(gone)


def withdraw_links_of_helpers(transaction: Transaction, person_id: str, *, by: str, now: Instant) -> int:
    """End the links that were issued to a person before their groups changed. Returns how many.

    Those stay that `by`, an administrator or the server itself issued, for those could issue another one now.
    """
    connection = transaction.connection
    stay = (people.active_in(connection, ADMINISTRATORS) | _SERVER | {by}) - {person_id}
    theirs = [link for link in links.still_good(connection, now) if link.person_id == person_id]
    gone = [link.id for link in theirs if link.issued_by not in stay]
    for link_id in gone:
        links.revoke(connection, now, link_id=link_id)
        mail_store.drop(connection, now, "withdrawn", about=link_id)
    return len(gone)
