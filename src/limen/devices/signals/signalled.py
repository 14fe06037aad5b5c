"""What services say of devices by shared signals: the word of each is kept as a sensor's is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from limen.clock import Instant
from limen.devices import store
from limen.devices.projection import Projection
from limen.devices.signals import changes
from limen.devices.signals.changes import At
from limen.devices.signals.matching import Known
from limen.devices.signals.model import Level, Named, Told, Topic
from limen.events import Event
from limen.facts import FactStore
from limen.facts.signal_sources import SignalSource, WhenHigh
from limen.pillar import DeviceSessions, SignalledDevices
from limen.storage import Transaction

KIND: Final = "shared-signals"
"""Of the source that such a service is here."""
MOST_TITLE: Final = 200


def signalled_devices(sessions: DeviceSessions, facts: FactStore, projection: Projection) -> SignalledDevices:
    """See `SignalledDevices`."""

    def meant(name: str, at: Instant) -> Sequence[tuple[str, str]]:
        found = Known(projection.held).meant(Named(id=name[:40], serial=name, name=name), at)
        return [(one.id, one.owner_id) for one in found]

    def tell(
        transaction: Transaction,
        device_id: str,
        service: str,
        now: Instant,
        *,
        ref: str,
        level: int,
        title: str,
        at: Instant,
        when_high: str,
        is_sure: bool,
    ) -> bool:
        source = SignalSource(service, KIND, when_high=WhenHigh(when_high))
        told = Told(ref, Named(id=device_id), Level(level), Topic.HEALTH, title[:MOST_TITLE], at)
        return changes.tell(transaction, source, told, device_id, At(sessions, facts, now), is_sure=is_sure)

    def end(transaction: Transaction, device_id: str, service: str, now: Instant) -> None:
        device = store.by_id(transaction.connection, device_id)
        if device is not None:
            sessions.end(transaction, device_id, now)
            details: dict[str, str | int | bool] = {"source": service}
            kind, whose = "device.sessions_ended", device.owner_id
            transaction.say(Event(at=now, kind=kind, subject=whose, device=device_id, details=details))

    return SignalledDevices(meant=meant, tell=tell, end=end)
