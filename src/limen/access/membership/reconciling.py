"""Who is in the groups really: each minute what a directory says is held against what Limen did there.

Whoever is in a group without a grant, and is not named as standing, is an alarm, once; and is removed where the group
is the grants' alone. Whoever somebody else took out is not put back: that may be an answer to an attack.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Final

from limen.access.membership import store
from limen.access.membership.directories import LACKS, Directories
from limen.access.membership.store import LONGEST_VALUE, Membership, State, Stranger
from limen.clock import MINUTE, Milliseconds
from limen.connectors.asked_store import AskedState
from limen.connectors.group_members import Account, GroupClient
from limen.connectors.turns import Told, Turns, WentOn, is_due
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event
from limen.facts import App
from limen.facts.directory import Directory
from limen.facts.directory_group import DirectoryGroup
from limen.pillar import Core
from limen.storage import Transaction

EVERY: Final[Milliseconds] = MINUTE
HELD_FOR: Final[Milliseconds] = 2 * MINUTE
MOST_REMOVED: Final = 200
"""In one turn."""
MOST_NAMED: Final = 5
_log = logging.getLogger(__name__)
_OURS: Final = frozenset({State.ADDING, State.MEMBER, State.REMOVING})


class Reconciling:
    """Used on the event loop."""

    def __init__(self, core: Core, directories: Directories) -> None:
        self._core = core
        self._directories = directories
        told = Told(core.journal, "directory.failed", "directory.back")
        self._turns = Turns(
            core.database, core.keyring, core.clock.now, store.ASKED, lacks=LACKS, told=told, held_ms=HELD_FOR
        )

    async def reconcile_due(self) -> None:
        """Hold each directory whose turn it is against what was done there."""
        known = self._directories.known()
        if not known:
            return
        states, now = await self._turns.states(), self._core.clock.now()
        for name, directory in known.items():
            if is_due(states.get(name, AskedState(name)), EVERY, now) and any(self._groups(name)):
                await self.reconcile(name, directory)

    async def reconcile(self, name: str, directory: Directory) -> None:
        """Hold one against it, unless somebody else does at this moment, and write down how it went."""
        await self._turns.take(name, directory.place, partial(self._directory, name, directory))

    def _groups(self, name: str) -> Iterator[tuple[App, DirectoryGroup]]:
        for app in self._core.known.apps.values():
            if app.group is not None and app.group.directory == name:
                yield app, app.group

    async def _directory(self, name: str, directory: Directory, secret: str, went_on: WentOn) -> None:
        """Each of its groups, though one of them is wrong. Raises VendorError, after the last."""
        wrong: VendorError | None = None
        async with self._directories.clients.opened(directory, secret, self._core.clock.now()) as client:
            for number, (app, group) in enumerate(list(self._groups(name)), 1):
                try:
                    await self._group(client, app, group)
                except VendorError as error:
                    wrong = error
                except LimenError:
                    raise
                except Exception as error:  # noqa: BLE001 -- an answer that is none hides no other group
                    _log.warning("a directory's answer could not be read: %s", type(error).__name__)
                    wrong = VendorError("garbage")
                await went_on(number)
        groups = {group.group for _, group in self._groups(name)}
        await self._core.database.writing(lambda t: store.drop_other_groups(t.connection, name, groups))
        if wrong is not None:
            raise wrong

    async def _group(self, client: GroupClient, app: App, group: DirectoryGroup) -> None:
        before = await self._memberships(group)
        found = {client.key(value): (value, name) for value, name in (await client.members(group.group)).items()}
        after = await self._memberships(group)
        _refuse_sudden_void(before.values(), found)
        await self._renamed(client, before, after, found)
        ours = {client.key(one.account.value) for one in (*before.values(), *after.values()) if one.state in _OURS}
        standing = {client.key(value) for value in group.standing}
        strangers = {key: found[key] for key in found.keys() - ours - standing}
        for one in after.values():
            was = before.get(one.id)
            is_settled = was is not None and was.state is State.MEMBER and one.state is State.MEMBER
            is_missing = client.key(one.account.value) not in found and self._core.clock.now() < one.until
            if is_settled and is_missing and not await client.has(group.group, one.account):
                await self._taken(one)
        await self._strangers(client, app, group, dict(strangers.values()))

    async def _memberships(self, group: DirectoryGroup) -> dict[str, Membership]:
        every = await self._core.database.reading(lambda snapshot: store.memberships(snapshot.connection))
        return {one.id: one for one in every if (one.directory, one.group) == (group.directory, group.group)}

    async def _renamed(
        self,
        client: GroupClient,
        before: dict[str, Membership],
        after: dict[str, Membership],
        found: dict[str, tuple[str, str]],
    ) -> None:
        """A member of ours that is called otherwise now is ours all the same, by that name."""
        for one in list(after.values()):
            was = before.get(one.id)
            if was is None or was.state is not State.MEMBER or one.state is not State.MEMBER:
                continue
            if client.key(one.account.value) in found:
                continue
            now = await client.current(one.account.id)
            if now is not None and client.key(now.value) in found:
                after[one.id] = replace(one, account=now)
                await self._core.write(partial(_rename, one=one, now=now))

    async def _taken(self, one: Membership) -> None:
        about = (one.app, one.directory, one.group)
        event = self._said("directory.member_taken", *about, [one.account.value], subject=one.person)

        def work(transaction: Transaction) -> None:
            if store.take(transaction.connection, one):
                transaction.say(event)

        await self._core.write(work)

    async def _strangers(self, client: GroupClient, app: App, group: DirectoryGroup, strangers: dict[str, str]) -> None:
        """`strangers` are names by their values: what was alarmed of once is not alarmed of again."""
        every = await self._core.database.reading(lambda snapshot: store.strangers(snapshot.connection))
        known = {one.value for one in every if (one.directory, one.group) == (group.directory, group.group)}
        now = self._core.clock.now()
        cut = {value[:LONGEST_VALUE]: name for value, name in strangers.items()}
        new, gone = sorted(cut.keys() - known), known - cut.keys()
        if new or gone:
            event = self._said("directory.stranger_found", app.id, group.directory, group.group, new)

            def work(transaction: Transaction) -> None:
                rows = [Stranger(group.directory, group.group, value, cut[value], now) for value in new]
                store.drop_strangers(transaction.connection, group.directory, group.group, gone)
                store.add_strangers(transaction.connection, rows)
                if new:
                    transaction.say(event)

            await self._core.write(work)
        if group.exclusive and strangers:
            await self._remove(client, app, group, sorted(strangers)[:MOST_REMOVED])

    async def _remove(self, client: GroupClient, app: App, group: DirectoryGroup, values: Collection[str]) -> None:
        removed: list[str] = []
        try:
            for value in values:
                await client.remove(group.group, Account("", value))
                removed.append(value)
        finally:
            if removed:
                event = self._said("directory.stranger_removed", app.id, group.directory, group.group, removed)

                def work(transaction: Transaction) -> None:
                    cut = [value[:LONGEST_VALUE] for value in removed]
                    store.drop_strangers(transaction.connection, group.directory, group.group, cut)
                    transaction.say(event)

                await self._core.write(work)

    def _said(
        self, kind: str, app: str, directory: str, group: str, values: Collection[str], *, subject: str = ""
    ) -> Event:
        several = sorted(values)
        members = "; ".join(several[:MOST_NAMED]) + ("; …" if len(several) > MOST_NAMED else "")
        details: dict[str, str | int] = {
            "app": app,
            "directory": directory,
            "group": group,
            "number": len(several),
            "members": members,
        }
        return Event(at=self._core.clock.now(), kind=kind, subject=subject, details={**details})


def _refuse_sudden_void(before: Iterable[Membership], found: Collection[str]) -> None:
    """Raises VendorError where a group is said to be empty in which several were by grants: more likely than that
    somebody took out all of them is that its members are hidden, or that the directory is behind.
    """
    if not found and sum(one.state is State.MEMBER for one in before) > 1:
        raise VendorError("garbage")


def _rename(transaction: Transaction, one: Membership, now: Account) -> None:
    store.rename(transaction.connection, one, now)
