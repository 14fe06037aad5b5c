"""What a signal does, in one transaction each: it counts, it ends, it counts again; and what that does to its device.

Told again, a signal stays the same one. What is older than what was told last changes nothing: so messages that come
late or twice can't undo what came after them, and what somebody of the company ended stays ended until it happens anew.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import HOUR, Instant
from limen.devices import states, store as devices_store
from limen.devices.model import EnrolledDevice, State
from limen.devices.signals import store
from limen.devices.signals.model import LONGEST, Alive, End, Level, Signal, Told, risk_of
from limen.errors import LimenError
from limen.events import Event
from limen.facts import FactStore
from limen.facts.signal_sources import SignalSource, WhenHigh
from limen.pillar import DeviceSessions
from limen.storage import Transaction

_BECOMES: Final = {
    WhenHigh.QUARANTINE: State.QUARANTINED,
    WhenHigh.LOST: State.LOST,
    WhenHigh.RETIRE: State.RETIRED,
}
MOST_TAKEN_AWAY: Final = 20
"""How many devices one source takes away within an hour. Beyond it, what is signed in on a device ends and no more: a
source with an error, or whoever has its secret, does not take away all that the company has.
"""
_HEARD_ANEW: Final = 20
"""A sign of life is written down when this part of the heartbeat has gone by since the last."""
CHANGE: Final = "device_signals"
"""The kind of change in the feed; its key is the device."""


class UnknownSignalError(LimenError):
    """There is no such signal."""

    def __init__(self) -> None:
        super().__init__("there is no such signal", "`limen device signals NAME` and the device's page list them")


@dataclass(frozen=True, slots=True)
class At:
    """What changes are made with: what ends sessions, what is known, and now."""

    sessions: DeviceSessions
    facts: FactStore
    now: Instant


def tell(
    transaction: Transaction, source: SignalSource, told: Told, device_id: str, at: At, *, is_sure: bool = True
) -> bool:
    """Take what a source says of a device. False where it changes nothing.

    Where it is not sure that this very device is meant, it makes nothing better.
    """
    device = devices_store.by_id(transaction.connection, device_id)
    if device is None or device.state in {State.LOST, State.RETIRED}:
        return False
    before = _kept(transaction, source.name, told.ref, device_id)
    was_at = min(told.at, at.now) or at.now
    if before is not None and _is_old(before, was_at, at.now):
        return False
    level = Level(min(told.level, source.at_most))
    if not is_sure and before is not None and before.counts(at.now) and level < before.level:
        return False
    if level is Level.NONE:
        if before is None or not before.counts(at.now):
            return False
        _end(transaction, before, device, End.RESOLVED, at)
        return True
    until = min(told.until or at.now + source.lasts_ms, at.now + LONGEST)
    if until <= at.now:
        return False
    is_live = before is not None and before.counts(at.now)
    signal = Signal(
        id=before.id if before is not None else f"sg_{secrets.token_hex(8)}",
        device_id=device_id,
        source=source.name,
        ref=told.ref,
        level=level,
        topic=told.topic,
        title=told.title,
        since=before.since if before is not None and is_live else at.now,
        until=until,
        changed_at=was_at,
        heard_at=at.now,
        did=before.did if before is not None and is_live else "",
    )
    is_high_anew = level is Level.HIGH and not (is_live and before is not None and before.level is Level.HIGH)
    if is_high_anew:
        signal = replace(signal, did=_respond(transaction, source, device, at))
    store.keep(transaction.connection, signal, device.owner_id)
    if not is_live or before is None or before.level is not level:
        _say(transaction, "device.signal", signal, device, at.now, did=signal.did)
    count(transaction, device_id, at)
    return True


def end(transaction: Transaction, signal_id: str, at: At, *, by: str) -> Signal:
    """Somebody of the company says that it is over, or never was. A quarantine that it caused ends with it, unless
    another signal holds the device, or something else is the reason since.

    Raises UnknownSignalError; LimenError where it is over already.
    """
    signal, device = _signal(transaction, signal_id)
    if not signal.counts(at.now):
        raise LimenError("this signal is over already", "look at the device's page again")
    _end(transaction, signal, device, End.WITHDRAWN, at, by)
    is_its_own = device.state is State.QUARANTINED and device.state_why == _why(signal.source)
    if signal.did == WhenHigh.QUARANTINE and is_its_own and not _holds(transaction, device, at):
        states.change(transaction, at.sessions, device, State.ACTIVE, at.now, by=by, why="its signal was withdrawn")
    return signal


def reopen(transaction: Transaction, signal_id: str, at: At, *, by: str) -> Signal:
    """It was no error: it counts again until its own end, and does again what it did.

    Raises UnknownSignalError; LimenError where nobody had ended it, or its time is over.
    """
    signal, device = _signal(transaction, signal_id)
    if signal.ended_why != End.WITHDRAWN or at.now >= signal.until:
        raise LimenError(
            "only a signal that somebody ended, and whose time is not over, can count again", "wait for it"
        )
    again = replace(signal, ended_at=0, ended_why="", ended_by="")
    if signal.level is Level.HIGH:
        did = WhenHigh(signal.did) if signal.did else WhenHigh.END_SESSIONS
        undeclared = SignalSource(signal.source, "", when_high=did)  # a service that shares signals, or one of before
        source = at.facts.device_rules.signals.get(signal.source, undeclared)
        again = replace(again, did=_respond(transaction, source, device, at, by=by))
    store.keep(transaction.connection, again, device.owner_id)
    _say(transaction, "device.signal_reopened", again, device, at.now, by=by)
    count(transaction, device.id, at)
    return again


def run_out(transaction: Transaction, signal_id: str, at: At) -> None:
    """Its time is over."""
    signal = store.by_id(transaction.connection, signal_id)
    device = devices_store.by_id(transaction.connection, signal.device_id) if signal is not None else None
    if signal is not None and device is not None and not signal.ended_at and at.now >= signal.until:
        _end(transaction, signal, device, End.OVER, at)


def heard(transaction: Transaction, source: SignalSource, alive: Alive, device_id: str, at: At) -> None:
    """A device's sensor has spoken, or its source says that it has stopped."""
    found = devices_store.last_of(transaction.connection, {device_id}).get(device_id)
    if found is None:
        return
    sensors = found[1].sensors
    before, spoke_at = sensors.get(source.name, 0), min(alive.at, at.now) or at.now
    if spoke_at < abs(before):
        return  # it is older than what is known
    after = -spoke_at if alive.is_gone else spoke_at
    has_turned = (before > 0) is not (after > 0)
    if has_turned or abs(after) - abs(before) >= source.heartbeat_ms // _HEARD_ANEW:
        devices_store.keep_sensors(transaction.connection, device_id, {**sensors, source.name: after})
        states.judge_again(transaction, at.sessions, at.facts, device_id, at.now)


