"""What Limen makes of a device, in one transaction each: its health told, quarantined, released, lost, retired.

Whatever takes a device away raises the instant before which everything that was signed in on it is dead.
"""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.devices import store
from limen.devices.certificates import store as certificates
from limen.devices.certificates.store import CHANGED as CERTIFICATES
from limen.devices.compliance import NON_COMPLIANT, Health, judge
from limen.devices.model import EnrolledDevice, Posture, State
from limen.errors import LimenError
from limen.events import Event
from limen.facts import UNKNOWN_DEVICE, FactStore
from limen.pillar import DeviceSessions
from limen.storage import Transaction

_SAID: Final = {
    State.QUARANTINED: "device.quarantined",
    State.ACTIVE: "device.released",
    State.LOST: "device.lost",
    State.RETIRED: "device.retired",
}


class StateError(LimenError):
    """A device can't become that from what it is."""


class UnknownDeviceError(LimenError):
    """There is no such device."""

    def __init__(self) -> None:
        super().__init__("there is no such device", "`limen device list` and the page Devices list them")


def change(
    transaction: Transaction,
    sessions: DeviceSessions,
    device: EnrolledDevice,
    state: State,
    now: Instant,
    *,
    by: str = "",
    why: str = "",
) -> None:
    """From now on the device is in this state. Raises StateError: what is lost or retired is enrolled anew.

    Somebody may put a device in quarantine that is there for another reason: it ends with that reason no more.
    """
    is_another_reason = bool(by) and state is State.QUARANTINED and device.state_why != why
    if device.state is state and not is_another_reason:
        raise StateError(f"this device is {state} already", "look at its page again")
    if device.state in {State.LOST, State.RETIRED}:
        raise StateError(f"this device is {device.state}", "enrol it again")
    store.set_state(transaction.connection, device.id, state, now, why)
    if state is not State.ACTIVE:
        certificates.drop(transaction.connection, device.id)
        transaction.changed(CERTIFICATES, device.id)
        sessions.end(transaction, device.id, now)
    transaction.changed("device", device.id)
    transaction.say(
        Event(
            at=now,
            kind=_SAID[state],
            actor=by,
            subject=device.owner_id,
            device=device.id,
            details={"why": why[:300]} if why else {},
        )
    )


def known(transaction: Transaction, device_id: str) -> EnrolledDevice:
    """Raises UnknownDeviceError."""
    device = store.by_id(transaction.connection, device_id)
    if device is None:
        raise UnknownDeviceError
    return device


def set_managed(
    transaction: Transaction, device: EnrolledDevice, now: Instant, *, is_managed: bool, by: str = ""
) -> None:
    """Say whether a device is the company's."""
    store.set_managed(transaction.connection, device.id, is_managed=is_managed)
    transaction.changed("device", device.id)
    details: dict[str, str | int | bool] = {"managed": is_managed}
    transaction.say(
        Event(
            at=now,
            kind="device.managed_changed",
            actor=by,
            subject=device.owner_id,
            device=device.id,
            details=details,
        )
    )


def tell_health(
    transaction: Transaction,
    sessions: DeviceSessions,
    device: EnrolledDevice,
    before: Posture,
    health: Health,
    facts: FactStore,
    now: Instant,
    *,
    was: str = "",
) -> None:
    """Say that a device's health is another than before, and end what is signed in on it where a check blocks.

    `was`: what it was before, where decisions don't know that yet, or know what it is already; "": as they know it.
    """
    was = was or facts.devices.get(device.id, UNKNOWN_DEVICE).compliance
    newly_failing = sorted(health.failing_since.keys() - before.failing_since.keys())
    if health.compliance == was and not newly_failing:
        return
    failing = " ".join(one.check for one in health.not_good)
    transaction.say(
        Event(
            at=now,
            kind="device.compliance_changed",
            subject=device.owner_id,
            device=device.id,
            details={"compliance": health.compliance, "was": was, "failing": failing},
        )
    )
    if health.blocks and (was != NON_COMPLIANT or newly_failing):
        sessions.end(transaction, device.id, now)


def judge_again(
    transaction: Transaction, sessions: DeviceSessions, facts: FactStore, device_id: str, now: Instant, *, was: str = ""
) -> None:
    """What others say of a device, or what is asked of it, is other than before: its health is told anew, where that
    has changed, and since when a check is not good is kept. `was`: as for `tell_health`.
    """
    held = store.held(transaction.connection, device_id)
    transaction.changed("device", device_id)
    if held is None or held.device.state is not State.ACTIVE:
        return
    health = judge(facts.device_rules, held.device.platform, held.posture, now)
    store.keep_failing(transaction.connection, device_id, health.failing_since)
    tell_health(transaction, sessions, held.device, held.posture, health, facts, now, was=was)
