"""Signals about devices, put together: messages come in, and people end what was an error. Offered to the pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from limen.clock import APART, DAY, MINUTE, SECOND, Instant
from limen.devices.model import EnrolledDevice
from limen.devices.service import Devices
from limen.devices.signals import authentication, changes, hosts_store, secret, store
from limen.devices.signals.authentication import Once
from limen.devices.signals.changes import At
from limen.devices.signals.held import SOURCE_CHANGE, SignalsHeld
from limen.devices.signals.mappers import MAPPERS
from limen.devices.signals.mapping import TooManyError
from limen.devices.signals.matching import Known
from limen.devices.signals.model import Alive, Message, Signal, Told
from limen.devices.wire import RefusedError
from limen.events import Event, Outcome
from limen.facts.signal_sources import SignalSource
from limen.pillar import Core, DeviceSessions
from limen.rate_limit import RateLimit
from limen.storage import Transaction
from limen.synthetic import is_synthetic

PER_SECOND: Final = 5.0
AT_ONCE: Final = 60
"""How often a source may send: beyond it, it sends again, or several things at once."""
KEPT: Final = 90 * DAY
"""How long a signal that has ended is shown."""
UNMATCHED_AT_ONCE: Final = 20
UNMATCHED_EVERY: Final = MINUTE
"""How often the journal is told that a source means no device here; its answers tell the source of each."""
_HEARD_EVERY: Final = MINUTE
"""When a source was heard is written down at most so often."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a message. `unmatched`: about devices that Limen does not know. `is_repeated`: it came before."""

    signals: int = 0
    alive: int = 0
    unmatched: int = 0
    passed_over: int = 0
    is_repeated: bool = False


