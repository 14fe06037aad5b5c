"""What answers to alerts may do to devices: quarantine one, and release it where they are still the reason."""

from __future__ import annotations

from limen.clock import Instant
from limen.devices import states, store
from limen.devices.model import State
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
        if device is None or device.state is not State.QUARANTINED or device.state_why != mark:
            return False
        states.change(transaction, sessions, device, State.ACTIVE, now, by=by, why=f"{mark}: over")
        return True

    return DeviceResponses(quarantine=quarantine, release=release, owner_of=_owner_of)


def _owner_of(snapshot: Snapshot, device_id: str) -> str:
    device = store.by_id(snapshot.connection, device_id)
    return device.owner_id if device is not None else ""
