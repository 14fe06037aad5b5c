"""Taking reports: proved by the device's key, newer than the last and chained to it, judged and kept in one commit.

A sequence number that was used before, with a good signature and a fresh nonce, says that two hold one key, or that a
state was put back: the device is quarantined at once. Reports that come together are committed together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from limen.clock import SECOND, Instant
from limen.devices import reading, states, store, wire
from limen.devices.compliance import Health, judge
from limen.devices.model import EnrolledDevice, Posture, Report, State
from limen.devices.nonces import Nonces
from limen.devices.steps import Steps, steps_for
from limen.devices.wire import Kind, Message, RefusedError
from limen.events import Event
from limen.pillar import Core, DeviceSessions
from limen.rate_limit import RateLimit
from limen.storage import Transaction

PER_SECOND, AT_ONCE = 1.0, 20
"""How often one device may report: also while things change, and its owner presses *Check again*."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was taken, and what it came to; or why it was not."""

    device: EnrolledDevice | None = None
    health: Health | None = None
    refused: RefusedError | None = None


@dataclass(frozen=True, slots=True)
class _Sent:
    """A report as it came, proved. `digest` is that of the whole message."""

    device_id: str
    digest: bytes
    report: Report
    address: str


class Reports:
    """Takes what devices report. Used on the event loop; the commits are made in the writer's thread."""

    def __init__(self, core: Core, sessions: DeviceSessions, nonces: Nonces) -> None:
        self._core = core
        self._sessions = sessions
        self._nonces = nonces
        self._audience = core.settings.public_url
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._keys: dict[str, Any] = {}

    def known_key(self, device_id: str, jwk: Mapping[str, str] | None) -> None:
        """The key of a device, imported once; None: it is none of ours any more."""
        if jwk is None:
            self._keys.pop(device_id, None)
        else:
            self._keys[device_id] = wire.imported(jwk)

    def proved(self, compact: bytes, kind: Kind) -> Message:
        """A message of an enrolled device, signed by its key, for us, and of now. Raises RefusedError.

        What counts against a device is what it signed: whoever knows its id can't use up what it may send.
        """
        now = self._core.clock.now()
        message = wire.read(compact, kind)
        key = self._keys.get(message.device_id)
        if key is None:
            raise wire.not_this_device()
        wire.verify_by(message, key)
        if not self._rate.admits(message.device_id, now):
            raise RefusedError(429, "slow_down", "this device reports too often", "wait a few seconds")
        wire.judge_claims(message, self._audience, now)
        return message

    async def take(self, compact: bytes, address: str) -> Taken:
        """Raises RefusedError, and StorageError where nothing can be kept."""
        message = self.proved(compact, Kind.REPORT)
        self._nonces.judge(message.claims.get("nonce"), self._core.clock.now())
        sent = _Sent(message.device_id, message.digest, reading.report_of(message.claims), address)

        def work(transaction: Transaction) -> tuple[Taken, int, int]:
            return self._take(transaction, sent), transaction.changed_seq, transaction.said_seq

        taken, changed, said = await self._core.database.writing_together(work)
        await self._core.feed.settled(changed)
        if said:
            await self._core.journal.settled()
        if taken.refused is not None:
            raise taken.refused
        return taken

    # Inside

    def _take(self, transaction: Transaction, sent: _Sent) -> Taken:
        connection, now, report = transaction.connection, self._core.clock.now(), sent.report
        found = store.last(connection, sent.device_id)
        if found is None or found[0].state in {State.LOST, State.RETIRED}:
            return Taken(refused=wire.not_this_device())
        device, before = found
        if sent.digest == before.digest:
            return Taken(refused=RefusedError(409, "repeated", "this very report was taken already"))
        if _is_of_another(report, before):
            return self._cloned(transaction, device, sent, now)
        after = Posture(report.seq, sent.digest, report.boot, now, report.checks, before.failing_since)
        health = judge(self._core.known.device_rules, device.platform, after, now)
        store.keep_report(connection, device.id, report, replace(after, failing_since=health.failing_since))
        states.tell_health(transaction, self._sessions, device, before, health, self._core.known, now)
        transaction.changed("device", device.id)
        return Taken(device, health)

    def _cloned(self, transaction: Transaction, device: EnrolledDevice, sent: _Sent, now: Instant) -> Taken:
        details: dict[str, str | int | bool] = {"seq": sent.report.seq, "boot": sent.report.boot[:16]}
        transaction.say(
            Event(
                at=now,
                kind="device.cloned",
                subject=device.owner_id,
                device=device.id,
                address=sent.address,
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
    device, health = taken.device, taken.health
    assert device is not None  # noqa: S101 -- a report that was taken is some device's, and was judged
    assert health is not None  # noqa: S101 -- as above
    return {
        "nonce": nonce,
        "compliance": health.compliance,
        "report_every_s": every_s,
        "checks": [
            {
                "id": one.check,
                "verdict": one.found.verdict.value,
                "severity": one.requirement.severity.value,
                "sentence": one.found.sentence.format(**one.found.figures),
                "minutes": todo.minutes,
                "steps": list(todo.steps),
                **({"deadline": one.due_at // SECOND} if one.due_at else {}),
            }
            for one in health.checks
            for todo in (Steps(()) if one.is_good else steps_for(one, device.platform),)
        ],
    }
