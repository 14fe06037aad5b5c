"""People: invited, listed, moved between groups, let go. Who may do so is decided at the door, not here."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from limen.events import Event
from limen.facts import Person
from limen.identity import store
from limen.identity.errors import LastAdministratorError, UnfitError, UnknownError
from limen.identity.links import Links
from limen.identity.model import (
    ADMINISTRATORS,
    INVITATION_MS,
    IssuedLink,
    LinkPurpose,
    Member,
    PersonStatus,
    new_id,
)
from limen.identity.names import canonical_email, canonical_name
from limen.identity.ports import Ports
from limen.identity.sessions import end_everything_of
from limen.storage.database import Transaction

MOST_GROUPS = 100
_Change = Callable[[Transaction], None]
_GROUP = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class People:
    """What administrators do with people. `by` is the id of who does it."""

    def __init__(self, ports: Ports, links: Links) -> None:
        self._ports = ports
        self._links = links

    async def all(self) -> list[Member]:
        """Everybody, by name."""
        return await self._ports.read(lambda snapshot: store.all_members(snapshot.connection))

    async def invite(self, name: str, email: str, groups: Iterable[str] = (), *, by: str) -> IssuedLink:
        """Add a person who can do nothing yet, and issue the link with which they enrol; good for seven days.

        Raises UnfitError for a name, address or group that can't be, or an address that somebody has.
        """
        now = self._ports.now()
        person = Person(
            id=new_id("p"), name=canonical_name(name), email=canonical_email(email), groups=self._fit_groups(groups)
        )

        def work(transaction: Transaction) -> IssuedLink | None:
            if not store.insert_person(transaction.connection, person, PersonStatus.INVITED, now):
                return None
            transaction.changed("person", person.id)
            transaction.say(Event(id="", at=now, kind="person.invited", actor=by, subject=person.id))
            return self._links.issue(
                transaction, LinkPurpose.INVITATION, person.id, by=by, now=now, good_for=INVITATION_MS
            )

        issued = await self._ports.write(work)
        if issued is None:
            raise UnfitError("email", "Somebody has this address already", "look for them in the list of people")
        return issued

    async def invite_again(self, person_id: str, *, by: str) -> IssuedLink:
        """A new link for somebody who did not use theirs, or lost every factor. Older ones die.

        Raises UnknownError; also for somebody who was let go.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> IssuedLink | None:
            status = store.status_of(transaction.connection, person_id)
            if status in {None, PersonStatus.INACTIVE}:
                return None
            store.revoke_links(transaction.connection, now, person_id=person_id)
            return self._links.issue(
                transaction, LinkPurpose.INVITATION, person_id, by=by, now=now, good_for=INVITATION_MS
            )

        issued = await self._ports.write(work)
        if issued is None:
            raise UnknownError("person")
        return issued

    async def rename(self, person_id: str, name: str, *, by: str) -> None:
        """Raises UnfitError, UnknownError."""
        fit = canonical_name(name)
        await self._change(person_id, by, "name", lambda tx: store.set_name(tx.connection, person_id, fit))

    async def set_groups(self, person_id: str, groups: Iterable[str], *, by: str) -> None:
        """Put a person into exactly these groups.

        Raises UnfitError, UnknownError, LastAdministratorError.
        """
        fit = self._fit_groups(groups)

        def change(transaction: Transaction) -> None:
            store.set_groups(transaction.connection, person_id, fit)

        await self._change(person_id, by, "groups", change)

    async def let_go(self, person_id: str, *, by: str) -> None:
        """End a person's access: inactive, every session and every link dead, in one write.

        Returns when every worker knows. Raises UnknownError, LastAdministratorError, NobodyCouldAdministerError.
        """
        now = self._ports.now()

        def change(transaction: Transaction) -> None:
            store.set_status(transaction.connection, person_id, PersonStatus.INACTIVE)
            store.revoke_links(transaction.connection, now, person_id=person_id)
            end_everything_of(transaction, person_id, now, by, "person-let-go")

        await self._change(person_id, by, "let-go", change)

    async def take_back(self, person_id: str, *, by: str) -> None:
        """Let somebody in again who was let go, with the factors they had. Raises UnknownError."""

        def change(transaction: Transaction) -> None:
            has_factor = bool(store.factors_of(transaction.connection, person_id))
            status = PersonStatus.ACTIVE if has_factor else PersonStatus.INVITED
            store.set_status(transaction.connection, person_id, status)

        await self._change(person_id, by, "taken-back", change)

    async def _change(self, person_id: str, by: str, what: str, change: _Change) -> None:
        """Change one person with its event, unless that would leave nobody who can administer Limen."""
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            connection = transaction.connection
            if store.status_of(connection, person_id) is None:
                raise UnknownError("person")
            had_administrators = bool(store.active_members(connection, ADMINISTRATORS))
            change(transaction)
            if had_administrators and not store.active_members(connection, ADMINISTRATORS):
                raise LastAdministratorError
            transaction.changed("person", person_id)
            transaction.say(
                Event(id="", at=now, kind="person.changed", actor=by, subject=person_id, details={"change": what})
            )

        takes = what in {"groups", "let-go"}
        await (self._ports.take(work) if takes else self._ports.write(work))

    def _fit_groups(self, groups: Iterable[str]) -> frozenset[str]:
        fit = frozenset(groups)
        if len(fit) > MOST_GROUPS or not all(_GROUP.fullmatch(group) for group in fit):
            raise UnfitError("groups", "A group's name can't be used", "use small letters, digits, - and _")
        return fit
