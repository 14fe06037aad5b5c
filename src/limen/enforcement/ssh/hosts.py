"""Hosts: how one enrols with a one-time token, what it asks from then on, and how it goes.

A host knows itself to Limen by a secret of which Limen keeps the hash. It can ask for its own state and nothing else.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.enforcement.decision_point import DecisionPoint
from limen.enforcement.ssh import authorities, store
from limen.enforcement.ssh.authorities import Purpose
from limen.enforcement.ssh.certificates import HOST_LIVES, sign_host
from limen.enforcement.ssh.door import DOOR, SshDoor, app_with
from limen.enforcement.ssh.followers import RENEWED_BEFORE, Followers, Heard
from limen.enforcement.ssh.store import EnrolledHost
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import App
from limen.following.questions import (
    ASTRAY_SECONDS,
    LONGEST_TOKEN,
    TOKEN_LIVES,
    FollowerRefusedError,
    Questions,
    whose,
)
from limen.following.turns import State
from limen.following.wire import line_of, read_key
from limen.opaque import hash_of, new_id, new_token
from limen.pillar import Core
from limen.storage import Transaction

MOST_OPEN: Final = 5_000
"""Certificates that one host may say something is open of."""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a host says: the number of the state in force there (0: none), what is open, what is in use, whether
    certificates are the only way in, and by how many seconds its clock is ahead of Limen's.
    """

    after: int
    open: frozenset[int]
    active: frozenset[int]
    is_only: bool = False
    clock: int = 0


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a host is given when it enrols: its secret, shown once, and its first state."""

    host: EnrolledHost
    secret: str
    state: State


def make_token(transaction: Transaction, app: App, name: str, now: Instant, by: str) -> str:
    """A one-time token by which the app's host of this name enrols, good for a day."""
    token = new_token()
    store.add_token(transaction.connection, hash_of(token), app.id, name, now, now + TOKEN_LIVES)
    transaction.say(Event(at=now, kind="ssh.host_token_made", actor=by, details={"host": name, "app": app.id}))
    return token


