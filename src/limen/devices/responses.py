"""What answers to alerts may do to devices: quarantine one, and release it where they are still the reason."""

from __future__ import annotations

from limen.clock import Instant
from limen.devices import states, store
from limen.devices.model import EnrolledDevice, State
from limen.pillar import DeviceResponses, DeviceSessions
from limen.storage import Snapshot, Transaction


def responses(sessions: DeviceSessions) -> DeviceResponses:
    def quarantine(transaction: Transaction, device_id: str, now: Instant, by: str, mark: str) -> bool:
        device = store.by_id(transaction.connection, device_id)
        if device is None or device.state is not State.ACTIVE:
            return False
        states.change(transaction, sessions, device, State.QUARANTINED, now, by=by, why=mark)
        return True

    def release(transaction: Transaction, device_id: str, now: Instant, by: str, mark: str) -> bool:
        device = store.by_id(transaction.connection, device_id)
        if device is None or not _is_held_by(device, mark):
            return False
        states.change(transaction, sessions, device, State.ACTIVE, now, by=by, why=f"{mark}: over")
        return True

    return DeviceResponses(quarantine=quarantine, release=release, is_held=_is_held, owner_of=_owner_of)


def _is_held(snapshot: Snapshot, device_id: str, mark: str) -> bool:
    device = store.by_id(snapshot.connection, device_id)
    return device is not None and _is_held_by(device, mark)


def _is_held_by(device: EnrolledDevice, mark: str) -> bool:
    return device.state is State.QUARANTINED and device.state_why == mark


def _owner_of(snapshot: Snapshot, device_id: str) -> str:
    device = store.by_id(snapshot.connection, device_id)
    return device.owner_id if device is not None else ""
