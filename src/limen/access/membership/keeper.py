"""Members while a grant lasts: added when it begins, removed when it is over, whatever happens in between.

Each step is written down before the directory is asked, so one that was cut short is done again; each can be. What a
directory ends by itself is ended by Limen as well, at the same instant: the one of both that lives is enough.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import msgspec

from limen.access.membership import store
from limen.access.membership.directories import Directories
from limen.access.membership.overdue import overstayed
from limen.access.membership.store import NOTHING_DONE, Membership, State
from limen.access.projection import GrantsHeld
from limen.access.store import grant as kept_grant
from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts.directory_group import GROUP_ACTIONS
from limen.opaque import new_id
from limen.pillar import Core
from limen.storage import Transaction

CLAIMED_FOR: Final[Milliseconds] = 30 * SECOND
"""How long nobody else is at a membership that somebody began; then they are taken to be gone."""
LONGEST_PAUSE: Final[Milliseconds] = MINUTE
_LOOK_AGAIN: Final[Milliseconds] = MINUTE
_log = logging.getLogger(__name__)

Key = tuple[str, str, str]
"""A directory, a group there, and a person."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """By this grant on this app somebody is to be a member until then."""

    app: str
    grant: str
    until: Instant


class Keeper:
    """Keeps memberships as the grants are. Used on the event loop; each directory is asked by a task of its own."""

    def __init__(self, core: Core, grants: GrantsHeld, directories: Directories) -> None:
        self._core = core
        self._grants = grants
        self._directories = directories
        self._at_work: dict[str, asyncio.Task[None]] = {}
        self._idle_until: Instant = 0

    async def keep(self) -> None:
        """Begin whatever is to be done now. Costs next to nothing where nobody has a group by a grant."""
        now, wanted = self._core.clock.now(), self.wanted()
        if not wanted and now < self._idle_until:
            return
        kept = await self._core.database.reading(lambda snapshot: store.memberships(snapshot.connection))
        if not (kept or wanted):
            self._idle_until = now + _LOOK_AGAIN
            return
        self._idle_until = 0
        due: defaultdict[str, list[tuple[Key, Membership | None, Wanted | None]]] = defaultdict(list)
        of = {(one.directory, one.group, one.person): one for one in kept}
        for key in sorted(of.keys() | wanted.keys()):
            if _is_due(of.get(key), wanted.get(key), now):
                due[key[0]].append((key, of.get(key), wanted.get(key)))
        for name, several in due.items():
            if name not in self._at_work:
                task = asyncio.create_task(self._at(name, several), name=f"groups of {name}")
                self._at_work[name] = task
                task.add_done_callback(partial(self._ended, name))

    def wanted(self) -> dict[Key, Wanted]:
        """Who is to be in which group by the grants of this moment, and until when: until the last of them ends."""
        found: dict[Key, Wanted] = {}
        known = self._core.known
        for grant in self._grants.live():
            app, person = known.apps.get(grant.app), known.people.get(grant.person_id)
            if app is None or app.group is None or person is None or not person.active:
                continue
            key = (app.group.directory, app.group.group, person.id)
            is_longer = key not in found or grant.until > found[key].until
            if is_longer and not frozenset(grant.actions).isdisjoint(GROUP_ACTIONS):
                found[key] = Wanted(app.id, grant.id, grant.until)
        return found

    def _ended(self, name: str, task: asyncio.Task[None]) -> None:
        self._at_work.pop(name, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("groups of a directory could not be kept: it is tried again", exc_info=error)

    async def settled(self) -> None:
        """Return when everything that was begun has been tried."""
        await asyncio.gather(*self._at_work.values(), return_exceptions=True)

    async def close(self) -> None:
        for task in list(self._at_work.values()):
            task.cancel()
        await self.settled()

    # One directory

    async def _at(self, name: str, several: list[tuple[Key, Membership | None, Wanted | None]]) -> None:
        """What is to be removed goes first: it is the door that is still open."""
        ordered = sorted(several, key=lambda one: one[2] is not None)
        claimed = [(one, wanted) for key, kept, wanted in ordered if (one := await self._claimed(key, kept, wanted))]
        quiet = [(one, wanted) for one, wanted in claimed if wanted is None and one.state in NOTHING_DONE]
        for one, _ in quiet:
            await self._core.write(partial(_drop, one=one))
        left = [pair for pair in claimed if pair not in quiet]
        if not left:
            return
        try:
            async with self._directories.opened(name) as client:
                while left:
                    one, planned = left[0]
                    if (again := await self._still(one, planned)) is not None:
                        await self._one(client, again, planned)
                    left.pop(0)
        except Exception as error:  # noqa: BLE001 -- the directory itself, or what it says: nothing of it can be done now
            for one, wanted in left:
                await self._failed(one, wanted, _what(error))

    async def _claimed(self, key: Key, kept: Membership | None, wanted: Wanted | None) -> Membership | None:
        """The membership, which nobody else is at from now on; None where somebody is."""
        now = self._core.clock.now()
        until = now + CLAIMED_FOR
        if kept is not None:
            is_mine = await self._core.database.writing(lambda t: store.claim(t.connection, kept, now, until))
            return replace(kept, due_at=until) if is_mine else None
        if wanted is None:
            return None
        directory, group, person = key
        one = Membership(
            id=new_id("dm"),
            directory=directory,
            group=group,
            person=person,
            app=wanted.app,
            grant=wanted.grant,
            state=State.WAITING,
            since=now,
            until=wanted.until,
            due_at=until,
        )
        is_mine = await self._core.database.writing(lambda t: store.begin(t.connection, one))
        return one if is_mine else None

    async def _still(self, one: Membership, planned: Wanted | None) -> Membership | None:
        """It took a while to come to this one: claim it again, where it is still as it was when it was planned."""
        is_wanted = (one.directory, one.group, one.person) in self.wanted()
        until = self._core.clock.now() + CLAIMED_FOR if is_wanted is (planned is not None) else 0
        is_mine = await self._core.database.writing(lambda t: store.claim_again(t.connection, one, until))
        return replace(one, due_at=until) if is_mine and until else None

    async def _one(self, client: GroupClient, one: Membership, wanted: Wanted | None) -> None:
        """One membership. What is wrong with it alone is written down; what is wrong with the directory is raised."""
        try:
            if wanted is None:
                await self._remove(client, one)
            else:
                await self._add(client, one, wanted)
        except VendorError as error:
            if error.word in {"unreachable", "slow", "untrusted", "off-limits", "throttled"}:
                raise
            await self._failed(one, wanted, error.what)
        except LimenError:
            raise
        except Exception as error:  # noqa: BLE001 -- an answer that is none keeps nobody else in
            await self._failed(one, wanted, _what(error))

    async def _add(self, client: GroupClient, one: Membership, wanted: Wanted) -> None:
        account = one.account if one.account.id else await self._account_of(client, one)
        begun = replace(one, account=account, app=wanted.app, grant=wanted.grant, until=wanted.until)
        if one.state in NOTHING_DONE and await client.has(one.group, account):
            standing = replace(begun, state=State.STANDING, error="", failures=0, due_at=0)
            await self._keep(standing, _event(standing, "directory.member_already", self._core.clock.now()))
            return
        is_new = one.state is not State.MEMBER
        if is_new:
            begun = replace(begun, state=State.ADDING)
        await self._keep(begun)
        ends_there = await client.add(one.group, account, self._core.clock.now(), wanted.until)
        done = replace(begun, state=State.MEMBER, ends_there=ends_there, due_at=0, failures=0, error="")
        event = _event(done, "directory.member_added", self._core.clock.now()) if is_new else None
        await self._keep(done, event)

    async def _remove(self, client: GroupClient, one: Membership) -> None:
        begun = replace(one, state=State.REMOVING)
        await self._keep(begun, await self._overstayed(one))
        await client.remove(one.group, one.account)
        event = _event(begun, "directory.member_removed", self._core.clock.now())

        def work(transaction: Transaction) -> None:
            store.drop(transaction.connection, begun)
            transaction.say(event)

        await self._core.write(work)

    async def _overstayed(self, one: Membership) -> Event | None:
        """That nobody was there to end it on time: said once, before it is ended. Where the directory was away the
        removal has failed by then, which is said as well.
        """
        held = await self._core.database.reading(lambda snapshot: kept_grant(snapshot.connection, one.grant))
        now = self._core.clock.now()
        beyond = overstayed(one, held.end if held is not None else one.until, now)
        if not beyond or one.state is State.REMOVING:
            return None
        said = _event(one, "directory.member_overstayed", now)
        return msgspec.structs.replace(said, details={**said.details, "minutes": -(-beyond // MINUTE)})

    async def _account_of(self, client: GroupClient, one: Membership) -> Account:
        """Whose account it is was decided when it was first found. Raises VendorError."""
        person = self._core.known.people.get(one.person)
        if person is None or not person.email:
            raise VendorError("no-account")
        mine = {other.email.casefold() for other in self._core.known.people.values() if other.id != person.id}
        if person.email.casefold() in mine:
            raise VendorError("several-accounts")
        account = await client.find(person.email)
        linked = await self._core.database.reading(lambda s: store.linked(s.connection, one.directory))
        if any(other != one.person and known == account.id for other, (known, _) in linked.items()):
            raise VendorError("other-account")
        if one.person not in linked:
            now = self._core.clock.now()
            await self._core.write(lambda t: store.link(t.connection, one.directory, one.person, account, now))
        elif linked[one.person][0] != account.id:
            raise VendorError("other-account")
        return account

    async def _failed(self, one: Membership, wanted: Wanted | None, error: str) -> None:
        """It is tried again, and said once: what could not be taken away is an alarm."""
        now, is_removal = self._core.clock.now(), wanted is None
        is_first = one.failures == 0 or (is_removal and one.state is not State.REMOVING)
        failures = 1 if is_first else one.failures + 1
        pause = min(SECOND << min(failures - 1, 10), LONGEST_PAUSE)
        tried = replace(one, due_at=now + pause, failures=failures, error=error)
        kind = "directory.removal_failed" if is_removal else "directory.member_refused"

        def work(transaction: Transaction) -> None:
            store.failed(transaction.connection, tried, is_removal=is_removal)
            if is_first or error != one.error:
                transaction.say(_event(tried, kind, now))

        await self._core.write(work)

    # Writing

    async def _keep(self, one: Membership, event: Event | None = None) -> None:
        def work(transaction: Transaction) -> None:
            store.keep(transaction.connection, one)
            if event is not None:
                transaction.say(event)

        await self._core.write(work)


def _what(error: Exception) -> str:
    """What is written down of it. Of an error that nobody meant, nothing but that the answer was none."""
    if isinstance(error, LimenError):
        return error.what
    _log.warning("a directory's answer could not be read: %s", type(error).__name__)
    return VendorError("garbage").what


def _drop(transaction: Transaction, one: Membership) -> None:
    store.drop(transaction.connection, one)


def _is_due(kept: Membership | None, wanted: Wanted | None, now: Instant) -> bool:
    if kept is None:
        return True
    if now < kept.due_at:
        return False
    if wanted is None:
        return True
    if kept.state is State.MEMBER:
        return kept.until != wanted.until
    if kept.state in {State.STANDING, State.TAKEN}:
        return kept.grant != wanted.grant  # it was granted anew since
    return True


def _event(one: Membership, kind: str, now: Instant) -> Event:
    outcome = Outcome.FAILURE if one.error else Outcome.SUCCESS
    details = {"app": one.app, "directory": one.directory, "group": one.group, "account": one.account.value}
    more = {"error": one.error} if one.error else {}
    return Event(
        at=now, kind=kind, outcome=outcome, subject=one.person, details={**details, "grant": one.grant, **more}
    )