class SshHostService:
    """Enrols hosts and answers them. Used on the event loop alone."""

    def __init__(self, core: Core, doors: DecisionPoint, followers: Followers, door: SshDoor) -> None:
        self._core = core
        self._doors = doors
        self._door = door
        self.followers = followers
        self._questions = Questions(followers)

    async def enrol(self, token: str, key: str, address: str) -> Enrolled:
        """Know this host from now on by its key. Raises FollowerRefusedError, KeyRefusedError."""
        host_key = line_of(read_key(key))
        self._questions.refuse_flood(address)
        now, secret = self._core.clock.now(), new_token()

        def write(transaction: Transaction) -> EnrolledHost | None:
            found = store.take_token(transaction.connection, hash_of(token[:LONGEST_TOKEN]), now)
            if found is None:
                return None
            app, name = found
            host = EnrolledHost(new_id("h"), app, name, hash_of(secret), host_key, now)
            store.put_host(transaction.connection, host)
            transaction.changed(store.HOSTS_CHANGED, host.id)
            details: dict[str, str | int | bool] = {"host": name, "app": app}
            transaction.say(Event(at=now, kind="ssh.host_enrolled", address=address, details=details))
            return host

        enrolled = await self._core.write(write)
        if enrolled is None:
            raise self._refused(address)
        return Enrolled(enrolled, secret, await self._state(enrolled))

    async def ask(self, secret: str, asks: Asks, address: str) -> State | None:
        """What the host is told: at once where there is another state than it has, else as soon as there is; None where
        nothing was new for long, or it has asked again meanwhile. Raises FollowerRefusedError.
        """
        host = self._host(secret, address)
        if self.followers.outgrow(asks.after):
            self._tell_unsound(host, "ahead", self._core.clock.now())
        self._hear(host, asks)
        self._door.seen_active(host.app, asks.active)
        after = asks.after if self._questions.may_be_told(host.id) else self.followers.number
        if not self._is_due(host, self._core.clock.now()) and not await self._questions.waited(host.id, after):
            return None
        host = self._host(secret, address)  # it may have been removed meanwhile
        if after == self.followers.number and not self._is_due(host, self._core.clock.now()):
            return None
        self._questions.tell(host.id)
        return await self._state(host)

    async def remove(self, host_id: str, by: str) -> None:
        """It is told nothing any more, and its certificate is not renewed. Raises LimenError where there is none."""
        host = self.followers.hosts.get(host_id)
        if host is None:
            raise LimenError("There is no such host", "reload the page")
        now = self._core.clock.now()

        def write(transaction: Transaction) -> None:
            store.drop_host(transaction.connection, host_id)
            transaction.changed(store.HOSTS_CHANGED, host_id)
            details: dict[str, str | int | bool] = {"host": host.name, "app": host.app}
            transaction.say(Event(at=now, kind="ssh.host_removed", actor=by, details=details))

        await self._core.write(write)

    async def token(self, name: str, by: str) -> str:
        """A one-time token for this host. Raises LimenError where no app names it."""
        now, app = self._core.clock.now(), app_with(self._core.known.apps.values(), name)
        if app is None:
            raise LimenError(f"no app has a host {name[:100]!r}", "write it into an app's `ssh:`")
        return await self._core.write(lambda transaction: make_token(transaction, app, name, now, by))

    async def renew_keys(self, by: str) -> bool:
        """Make the authorities' next keys now: they sign in a day. False where they wait already."""
        now, keyring = self._core.clock.now(), self._core.keyring
        is_made = await self._core.write(lambda transaction: authorities.renew(transaction, keyring, now, by))
        await self.keep_up()
        return is_made

    async def keep_up(self) -> None:
        """Take over keys that were renewed, by time or by somebody, and accounts whose owners were erased."""
        now, keyring = self._core.clock.now(), self._core.keyring
        kept = await self._core.write(lambda transaction: authorities.kept_authorities(transaction, keyring, now))
        if kept.keys != self.followers.authorities.keys:
            self.followers.authorities = kept
            self.followers.change()
        accounts, locked = await self._core.database.reading(
            lambda snapshot: (store.accounts(snapshot.connection), store.marks(snapshot.connection))
        )
        if locked != self.followers.locked:
            self.followers.accounts, self.followers.locked = accounts, locked
            self.followers.change()

    def take_over(self, hosts: Iterable[EnrolledHost]) -> None:
        """These are the hosts that there are: whoever else asks is told nothing any more."""
        before, self.followers.hosts = self.followers.hosts, {host.id: host for host in hosts}
        gone = before.keys() - self.followers.hosts.keys()
        for host_id in gone:
            self.followers.heard.pop(host_id, None)
            self._questions.forget(host_id)
        if gone:
            self.followers.change()

    # Inside

    def _hear(self, host: EnrolledHost, asks: Asks) -> None:
        """Take note of what a host says, and journal what has turned for the worse."""
        now = self._core.clock.now()
        before = self.followers.heard.get(host.id, Heard(0))
        self.followers.hear(host.id, Heard(now, asks.after, asks.open, asks.is_only, asks.clock))
        if before.is_only and not asks.is_only:
            self._tell_unsound(host, "others", now)
        if abs(asks.clock) > ASTRAY_SECONDS >= abs(before.clock):
            self._tell_unsound(host, "clock", now)

    def _tell_unsound(self, host: EnrolledHost, why: str, now: Instant) -> None:
        details: dict[str, str | int | bool] = {"host": host.name, "app": host.app, "why": why}
        self._core.journal.record(
            Event(at=now, kind="ssh.host_unsound", outcome=Outcome.FAILURE, reason=why, details=details)
        )

    def _host(self, secret: str, address: str) -> EnrolledHost:
        """Whose secret this is. Raises FollowerRefusedError."""
        found = whose(secret, self.followers.hosts.values())
        if found is None:
            self._questions.refuse_flood(address)
            raise self._refused(address)
        return found

    def _refused(self, address: str) -> FollowerRefusedError:
        self._doors.tell("ssh.host_refused", "", door=DOOR, address=address)
        return FollowerRefusedError()

    def _is_due(self, host: EnrolledHost, now: Instant) -> bool:
        """Whether the host needs its next certificate."""
        return now >= host.certified_until - RENEWED_BEFORE

    async def _state(self, host: EnrolledHost) -> State:
        now = self._core.clock.now()
        if not self._is_due(host, now):
            return self.followers.state(host)
        signing = self.followers.authorities.signing(Purpose.HOSTS, now)
        line = sign_host(signing, read_key(host.host_key), secrets.randbits(62) + 1, host.name, now)
        certified = replace(host, certified_until=now + HOST_LIVES)
        await self._core.database.writing(
            lambda transaction: store.set_certified(transaction.connection, host.id, certified.certified_until)
        )
        if host.id in self.followers.hosts:
            self.followers.hosts[host.id] = certified
        return self.followers.state(certified, line)


async def loaded(core: Core) -> Followers:
    """What was kept, at the start; the hosts are not there yet."""
    now = core.clock.now()
    kept = await core.database.writing(lambda t: authorities.kept_authorities(t, core.keyring, now))
    accounts, locked = await asyncio.gather(
        core.database.reading(lambda snapshot: store.accounts(snapshot.connection)),
        core.database.reading(lambda snapshot: store.marks(snapshot.connection)),
    )
    return Followers(core.clock, core.known, kept, accounts, locked)
