"""The sources of devices, put together: who may send, what is taken, how it goes with each. Offered to pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import Final

from limen.clock import Instant
from limen.devices.service import Devices
from limen.devices.sources import intake, push, store
from limen.devices.sources.intake import Taken
from limen.devices.sources.record import Record
from limen.devices.sources.store import SourceState
from limen.devices.wire import RefusedError
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts.device_rules import PULLED, DeviceSource, SourceKind
from limen.opaque import hash_of, new_token
from limen.pillar import Core
from limen.rate_limit import RateLimit
from limen.storage import Keyring, Snapshot, Transaction

PER_SECOND, AT_ONCE = 1.0, 30
"""How often one source may push."""
LONGEST_TOKEN: Final = 200
AT_A_TIME: Final = 100
MOST_RECORDS: Final = 100_000
"""Of how many devices one source may tell."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A source, what is known of how it goes, and of how many devices it tells."""

    name: str
    source: DeviceSource
    state: SourceState
    devices: int


class Sources:
    """Used on the event loop; the commits are made in the writer's thread."""

    def __init__(self, core: Core, devices: Devices) -> None:
        self._core = core
        self._devices = devices
        self._rate = RateLimit(PER_SECOND, AT_ONCE)

    def now(self) -> Instant:
        return self._core.clock.now()

    def known(self) -> dict[str, DeviceSource]:
        """The sources that the company has, by their names."""
        return dict(self._core.known.device_rules.sources)

    # What sources send

    async def push(self, token: str, body: bytes, address: str) -> dict[str, int]:
        """Take what a source sends of its own, and say what came of it. Raises RefusedError, StorageError."""
        name = await self.proved(SourceKind.PUSH, token, address)
        if not self._rate.admits(name, self.now()):
            raise RefusedError(429, "slow_down", "this source sends too often", "send more devices at once")
        records, gone = push.records_of(body, self.now())
        taken = await self.take(name, records, gone, is_whole=True)
        return {"changed": taken.changed, "same": taken.same, "gone": taken.gone}

    async def proved(self, kind: SourceKind, token: str, address: str) -> str:
        """The name of the source of this kind whose token this is. Raises RefusedError, which is journaled."""
        found: str | None = None
        if 0 < len(token) <= LONGEST_TOKEN:
            hashed = hash_of(token)
            found = await self._core.database.reading(lambda s: store.source_of_token(s.connection, hashed))
        source = self.known().get(found or "")
        if found is None or source is None or source.kind is not kind:
            self._tell_refused(address)
            raise RefusedError(
                401, "not_a_source", "this is the token of no source", "create one: limen device source-token"
            )
        return found

    def _tell_refused(self, address: str) -> None:
        """Somebody who did not prove to be a source was refused."""
        kind, reason = "device.source_refused", "no such token"
        self._core.journal.record(
            Event(at=self.now(), kind=kind, outcome=Outcome.FAILURE, address=address, reason=reason)
        )

    async def take(
        self, name: str, records: list[Record], gone: tuple[str, ...] = (), *, is_whole: bool = False
    ) -> Taken:
        """Keep what a source says, and judge the devices that it is about. `is_whole`: that was all for now.

        So many at a time that whoever signs in meanwhile does not wait for it.
        """
        owners, taken = self._owners(), Taken()
        parts = [records[at : at + AT_A_TIME] for at in range(0, len(records), AT_A_TIME)]
        lost = [gone[at : at + AT_A_TIME] for at in range(0, len(gone), AT_A_TIME)]
        for part, without in zip_longest(parts, lost, fillvalue=()):
            taken += await self._core.write(partial(self._take, name=name, records=part, gone=without, owners=owners))
        if is_whole:
            await self._core.database.writing(lambda t: store.ASKED.ended(t.connection, name, self.now()))
        return taken

    async def take_further(self, name: str, record_id: str, further: Callable[[Record | None], Record]) -> None:
        """Keep what a source says of one device beyond what it said before, which `further` is given (None: nothing).

        In one transaction: of two messages about a device that come at once, each finds what the other said.
        """
        owners = self._owners()

        def work(transaction: Transaction) -> None:
            before = store.records(transaction.connection, name, [record_id]).get(record_id)
            self._take(transaction, name, [further(before.record if before is not None else None)], (), owners)
            store.ASKED.ended(transaction.connection, name, self.now())

        await self._core.write(work)

    def _owners(self) -> Mapping[str, str]:
        """Everybody's id by their email address."""
        return {one.email.casefold(): one.id for one in self._core.known.people.values() if one.email}

    def _take(
        self,
        transaction: Transaction,
        name: str,
        records: Sequence[Record],
        gone: Sequence[str],
        owners: Mapping[str, str],
    ) -> Taken:
        now = self.now()
        if store.number_of(transaction.connection, name) + len(records) > MOST_RECORDS:
            raise RefusedError(409, "too_many", f"{name} tells of too many devices", "tell which are gone")
        taken = intake.take(transaction, name, records, now, lambda address: owners.get(address, ""))
        taken += intake.drop(transaction, name, gone)
        for device_id in taken.touched:
            self._devices.judging.again(transaction, device_id, now)
        return taken

    # What administrators do and see

    async def list(self) -> list[Listed]:
        """Every source that the company has, by name."""
        known = self.known()

        def read(snapshot: Snapshot) -> list[Listed]:
            connection = snapshot.connection
            states = store.states(connection)
            return [
                Listed(name, one, states.get(name, SourceState(name)), store.number_of(connection, name))
                for name, one in sorted(known.items())
            ]

        return await self._core.database.reading(read)

    async def ask_soon(self, name: str) -> None:
        """Have a source asked at the next turn. Raises LimenError where none of this name is asked."""
        source = self.known().get(name)
        if source is None or source.kind not in PULLED:
            raise LimenError("there is no source of this name that is asked", "look at devices.yaml")
        await self._core.database.writing(lambda t: store.ASKED.ask_soon(t.connection, name))

    async def forget_removed(self) -> None:
        """What a source said that the company has no longer counts for nothing, and is dropped."""

        def work(transaction: Transaction) -> None:
            for name in store.sources_with_records(transaction.connection) - self.known().keys():
                taken = intake.drop(transaction, name, store.ids_of(transaction.connection, name))
                for device_id in taken.touched:
                    self._devices.judging.again(transaction, device_id, self.now())

        await self._core.write(work)


