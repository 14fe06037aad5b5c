"""People: invited, listed, moved between groups, let go. Who may do so is decided at the door, not here."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import TypeVar

from limen.clock import Instant, Milliseconds
from limen.credentials import Cause
from limen.facts import Factor, Person
from limen.identity.days import today
from limen.identity.departures.departures import Departures
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.invitation import Invitations
from limen.identity.leaving import read_last_day
from limen.identity.links import Links, withdraw_links
from limen.identity.lost_passkey import REASON as LOST, lose_passkey
from limen.identity.membership import Membership, an_administrator_remains
from limen.identity.model import LONGEST_PASS_MS, PASS_MS, IssuedLink, LinkPurpose, Member, PersonStatus
from limen.identity.names import canonical_name, new_email
from limen.identity.notifications import Notifications, Occasion
from limen.identity.ports import Ports
from limen.identity.sessions import end_everything_of
from limen.identity.sources.model import Owned
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.identity.starting import read_first_day, refuse_after_last
from limen.identity.store import factors, links, people, suspensions
from limen.identity.store.suspensions import Suspension
from limen.opaque import new_id
from limen.storage.database import Transaction

MOST_GROUPS = 100
MOST_AT_ONCE = 200
"""How many invitations one press of a button sends again."""
T = TypeVar("T")
_GROUP = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")


class People:
    """What administrators do with people. `by` is the id of who does it."""

    def __init__(
        self, ports: Ports, links: Links, invitations: Invitations, departures: Departures, sources: SourcesOfPeople
    ) -> None:
        self._ports = ports
        self._sources = sources
        self._departures = departures
        self._links = links
        self._invitations = invitations
        self._notifications = Notifications(ports)

    async def all(self) -> list[Member]:
        """Everybody, by name."""
        return await self._ports.read(lambda snapshot: people.members(snapshot.connection))

    async def suspensions_of(self, person_id: str) -> list[Suspension]:
        """Who holds their account suspended; nobody where it is not."""
        return await self._ports.read(lambda snapshot: suspensions.of(snapshot.connection, person_id))

    async def invite(
        self,
        name: str,
        email: str,
        groups: Iterable[str] = (),
        *,
        by: str,
        by_mail: bool = False,
        language: str = "",
    ) -> IssuedLink:
        """Add a person who can do nothing yet, and issue the link with which they enrol; good for seven days.

        With `by_mail` it is mailed to them, in their language.

        Raises UnfitError for a name, address or group that can't be, or an address that somebody has.
        """
        now = self._ports.now()
        person = Person(
            id=new_id("p"), name=canonical_name(name), email=new_email(email), groups=self._fit_groups(groups)
        )

        def work(transaction: Transaction) -> IssuedLink | None:
            if not Membership(transaction, now, by).add(person, language):
                return None
            return self._invitations.issue(transaction, person, by=by, now=now, by_mail=by_mail, language=language)

        issued = await self._ports.write(work)
        if issued is None:
            raise UnfitError("email", "Someone already has this address", "look for them in the list of people")
        return issued

    async def invite_again(
        self, person_id: str, *, by: str, by_mail: bool = False, why: str = "", seen_in: frozenset[str] | None = None
    ) -> IssuedLink:
        """A new link for somebody who did not use theirs. Older ones die.

        `seen_in` are the groups by which it was decided that `by` may do this. Raises UnfitError for somebody who
        enrolled already, whom an access pass brings back, and where they are in other groups by now; UnknownError,
        also for somebody who was let go.
        """
        now = self._ports.now()

        def work(transaction: Transaction) -> IssuedLink | None:
            _still_in(transaction, person_id, seen_in)
            if people.status_of(transaction.connection, person_id) is PersonStatus.ACTIVE:
                raise UnfitError("status", "They have already enrolled", "issue an access pass instead")
            return self._again(transaction, person_id, by, now, by_mail, why)

        issued = await self._ports.write(work)
        if issued is None:
            raise UnknownError("person")
        return issued

    async def access_pass(
        self,
        person_id: str,
        *,
        by: str,
        why: str,
        good_for: Milliseconds = PASS_MS,
        lost: Collection[str] = (),
        is_stolen: bool = False,
        seen_in: frozenset[str] | None = None,
    ) -> IssuedLink:
        """A link that lets somebody who lost their device enrol a new passkey, once, and nothing else. Older ones die.

        `lost` names the passkeys that are gone: they are removed, and what they opened is over. `is_stolen` ends every
        session of theirs as well, and removes their password, their code and what a thief could have added: each
        passkey added after the first of those named, or every one if none is named or they had a password.

        `seen_in` are the groups by which it was decided that `by` may do this. Raises UnfitError without a reason, for
        a time that can't be, and where they are in other groups by now; UnknownError for somebody who
        never enrolled or was let go, or has no such passkey; NobodyCouldAdministerError.
        """
        if not why.strip():
            raise UnfitError("why", "The reason is missing", "describe briefly how you verified that it's really them")
        if not 0 < good_for <= LONGEST_PASS_MS:
            raise UnfitError("hours", "A pass can't be valid for so long", "choose at most 24 hours")
        now = self._ports.now()

        def work(transaction: Transaction) -> IssuedLink | None:
            _still_in(transaction, person_id, seen_in)
            if people.status_of(transaction.connection, person_id) is not PersonStatus.ACTIVE:
                return None
            withdraw_links(transaction, person_id, now)
            spared = _added_before(transaction, person_id, lost)
            for passkey_id in sorted(set(lost)):
                lose_passkey(transaction, person_id, passkey_id, by=by, now=now, why=why)
            if is_stolen:
                stolen = Cause.STOLEN
                end_everything_of(transaction, person_id, now, by, LOST, why, cause=stolen, spared=spared)
            person = people.by_id(transaction.connection, person_id)
            if person is not None:
                self._notifications.tell(transaction, person, Occasion.PASS_ISSUED, now)
            return self._links.issue(
                transaction, LinkPurpose.ACCESS_PASS, person_id, by=by, now=now, good_for=good_for, why=why
            )

        issued = await self._ports.take(work)
        if issued is None:
            raise UnknownError("person")
        return issued

    async def mail_again(self, *, by: str) -> int:
        """Mail a new link to everybody who was invited and has no good one any more. Returns to how many."""
        now = self._ports.now()

        def work(transaction: Transaction) -> int:
            waiting = [m for m in people.members(transaction.connection) if m.status is PersonStatus.INVITED]
            linked = {link.person_id for link in links.still_good(transaction.connection, now)}
            due = [one.person.id for one in waiting if one.person.id not in linked][:MOST_AT_ONCE]
            return sum(self._again(transaction, one, by, now, by_mail=True) is not None for one in due)

        return await self._ports.write(work)

    def _again(
        self,
        transaction: Transaction,
        person_id: str,
        by: str,
        now: Instant,
        by_mail: bool,  # noqa: FBT001 -- private, and named by each caller but one
        why: str = "",
    ) -> IssuedLink | None:
        person = people.by_id(transaction.connection, person_id)
        closed = {PersonStatus.INACTIVE, PersonStatus.SUSPENDED}
        if person is None or people.status_of(transaction.connection, person_id) in closed:
            return None
        withdraw_links(transaction, person_id, now)
        language = people.language_of(transaction.connection, person_id)
        return self._invitations.issue(transaction, person, by=by, now=now, by_mail=by_mail, language=language, why=why)

    async def rename(self, person_id: str, name: str, *, by: str) -> None:
        """Raises UnfitError, UnknownError."""
        fit = canonical_name(name)
        await self._ports.write(self._change(person_id, by, lambda members: members.rename(person_id, fit)))

    async def correct(self, person_id: str, name: str, email: str, *, by: str) -> frozenset[str]:
        """Another name, another address, or both; which of "name" and "email" it changed.

        Of another address they are told at both. Raises UnfitError, also for one that somebody has; UnknownError;
        OwnedElsewhereError, as all that changes what a source owns.
        """
        fit, address, now = canonical_name(name), new_email(email), self._ports.now()

        def change(members: Membership) -> frozenset[str]:
            connection = members.transaction.connection
            before = people.by_id(connection, person_id)
            if before is None:
                raise UnknownError("person")
            changed = set()
            owned = self._sources.ownership(connection, person_id)
            if fit != before.name:
                owned.refuse(Owned.NAME)
                members.rename(person_id, fit)
                changed.add("name")
            if address != before.email:
                owned.refuse(Owned.EMAIL)
                if not members.readdress(person_id, address):
                    raise UnfitError("email", "Someone already has this address", "find them in the list of people")
                for each in (before, replace(before, email=address)):
                    self._notifications.tell(members.transaction, each, Occasion.ADDRESS_CHANGED, now)
                changed.add("email")
            return frozenset(changed)

        return await self._ports.write(self._change(person_id, by, change))

    async def set_groups(self, person_id: str, groups: Iterable[str], *, by: str) -> int:
        """Put a person into exactly these groups. Returns how many of their open links died by it.

        Whoever still needs one gets a new one. Raises UnfitError, UnknownError, LastAdministratorError,
        NobodyCouldAdministerError, OwnedElsewhereError.
        """
        fit = self._fit_groups(groups)

        def change(members: Membership) -> int:
            connection = members.transaction.connection
            before = people.groups_of(connection, person_id)
            self._sources.ownership(connection, person_id).refuse_groups(before ^ fit)
            return members.set_groups(person_id, fit)

        return await self._ports.take(self._change(person_id, by, change))

    async def set_last_day(self, person_id: str, text: str, *, by: str) -> bool:
        """Their last day with access, as 2026-12-18; "": they stay. False where that was known.

        Raises UnfitError, UnknownError.
        """
        day = read_last_day(text, today(self._ports.settings, self._ports.now()))

        def change(members: Membership) -> bool:
            self._sources.ownership(members.transaction.connection, person_id).refuse(Owned.LAST_DAY)
            return members.set_last_day(person_id, day)

        return await self._ports.write(self._change(person_id, by, change))

    async def set_first_day(self, person_id: str, text: str, *, by: str) -> bool:
        """The first day on which anything opens to them, as 2026-12-01; "": from now on. False where that was known.

        Raises UnfitError, also where their last day is before it; UnknownError, NobodyCouldAdministerError.
        """
        day = read_first_day(text, today(self._ports.settings, self._ports.now()))

        def change(members: Membership) -> bool:
            self._sources.ownership(members.transaction.connection, person_id).refuse(Owned.FIRST_DAY)
            refuse_after_last(day, people.last_day_of(members.transaction.connection, person_id))
            return members.set_first_day(person_id, day)

        return await self._ports.take(self._change(person_id, by, change))

    async def deactivate(self, person_id: str, *, by: str) -> None:
        """End a person's access: inactive, and their password, code, sessions, tokens and links dead, in one write.

        Returns when every worker knows. Raises UnknownError, LastAdministratorError, NobodyCouldAdministerError.
        """
        await self._ports.take(self._change(person_id, by, lambda members: members.deactivate(person_id)))
        await self._departures.ask_newest_of(person_id)

    async def reactivate(self, person_id: str, *, by: str) -> None:
        """Let somebody in again who was let go, with the passkeys that stayed. Raises UnknownError; OwnedElsewhereError
        where the source that decides about it says that they are gone.
        """

        def change(members: Membership) -> None:
            owned = self._sources.ownership(members.transaction.connection, person_id)
            if owned.says_inactive:
                owned.refuse(Owned.ACTIVE)
            members.reactivate(person_id)

        await self._ports.write(self._change(person_id, by, change))

    def _change(self, person_id: str, by: str, change: Callable[[Membership], T]) -> Callable[[Transaction], T]:
        """One person's change, for a transaction: refused where it would leave nobody who can administer Limen."""
        now = self._ports.now()

        def work(transaction: Transaction) -> T:
            if people.status_of(transaction.connection, person_id) is None:
                raise UnknownError("person")
            with an_administrator_remains(transaction):
                return change(Membership(transaction, now, by))

        return work

    def _fit_groups(self, groups: Iterable[str]) -> frozenset[str]:
        fit = frozenset(groups)
        if len(fit) > MOST_GROUPS or not all(_GROUP.fullmatch(group) for group in fit):
            raise UnfitError("groups", "This group name can't be used", "use lowercase letters, digits, - and _")
        return fit


def _added_before(transaction: Transaction, person_id: str, lost: Collection[str]) -> frozenset[str]:
    """The passkeys that no thief of these could have added: none where one could have come in by a password."""
    connection = transaction.connection
    held = factors.passkeys_of(connection, person_id)
    since = min((passkey.added_at for passkey in held if passkey.id in lost), default=0)
    if Factor.PASSWORD in factors.held_by(connection, person_id):
        return frozenset()
    return frozenset(passkey.id for passkey in held if passkey.added_at < since)


def _still_in(transaction: Transaction, person_id: str, groups: frozenset[str] | None) -> None:
    """Raises UnfitError where somebody is not in exactly these groups any more; None: in whichever."""
    person = people.by_id(transaction.connection, person_id)
    if groups is not None and person is not None and person.groups != groups:
        raise UnfitError("groups", "Their groups changed in the meantime", "reload their page")
