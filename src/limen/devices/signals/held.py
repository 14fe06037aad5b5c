"""What is known of signals and their sources in memory, as the change feed tells it."""

from __future__ import annotations

from limen.clock import Instant
from limen.devices.signals import store
from limen.devices.signals.changes import CHANGE
from limen.devices.signals.model import Signal
from limen.storage import Feed

SOURCE_CHANGE = "device_signal_source"


class SignalsHeld:
    """`by_device` are the signals about each device, the newest first; `sources` what is kept of each source."""

    def __init__(self) -> None:
        self.by_device: dict[str, tuple[Signal, ...]] = {}
        self.sources: dict[str, store.SourceRow] = {}

    def register(self, feed: Feed) -> None:
        feed.at_start(lambda snapshot: store.every(snapshot.connection), self._apply_all)
        feed.at_start(lambda snapshot: store.sources(snapshot.connection), self._apply_sources)
        feed.on(CHANGE, lambda snapshot, device_id: store.of_device(snapshot.connection, device_id), self._apply)
        feed.on(SOURCE_CHANGE, lambda snapshot, name: store.source(snapshot.connection, name), self._apply_source)

    def over(self, now: Instant) -> list[str]:
        """The ids of those whose time is over, and that have not ended yet."""
        return [
            one.id for several in self.by_device.values() for one in several if not one.ended_at and now >= one.until
        ]

    def _apply(self, device_id: str, signals: tuple[Signal, ...]) -> None:
        if signals:
            self.by_device[device_id] = signals
        else:
            self.by_device.pop(device_id, None)

    def _apply_all(self, every: list[Signal]) -> None:
        self.by_device.clear()
        for one in sorted(every, key=lambda each: (-each.since, each.id)):
            self.by_device[one.device_id] = (*self.by_device.get(one.device_id, ()), one)

    def _apply_source(self, name: str, row: store.SourceRow) -> None:
        self.sources[name] = row

    def _apply_sources(self, rows: list[store.SourceRow]) -> None:
        self.sources = {row.name: row for row in rows}
