"""Taking reports: proved by the device's key, newer than the last and chained to it, judged and kept in one commit.

A sequence number that was used before, with a good signature and a fresh nonce, says that two hold one key, or that a
state was put back: the device is quarantined at once. Reports that come together are committed together.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from limen.clock import SECOND, Instant
from limen.devices import reading, states, store, wire
from limen.devices.compliance import Health, judge
from limen.devices.model import EnrolledDevice, Posture, Report, State
from limen.devices.nonces import Nonces
from limen.devices.wire import Kind, Message, RefusedError
from limen.events import Event
from limen.pillar import Core, DeviceSessions
from limen.rate_limit import RateLimit
from limen.storage import Transaction

MOST_TOGETHER: Final = 200
PER_SECOND, AT_ONCE = 1.0, 20
"""How often one device may report: also while things change, and its owner presses *Check again*."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was taken, and what it came to; or why it was not."""

    device: EnrolledDevice | None = None
    health: Health | None = None
    refused: RefusedError | None = None
    changed_seq: int = 0
    said: bool = False


@dataclass(slots=True)
class _Waiting:
    message: Message
    report: Report
    address: str
    answer: asyncio.Future[Taken] = field(repr=False)


class Reports:
    """Takes what devices report. Used on the event loop; the commits are made in the writer's thread."""

    def __init__(self, core: Core, sessions: DeviceSessions, nonces: Nonces) -> None:
        self._core = core
        self._sessions = sessions
        self._nonces = nonces
        self._audience = core.settings.public_url
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._keys: dict[str, Any] = {}
        self._waiting: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None

    def known_key(self, device_id: str, jwk: dict[str, str] | None) -> None:
        """The key of a device, imported once; None: it is none of ours any more."""
        if jwk is None:
            self._keys.pop(device_id, None)
        else:
            self._keys[device_id] = wire.imported(jwk)

    def proved(self, compact: bytes, kind: Kind) -> Message:
        """A message of an enrolled device, signed by its key, for us, and of now. Raises RefusedError."""
        now = self._core.clock.now()
        message = wire.read(compact, kind)
        key = self._keys.get(message.device_id)
        if key is None:
            raise wire.not_this_device()
        if not self._rate.admits(message.device_id, now):
            raise RefusedError(429, "slow_down", "this device reports too often", "wait a few seconds")
        wire.verify_by(message, key)
        wire.judge_claims(message, self._audience, now)
        return message

    async def take(self, compact: bytes, address: str) -> Taken:
        """Raises RefusedError, and StorageError where nothing can be kept."""
        message = self.proved(compact, Kind.REPORT)
        self._nonces.judge(message.claims.get("nonce"), self._core.clock.now())
        report = reading.report_of(message.claims)
        waiting = _Waiting(message, report, address, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._committing is None or self._committing.done():
            self._committing = asyncio.create_task(self._commit(), name="keep reports of devices")
        taken = await waiting.answer
        if taken.refused is not None:
            raise taken.refused
        return taken

    async def close(self) -> None:
        if self._committing is not None:
            await asyncio.gather(self._committing, return_exceptions=True)

    # Inside

    async def _commit(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            try:
                taken, changed, said = await self._core.database.writing(partial(self._take_all, batch))
                await self._core.feed.settled(changed)
                if said:
                    await self._core.journal.settled()
            except Exception as error:  # noqa: BLE001 -- each of them is told
                for one in batch:
                    if not one.answer.done():
                        one.answer.set_exception(error)
                continue
            for one, its in zip(batch, taken, strict=True):
                if not one.answer.done():
                    one.answer.set_result(its)

    def _take_all(self, batch: list[_Waiting], transaction: Transaction) -> tuple[list[Taken], int, int]:
        taken = [self._take(transaction, one) for one in batch]
        return taken, transaction.changed_seq, transaction.said_seq

    def _take(self, transaction: Transaction, waiting: _Waiting) -> Taken:
        connection, now = transaction.connection, self._core.clock.now()
        device = store.by_id(connection, waiting.message.device_id)
        if device is None or device.state in {State.LOST, State.RETIRED}:
            return Taken(refused=wire.not_this_device())
        before, report = store.reported(connection, device.id), waiting.report
        if waiting.message.digest == before.digest:
            return Taken(refused=RefusedError(409, "repeated", "this very report was taken already"))
        if _is_of_another(report, before):
            return self._cloned(transaction, device, waiting, now)
        after = Posture(report.seq, waiting.message.digest, report.boot, now, report.checks, before.failing_since)
        health = judge(self._core.known.device_rules, device.platform, after, now)
        store.keep_report(connection, device, report, waiting.message.digest, now)
        if health.failing_since != before.failing_since:
            store.keep_failing(connection, device.id, health.failing_since)
        states.tell_health(transaction, self._sessions, device, before, health, self._core.known, now)
        transaction.changed("device", device.id)
        return Taken(device, health)

    def _cloned(self, transaction: Transaction, device: EnrolledDevice, waiting: _Waiting, now: Instant) -> Taken:
        details: dict[str, str | int | bool] = {"seq": waiting.report.seq, "boot": waiting.report.boot[:16]}
        transaction.say(
            Event(
                at=now,
                kind="device.cloned",
                subject=device.owner_id,
                device=device.id,
                address=waiting.address,
                details=details,
            )
        )
        if device.state is State.ACTIVE:
            states.change(transaction, self._sessions, device, State.QUARANTINED, now, why="its key is used twice")
        return Taken(
            refused=RefusedError(
                409, "replayed", "this device's key was used from two places, or its state was put back", "ask for help"
            )
        )


def _is_of_another(report: Report, before: Posture) -> bool:
    """Whether a good signature comes from another than the one that signed before (see agent-wire.md, Reports)."""
    if report.seq <= before.seq:
        return True
    return report.seq == before.seq + 1 and report.prev != before.digest


def answer(taken: Taken, nonce: str, every_s: int) -> dict[str, Any]:
    """What the agent is told of its report."""
    assert taken.health is not None  # noqa: S101 -- a report that was taken was judged
    return {
        "nonce": nonce,
        "compliance": taken.health.compliance,
        "report_every_s": every_s,
        "checks": [
            {
                "id": one.check,
                "verdict": one.found.verdict.value,
                "severity": one.requirement.severity.value,
                "sentence": one.found.sentence.format(**one.found.figures),
                "minutes": one.requirement.minutes,
                "steps": list(one.requirement.steps),
                **({"deadline": one.due_at // SECOND} if one.due_at else {}),
            }
            for one in taken.health.checks
        ],
    }
