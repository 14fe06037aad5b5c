"""Taking reports: proved by the device's key, newer than the last and chained to it, judged and kept in one commit.

A sequence number that was used before, with a good signature and a fresh nonce, says that two hold one key, or that a
state was put back: the device is quarantined at once.

Ten thousand devices that report each minute must not cost a commit each. So reports at intervals wait a moment for
others, and are committed, made known and answered with them; what changed, or is asked for, takes along who waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from limen.clock import SECOND, Instant
from limen.devices import reading, states, store, wire
from limen.devices.compliance import judge
from limen.devices.gathered import Gathered
from limen.devices.model import EnrolledDevice, Posture, Report, State
from limen.devices.nonces import Nonces
from limen.devices.projection import REPORTS, JudgedReport, Projection
from limen.devices.steps import Steps, steps_for
from limen.devices.wire import Kind, Message, RefusedError
from limen.events import Event
from limen.pillar import Core, DeviceSessions
from limen.rate_limit import RateLimit
from limen.storage import Transaction

USED_TWICE: Final = "its key is used twice"
"""Why a device whose key was cloned is in quarantine."""
PER_SECOND, AT_ONCE = 1.0, 20
"""How often one device may report: also while things change, and its owner presses *Check again*."""
GATHER_SECONDS: Final = 0.25
MOST_TOGETHER: Final = 64
AT_A_TIME: Final = 8
"""How many are read in one turn of the loop, on which decisions wait meanwhile."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A report that was taken, and what it came to; or why it was not. `device` is what the device is from now on."""

    device: EnrolledDevice | None = None
    judged: JudgedReport | None = None
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

    def __init__(self, core: Core, sessions: DeviceSessions, nonces: Nonces, projection: Projection) -> None:
        self._core = core
        self._sessions = sessions
        self._nonces = nonces
        self._projection = projection
        self._gathered: Gathered[tuple[bytes, str], Taken] = Gathered(self._take_all, GATHER_SECONDS, MOST_TOGETHER)
        self._audience = core.settings.public_url
        self._rate = RateLimit(PER_SECOND, AT_ONCE)
        self._keys: dict[str, tuple[Mapping[str, str], Any]] = {}

    def known_key(self, device_id: str, jwk: Mapping[str, str] | None) -> None:
        """The key of a device, imported once; None: it is none of ours any more."""
        if jwk is None:
            self._keys.pop(device_id, None)
        elif device_id not in self._keys or self._keys[device_id][0] != jwk:
            self._keys[device_id] = jwk, wire.imported(jwk)

    def proved(self, compact: bytes, kind: Kind, rate: RateLimit | None = None) -> Message:
        """A message of an enrolled device, signed by its key, for us, and of now. `rate`: what it may send, where that
        is no report. Raises RefusedError.

        What counts against a device is what it signed: whoever knows its id can't use up what it may send.
        """
        now = self._core.clock.now()
        message = wire.read(compact, kind)
        known = self._keys.get(message.device_id)
        if known is None:
            raise wire.not_this_device()
        wire.verify_by(message, known[1])
        if not (rate or self._rate).admits(message.device_id, now):
            raise RefusedError(429, "slow_down", "this device sends too often", "wait a few seconds")
        wire.judge_claims(message, self._audience, now)
        return message

    async def take(self, compact: bytes, address: str) -> Taken:
        """Raises RefusedError, and StorageError where nothing can be kept."""
        taken = await self._gathered.ask((compact, address), hurries=not wire.says_interval(compact))
        if taken.refused is not None:
            raise taken.refused
        return taken

    def close(self) -> None:
        """Whoever waits for others is answered."""
        self._gathered.now()

    # Inside

    async def _take_all(self, came: Sequence[tuple[bytes, str]]) -> list[Taken]:
        """Each in its order: in one transaction, and known to decisions before the first is answered."""
        read: list[_Sent | RefusedError] = []
        for number, (compact, address) in enumerate(came, 1):
            read.append(self._read(compact, address))
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
        sent = [one for one in read if isinstance(one, _Sent)]
        taken = iter(await self._kept(sent) if sent else ())
        return [next(taken) if isinstance(one, _Sent) else Taken(refused=one) for one in read]

    def _read(self, compact: bytes, address: str) -> _Sent | RefusedError:
        try:
            message = self.proved(compact, Kind.REPORT)
            self._nonces.judge(message.claims.get("nonce"), self._core.clock.now())
            return _Sent(message.device_id, message.digest, reading.report_of(message.claims), address)
        except RefusedError as refused:
            return refused

    async def _kept(self, sent: Sequence[_Sent]) -> list[Taken]:
        def work(transaction: Transaction) -> tuple[list[Taken], int, int]:
            return self._keep(transaction, sent), transaction.changed_seq, transaction.said_seq

        taken, changed, said = await self._core.database.writing(work)
        await self._core.feed.settled(changed)
        if said:
            await self._core.journal.settled()
        return taken

    def _keep(self, transaction: Transaction, sent: Sequence[_Sent]) -> list[Taken]:
        now = self._core.clock.now()
        is_told_of = bool(self._core.known.device_rules.sources)
        held = store.last_of(transaction.connection, {one.device_id for one in sent}, is_told_of=is_told_of)
        kept: dict[str, tuple[Report, JudgedReport]] = {}
        taken = []
        for one in sent:
            was = kept[one.device_id][1].health.compliance if one.device_id in kept else ""
            came = self._take(transaction, one, held.get(one.device_id), now, was)
            if came.device is not None and came.judged is not None:
                kept[one.device_id] = one.report, came.judged
                held[one.device_id] = came.device, came.judged.posture
            elif came.device is not None:
                held[one.device_id] = came.device, held[one.device_id][1]
            taken.append(came)
        if kept:
            store.keep_reports(
                transaction.connection, [(name, report, judged.posture) for name, (report, judged) in kept.items()]
            )
            transaction.changed(
                REPORTS, self._projection.reported(now, {name: judged for name, (_, judged) in kept.items()})
            )
        return taken

    def _take(
        self,
        transaction: Transaction,
        sent: _Sent,
        found: tuple[EnrolledDevice, Posture] | None,
        now: Instant,
        was: str,
    ) -> Taken:
        """`was`: what a report of this device came to that was taken in the same transaction; "" for the first."""
        report = sent.report
        if found is None or found[0].state in {State.LOST, State.RETIRED}:
            return Taken(refused=wire.not_this_device())
        device, before = found
        if sent.digest == before.digest:
            return Taken(refused=RefusedError(409, "repeated", "this very report was taken already"))
        if _is_of_another(report, before):
            return self._cloned(transaction, device, sent, now)
        after = replace(
            before,
            seq=report.seq,
            digest=sent.digest,
            boot=report.boot,
            at=now,
            checks=report.checks,
            address=sent.address[:45],
        )
        health = judge(self._core.known.device_rules, device.platform, after, now)
        states.tell_health(transaction, self._sessions, device, before, health, self._core.known, now, was=was)
        return Taken(device, JudgedReport(replace(after, failing_since=health.failing_since), health))

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
            states.change(transaction, self._sessions, device, State.QUARANTINED, now, why=USED_TWICE)
        elif device.state_why != USED_TWICE:  # it is the reason from now on, whatever the one before comes to
            store.set_state(transaction.connection, device.id, State.QUARANTINED, now, USED_TWICE)
            transaction.changed("device", device.id)
        return Taken(
            replace(device, state=State.QUARANTINED, state_why=USED_TWICE),
            refused=RefusedError(
                409, "replayed", "this device's key was used from two places, or its state was put back", "ask for help"
            ),
        )


def _is_of_another(report: Report, before: Posture) -> bool:
    """Whether a good signature comes from another than the one that signed before (see agent-wire.md, Reports)."""
    if report.seq <= before.seq:
        return True
    return report.seq == before.seq + 1 and report.prev != before.digest


def answer(taken: Taken, nonce: str, every_s: int) -> dict[str, Any]:
    """What the agent is told of its report."""
    device, judged = taken.device, taken.judged
    assert device is not None  # noqa: S101 -- a report that was taken is some device's, and was judged
    assert judged is not None  # noqa: S101 -- as above
    return {
        "nonce": nonce,
        "compliance": judged.health.compliance,
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
            for one in judged.health.checks
            for todo in (Steps(()) if one.is_good else steps_for(one, device.platform),)
        ],
    }