def count(transaction: Transaction, device_id: str, at: At) -> None:
    """Work out anew how much is said against a device."""
    risk = risk_of(store.of_device(transaction.connection, device_id), at.now)
    devices_store.keep_risk(transaction.connection, device_id, int(risk))
    transaction.changed(CHANGE, device_id)
    states.judge_again(transaction, at.sessions, at.facts, device_id, at.now)


# Inside


def _respond(transaction: Transaction, source: SignalSource, device: EnrolledDevice, at: At, by: str = "") -> str:
    """What is done about a risk that is high; the word for it. `by`: somebody of the company wants it so."""
    state = _BECOMES.get(source.when_high)
    is_there = state is None or (state is State.QUARANTINED and device.state is State.QUARANTINED)
    if state is None or is_there or (not by and _has_taken_away_most(transaction, source, device, at)):
        at.sessions.end(transaction, device.id, at.now)
        return WhenHigh.END_SESSIONS.value
    states.change(transaction, at.sessions, device, state, at.now, why=_why(source.name))
    return source.when_high.value


def _has_taken_away_most(transaction: Transaction, source: SignalSource, device: EnrolledDevice, at: At) -> bool:
    """Whether this source has taken away as many devices as it may for now; then that is said."""
    taken = devices_store.count_because_of(transaction.connection, _why(source.name), at.now - HOUR)
    if taken < MOST_TAKEN_AWAY:
        return False
    details: dict[str, str | int | bool] = {"source": source.name, "spared": source.when_high.value}
    transaction.say(Event(at=at.now, kind="device.signal_limited", device=device.id, details=details))
    return True


def _why(source: str) -> str:
    """Why a device is in another state after a signal of this source; while that is kept, the signal is the reason."""
    return f"{source} reports a high risk"


def _end(transaction: Transaction, signal: Signal, device: EnrolledDevice, why: End, at: At, by: str = "") -> None:
    store.end(transaction.connection, signal.id, at.now, why, by)
    _say(transaction, "device.signal_ended", signal, device, at.now, by=by, why=why.value)
    count(transaction, device.id, at)


def _holds(transaction: Transaction, device: EnrolledDevice, at: At) -> bool:
    """Whether another signal keeps the device in quarantine."""
    others = store.of_device(transaction.connection, device.id)
    return any(one.counts(at.now) and one.level is Level.HIGH for one in others)


def _kept(transaction: Transaction, source: str, ref: str, device_id: str) -> Signal | None:
    held = store.of_device(transaction.connection, device_id)
    return next((one for one in held if (one.source, one.ref) == (source, ref)), None)


def _is_old(before: Signal, was_at: Instant, now: Instant) -> bool:
    """Whether something later was told already. What has ended begins anew only by something that is later."""
    return was_at < before.changed_at if before.counts(now) else was_at <= before.changed_at


def _signal(transaction: Transaction, signal_id: str) -> tuple[Signal, EnrolledDevice]:
    signal = store.by_id(transaction.connection, signal_id)
    device = devices_store.by_id(transaction.connection, signal.device_id) if signal is not None else None
    if signal is None or device is None:
        raise UnknownSignalError
    return signal, device


def _say(
    transaction: Transaction,
    kind: str,
    signal: Signal,
    device: EnrolledDevice,
    now: Instant,
    *,
    by: str = "",
    **more: str,
) -> None:
    details: dict[str, str | int | bool] = {
        "signal_id": signal.id,
        "source": signal.source,
        "level": signal.level.name.lower(),
        "topic": signal.topic.value,
        "until": signal.until,
        **{name: word for name, word in more.items() if word},
    }
    transaction.say(Event(at=now, kind=kind, actor=by, subject=device.owner_id, device=device.id, details=details))
