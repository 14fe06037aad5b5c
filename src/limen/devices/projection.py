"""How devices become facts: what each reported last, held against the company's rules at that moment.

Only devices that are active are known to decisions; all others are devices that nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from limen.clock import Instant, Milliseconds
from limen.devices import store
from limen.devices.compliance import Health, judge
from limen.devices.model import EnrolledDevice, Posture, State
from limen.facts import Device, FactStore
from limen.storage import Feed, Snapshot

Key = tuple[str, dict[str, str] | None]


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one device; None: it is gone. `key` is the public half of its key."""

    id: str
    device: EnrolledDevice | None
    reported: Posture
    key: dict[str, str] | None


class Projection:
    """Keeps devices in the facts, and hands their keys and the instants at which they fall due to `known_key` and
    `due`, which are there once devices are served.
    """

    def __init__(self, facts: FactStore, now: Callable[[], Instant]) -> None:
        self._facts = facts
        self._now = now
        self.known_key: Callable[[str, dict[str, str] | None], None] = lambda _device, _key: None
        self.held: dict[str, Read] = {}
        self.due: dict[str, Instant] = {}

    def register(self, feed: Feed) -> None:
        feed.at_start(_read_all, self._apply_all)
        feed.on("device", _read_one, lambda _key, read: self.apply(read))

    def apply(self, read: Read) -> None:
        """Take over what was read of a device, judged now."""
        device = read.device
        if device is None or device.state is not State.ACTIVE:
            self._facts.devices.drop(read.id)
            self.due.pop(read.id, None)
        else:
            health = self._judged(device, read.reported)
            self._facts.devices.put(fact_of(device, read.reported, health, self._facts.device_rules.report_within_ms))
            if health.due_at:
                self.due[read.id] = health.due_at
            else:
                self.due.pop(read.id, None)
        if device is None:
            self.held.pop(read.id, None)
        else:
            self.held[read.id] = read
        may_speak = device is not None and device.state in {State.ACTIVE, State.QUARANTINED}
        self.known_key(read.id, read.key if may_speak else None)

    def again(self) -> None:
        """Judge every device anew: the rules are others."""
        for read in tuple(self.held.values()):
            self.apply(read)

    def health(self, device_id: str) -> Health | None:
        """What a device's last report comes to now."""
        read = self.held.get(device_id)
        return None if read is None or read.device is None else self._judged(read.device, read.reported)

    def _judged(self, device: EnrolledDevice, reported: Posture) -> Health:
        return judge(self._facts.device_rules, device.platform, reported, self._now())

    def _apply_all(self, reads: dict[str, Read]) -> None:
        for gone in self.held.keys() - reads.keys():
            self.apply(Read(gone, None, Posture(), None))
        for read in reads.values():
            self.apply(read)


def fact_of(device: EnrolledDevice, reported: Posture, health: Health, fresh_ms: Milliseconds) -> Device:
    """What decisions know of a device whose last report came to this, and counts for so long (0: for ever)."""
    return Device(
        id=device.id,
        known=True,
        compliance=health.compliance,
        managed=device.is_managed,
        platform=device.platform.value,
        seen_at=reported.at,
        passing=health.passing,
        fresh_ms=fresh_ms,
        due_at=health.due_at,
    )


def _read_all(snapshot: Snapshot) -> dict[str, Read]:
    connection: Any = snapshot.connection
    reports = store.every_report(connection)
    return {
        one.id: Read(one.id, one, reports.get(one.id, Posture()), store.key_of(connection, one.id))
        for one in store.every(connection)
    }


def _read_one(snapshot: Snapshot, device_id: str) -> Read:
    connection: Any = snapshot.connection
    device = store.by_id(connection, device_id)
    key = store.key_of(connection, device_id) if device is not None else None
    return Read(device_id, device, store.reported(connection, device_id), key)