def place_of(source: DeviceSource) -> str:
    """Where a source's secret may be sent, and nowhere else."""
    return f"{source.kind} {source.url} {source.tenant} {source.client}"[:500]


def keep_secret(
    transaction: Transaction, keyring: Keyring, name: str, source: DeviceSource, secret: str, now: Instant, *, by: str
) -> None:
    """Keep the secret by which Limen signs in at a source. Raises LimenError where the source sends by itself."""
    if source.kind not in PULLED:
        raise LimenError(f"{name} sends by itself: Limen does not ask it", f"use `limen device source-token {name}`")
    store.ASKED.keep_secret(transaction.connection, keyring, name, place_of(source), secret)
    transaction.say(Event(at=now, kind="device.source_secret_kept", actor=by, details={"source": name}))


def make_token(transaction: Transaction, name: str, source: DeviceSource, now: Instant, *, by: str) -> str:
    """A new token by which a source that sends by itself is known; the one before is worth nothing.

    Raises LimenError where the source is one that Limen asks.
    """
    if source.kind not in {SourceKind.PUSH, SourceKind.OSQUERY}:
        raise LimenError(f"{name} does not send by itself: Limen asks it", f"use `limen device source-secret {name}`")
    token = new_token()
    store.set_token(transaction.connection, name, hash_of(token))
    transaction.say(Event(at=now, kind="device.source_token_made", actor=by, details={"source": name}))
    return token
