"""Firewalls: how one enrols with a one-time token, what it asks from then on, how a change is tried and confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.following.questions import ASTRAY_SECONDS, FollowerRefusedError, Questions, whose
from limen.following.turns import State
from limen.network.firewalls import changes, store
from limen.network.firewalls.followers import Followers, Heard
from limen.network.firewalls.keys import kept_keys
from limen.network.firewalls.store import CONFIRMED, TRIAL, EnrolledFirewall, RulesetChange
from limen.network.firewalls.telling import Telling
from limen.network.firewalls.unheard import TWICE, Unheard
from limen.opaque import hash_of, new_id, new_token
from limen.pillar import Core
from limen.printable import visible
from limen.storage import Snapshot, Transaction
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import Rows, Shelf

LONGEST_WHY: Final = 300
HEARD: Final = Shelf("firewalls that were heard", 10_000)
"""What each firewall said last, by its id: for a day."""


@dataclass(frozen=True, slots=True)
class Went:
    """How a change went on the firewall: trial, confirmed, undone or refused."""

    change: str
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Asks:
    """What a firewall says: the number of the state that it has (0: none), the ruleset in force, how the last change
    went, which rulesets it has, by how many seconds its clock is ahead of Limen's, and its public key of WireGuard.
    """

    after: int
    in_force: str = ""
    change: Went | None = None
    has: frozenset[str] = frozenset()
    clock: int = 0
    tunnel_key: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A state, and the rulesets that it names and the firewall has not."""

    state: State
    rulesets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a firewall is given when it enrols: its secret, shown once, and its first state."""

    firewall: EnrolledFirewall
    secret: str
    told: Told


def make_token(transaction: Transaction, name: str, now: Instant, by: str) -> str:
    """A one-time token by which the firewall of this name enrols, good for a day."""
    token = store.add_token(transaction.connection, name, now)
    transaction.say(Event(at=now, kind="network.token_made", actor=by, details={"firewall": name}))
    return token


class FirewallService:
    """Enrols firewalls and answers them. Used on the event loop alone."""

    def __init__(self, core: Core, followers: Followers) -> None:
        self._core = core
        self._questions = Questions(followers)
        self.followers = followers
        self.telling = Telling(core)
        self._unheard = Unheard(core.clock.now())
        self._trials: dict[str, Instant] = {}

    @property
    def drifts(self) -> Mapping[str, Event]:
        """The last of each firewall, by its name, since Limen started."""
        return self.telling.drifts

    async def enrol(self, token: str, address: str) -> Enrolled:
        """Know this firewall from now on. Raises FollowerRefusedError."""
        self._questions.refuse_flood(address)
        now, secret = self._core.clock.now(), new_token()

        def write(transaction: Transaction) -> EnrolledFirewall | None:
            name = store.take_token(transaction.connection, token, now)
            if not name:
                return None
            one = EnrolledFirewall(new_id("fw"), name, hash_of(secret), now)
            store.put_firewall(transaction.connection, one)
            transaction.changed(store.CHANGED, name)
            details: dict[str, str | int | bool] = {"firewall": name}
            transaction.say(Event(at=now, kind="network.firewall_enrolled", address=address, details=details))
            return one

        enrolled = await self._core.write(write)
        if enrolled is None:
            raise self._refused(address)
        await self.read_anew()
        return Enrolled(enrolled, secret, await self._told(enrolled, frozenset()))

    async def ask(self, secret: str, asks: Asks, address: str) -> Told | None:
        """What the firewall is told: at once where there is another state than it has, else as soon as there is; None
        where nothing was new for long, or it has asked again meanwhile. Raises FollowerRefusedError.
        """
        one = self.firewall(secret, address)
        if self.followers.outgrow(asks.after):
            self.telling.unsound(one, "ahead")
        await self._hear(one, asks, address)
        await self._take_outcome(one, asks.change)
        after = asks.after if self._questions.may_be_told(one.id) else self.followers.number
        if not await self._questions.waited(one.id, after):
            return None
        one = self.firewall(secret, address)  # it may have been removed meanwhile
        if after == self.followers.number:
            return None
        self._questions.tell(one.id)
        return await self._told(one, asks.has)

    def firewall(self, secret: str, address: str) -> EnrolledFirewall:
        """Whose secret this is. Raises FollowerRefusedError."""
        found = whose(secret, self.followers.firewalls.values())
        if found is None:
            self._questions.refuse_flood(address)
            raise self._refused(address)
        return found

    async def remove(self, name: str, by: str) -> None:
        """It is told nothing any more. Raises LimenError where there is none."""
        now = self._core.clock.now()

        def write(transaction: Transaction) -> None:
            if not store.drop_firewall(transaction.connection, name, now):
                raise LimenError("There is no such firewall", "reload the page")
            transaction.changed(store.CHANGED, name)
            details: dict[str, str | int | bool] = {"firewall": name}
            transaction.say(Event(at=now, kind="network.firewall_removed", actor=by, details=details))

        await self._core.write(write)
        await self.read_anew()

    # Changes, by a person at a page

    async def apply(self, name: str, ruleset: str, by: str) -> None:
        """Send it, on trial. Raises LimenError."""
        await self._changed(lambda write, now: changes.make_change(write, name, ruleset, "confirmation", now, by))

    async def decide(self, name: str, state: str, by: str) -> None:
        """Confirm or undo what is on trial. Raises LimenError where nothing is."""
        await self._changed(lambda write, now: changes.decide_change(write, name, state, now, by))

    async def put_back(self, name: str, by: str) -> None:
        """Raises LimenError where nothing was confirmed."""
        await self._changed(lambda write, now: changes.put_back(write, name, now, by))

    async def _changed(self, change: Callable[[Transaction, Instant], RulesetChange]) -> None:
        now = self._core.clock.now()
        await self._core.write(lambda transaction: change(transaction, now))
        await self.read_anew()

    def on_trial_since(self, change: RulesetChange) -> Instant | None:
        """When the firewall said so; None where it did not, or to a Limen before this."""
        return self._trials.get(change.id)

    async def hear_others(self) -> None:
        """Know what firewalls said that asked another worker since they asked this one. Raises StorageError."""
        ids = tuple(self.followers.firewalls)

        def read(rows: Rows) -> dict[str, Heard]:
            found = {id_: rows.look(HEARD, id_) for id_ in ids}
            return {id_: msgspec.msgpack.decode(one.data, type=Heard) for id_, one in found.items() if one is not None}

        for id_, heard in (await self._core.database.kept_briefly.do(read)).items():
            if heard.at > self.followers.heard.get(id_, Heard(0)).at:
                self.followers.heard[id_] = heard

    async def keep_up(self) -> None:
        """Take over keys that were renewed, forget what is over, and say which firewall does not follow any more."""
        await self.hear_others()
        now, keyring = self._core.clock.now(), self._core.keyring

        def write(transaction: Transaction) -> None:
            store.forget(transaction.connection, now)
            self.followers.keys = kept_keys(transaction, keyring, now)

        before = self.followers.keys
        await self._core.write(write)
        self.followers.forget(now)
        known = self.followers
        for one, why in self._unheard.look(known.firewalls.values(), known.heard, known.changes, now):
            self.telling.unsound(one, why)
        if before != self.followers.keys:
            self.followers.change()

    async def read_anew(self) -> None:
        """Know the firewalls and changes that there are now."""
        self.followers.take_over(*await self._core.database.reading(in_store))

    # Inside

    async def _hear(self, one: EnrolledFirewall, asks: Asks, address: str) -> None:
        if self._unheard.asks_twice(one.id, address, self._core.clock.now()):
            self.telling.unsound(one, TWICE)
        before = self.followers.heard.get(one.id, Heard(0))
        now = self._core.clock.now()
        caught_up_at = now if asks.after == self.followers.number else before.caught_up_at
        heard = Heard(now, asks.after, asks.in_force, asks.clock, asks.tunnel_key, caught_up_at)
        self.followers.heard[one.id] = heard
        with suppress(StorageError):  # whoever can't be told of it asks the firewall when it comes there
            written, kept = msgspec.msgpack.encode(replace(heard, state=0)), self._core.database.kept_briefly
            await kept.do(lambda rows: rows.put(HEARD, one.id, written, rows.now + DAY))
        if abs(asks.clock) > ASTRAY_SECONDS >= abs(before.clock):
            self.telling.unsound(one, "clock")

    async def _take_outcome(self, one: EnrolledFirewall, said: Went | None) -> None:
        """Take note of how a change went there. What a person confirmed is confirmed, whatever a firewall says late."""
        change = self.followers.changes.get(one.name)
        if said is None or change is None or said.change != change.id or said.state == change.state:
            return
        if said.state == CONFIRMED and change.needs != "reach":
            return
        now, why = self._core.clock.now(), visible(said.why)[:LONGEST_WHY]
        await self._core.write(lambda transaction: changes.end_change(transaction, change, said.state, why, now, ""))
        if said.state == TRIAL:
            self._trials = {id_: at for id_, at in self._trials.items() if at > now - DAY} | {change.id: now}
        await self.read_anew()

    async def _told(self, one: EnrolledFirewall, has: frozenset[str]) -> Told:
        change = self.followers.changes.get(one.name)
        wanted = {one.digest, change.digest if change is not None else ""} - {"", *has}

        def read(snapshot: Snapshot) -> dict[str, str]:
            return {digest: store.ruleset(snapshot.connection, digest) for digest in wanted}

        rulesets = await self._core.database.reading(read) if wanted else {}
        return Told(self.followers.state(self.followers.firewalls.get(one.id, one)), rulesets)

    def _refused(self, address: str) -> FollowerRefusedError:
        at = self._core.clock.now()
        self._core.journal.record(
            Event(at=at, kind="network.firewall_refused", outcome=Outcome.FAILURE, address=address)
        )
        return FollowerRefusedError()


def in_store(snapshot: Snapshot) -> tuple[list[EnrolledFirewall], list[RulesetChange]]:
    return store.firewalls(snapshot.connection), store.open_changes(snapshot.connection)


class FirewallsChanged:
    """Hears of changes that others commit, such as the command line, once the service is there."""

    def __init__(self) -> None:
        self.followers: Followers | None = None

    def register(self, core: Core) -> None:
        """Follow the change feed. Called before it starts."""
        core.feed.on(
            store.CHANGED, lambda snapshot, _name: in_store(snapshot), lambda _name, found: self._apply(*found)
        )

    def _apply(self, firewalls: list[EnrolledFirewall], changes: list[RulesetChange]) -> None:
        if self.followers is not None:
            self.followers.take_over(firewalls, changes)


async def build(core: Core) -> FirewallService:
    """The service, with what was kept. The facts must stand."""
    now = core.clock.now()
    keys, (firewalls, changes) = await asyncio.gather(
        core.database.writing(lambda transaction: kept_keys(transaction, core.keyring, now)),
        core.database.reading(in_store),
    )
    followers = Followers(core.clock, keys)
    followers.take_over(firewalls, changes)
    core.offers.take(FirewallsChanged).followers = followers
    return FirewallService(core, followers)