class Signals:
    """Takes what sources send, and keeps what they said up to date. Used on the event loop."""

    def __init__(self, core: Core, sessions: DeviceSessions, devices: Devices, held: SignalsHeld) -> None:
        self._core = core
        self._sessions = sessions
        self._devices = devices
        self._held = held
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._unmatched = RateLimit(SECOND / UNMATCHED_EVERY, UNMATCHED_AT_ONCE)
        self._secrets: dict[str, tuple[Instant, str]] = {}

    # Messages

    async def take(self, name: str, headers: Mapping[str, str], body: bytes, address: str) -> Taken:
        """A message in the name of this source. Raises RefusedError, StorageError."""
        try:
            source, message, once = self._read(name, headers, body)
        except RefusedError as refused:
            self._tell_refused(refused, name, address)
            raise
        known = Known({**self._devices.projection.held, **self._devices.projection.synthetic})
        now = self._core.clock.now()
        told = [(one, known.meant(one.named, one.at or now)) for one in message.told]
        alive = [(one, _vouched_for(one, known.meant(one.named, one.at or now))) for one in message.alive]
        strangers = [one for one in message.alive if not known.meant(one.named, one.at or now)]
        work = _Work(source, once, told, alive, strangers, message.passed_over)
        return await self._core.write(lambda transaction: self._keep(transaction, work))

    def _read(self, name: str, headers: Mapping[str, str], body: bytes) -> tuple[SignalSource, Message, Once | None]:
        now = self._core.clock.now()
        if len(body) > authentication.LONGEST:
            raise RefusedError(413, "too_large", "the message is longer than 64 KiB", "send it in parts")
        source = self._core.known.device_rules.signals.get(name)
        if source is None or source.kind not in MAPPERS:
            authentication.verify(SignalSource(name, ""), "", headers, body, now)
            raise authentication.not_this_source()
        verified = authentication.verify(source, self._secret(name), headers, body, now)
        self._refuse_too_often(source.name, now)
        mapper = MAPPERS[source.kind]
        try:
            return source, mapper.read(authentication.read_json(body, by_line=mapper.by_line)), verified
        except TooManyError:
            raise RefusedError(413, "too_large", "the message says more than 200 things", "send it in parts") from None

    def _keep(self, transaction: Transaction, work: _Work) -> Taken:
        at, source = self._at(), work.source
        if work.once is not None:
            digest = sha256(f"{source.name}\n{work.once.id}".encode()).digest()
            if not store.is_first(transaction.connection, digest, work.once.until):
                return Taken(is_repeated=True)
        row = store.source(transaction.connection, source.name)
        if at.now - row.heard_at >= _HEARD_EVERY and not work.is_of_probe:
            store.heard(transaction.connection, source.name, at.now)
            transaction.changed(SOURCE_CHANGE, source.name)
        unmatched = 0
        for told, devices in work.told:
            for device in devices:
                changes.tell(transaction, source, told, device.id, at, is_sure=len(devices) == 1)
            if not devices:
                unmatched += 1
                if self._unmatched.admits(source.name, at.now):
                    self._say_unmatched(transaction, source, told, at.now)
        for spoke, devices in work.alive:
            for device in devices:
                changes.heard(transaction, source, spoke, device.id, at)
        for spoke in work.strangers:
            hosts_store.heard(transaction.connection, source.name, spoke, at.now)
        alive = sum(1 for _, devices in work.alive if devices)
        return Taken(len(work.told) - unmatched, alive, unmatched, work.passed_over)

    # What people do

    def of(self, device_id: str) -> tuple[Signal, ...]:
        """What was said about a device, the newest first."""
        return self._held.by_device.get(device_id, ())

    async def end(self, signal_id: str, *, by: str) -> None:
        """It is over, or was an error. Raises LimenError."""
        await self._core.write(lambda t: changes.end(t, signal_id, self._at(), by=by))

    async def reopen(self, signal_id: str, *, by: str) -> None:
        """It was none, and counts again. Raises LimenError."""
        await self._core.write(lambda t: changes.reopen(t, signal_id, self._at(), by=by))

    # As time passes

    async def run_out(self) -> None:
        """End the signals whose time is over."""
        over = self._held.over(self._core.clock.now())

        def work(transaction: Transaction) -> None:
            for one in over:
                changes.run_out(transaction, one, self._at())

        if over:
            await self._core.write(work)

    async def forget(self) -> None:
        """Drop what ended long ago, and the messages that can't come twice any more."""
        now = self._core.clock.now()

        def work(transaction: Transaction) -> None:
            store.forget_messages(transaction.connection, now - APART)
            hosts_store.forget(transaction.connection, now - KEPT)
            for device_id in store.forget_ended(transaction.connection, now - KEPT):
                transaction.changed(changes.CHANGE, device_id)

        await self._core.write(work)

    # Inside

    def _at(self) -> At:
        return At(self._sessions, self._core.known, self._core.clock.now())

    def _secret(self, name: str) -> str:
        row = self._held.sources.get(name, store.SourceRow(name))
        made_at, kept = self._secrets.get(name, (-1, ""))
        if made_at != row.made_at:
            kept = secret.opened(self._core.keyring, row)
            self._secrets[name] = (row.made_at, kept)
        return kept

    def _refuse_too_often(self, name: str, now: Instant) -> None:
        if not self._rate.admits(name, now):
            raise RefusedError(
                429, "slow_down", "this source sends too often", "wait a few seconds, or send it at once"
            )

    def _say_unmatched(self, transaction: Transaction, source: SignalSource, told: Told, now: Instant) -> None:
        details: dict[str, str | int | bool] = {"source": source.name, "level": told.level.name.lower()}
        transaction.say(Event(at=now, kind="device.signal_unmatched", details={**details, "ref": told.ref[:60]}))

    def _tell_refused(self, refused: RefusedError, name: str, address: str) -> None:
        if refused.error == "slow_down":
            return  # it mends itself
        is_ours = name in self._core.known.device_rules.signals
        self._core.journal.record(
            Event(
                at=self._core.clock.now(),
                kind="device.signal_refused",
                outcome=Outcome.FAILURE,
                address=address,
                reason=refused.error,
                details={"source": name} if is_ours else {},
            )
        )


def _vouched_for(spoke: Alive, devices: list[EnrolledDevice]) -> list[EnrolledDevice]:
    """Of which devices it counts: a sign of life speaks for the one that it fits alone, its end against all."""
    return devices if spoke.is_gone or len(devices) == 1 else []


@dataclass(frozen=True, slots=True)
class _Work:
    """A message with the devices that each part of it is about; `strangers` are signs of life of no device here."""

    source: SignalSource
    once: Once | None
    told: list[tuple[Told, list[EnrolledDevice]]]
    alive: list[tuple[Alive, list[EnrolledDevice]]]
    strangers: list[Alive]
    passed_over: int

    @property
    def is_of_probe(self) -> bool:
        """Whether Limen sent it itself, about a device of a probe and nothing else: it shows no source to be there."""
        about = [device.id for _, devices in (*self.told, *self.alive) for device in devices]
        return bool(about) and all(is_synthetic(one) for one in about)
