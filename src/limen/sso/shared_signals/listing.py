"""What is known of the streams: whose each is, how it goes, and what waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from limen.clock import Instant
from limen.sso.shared_signals import outbox_store, store
from limen.sso.shared_signals.receivers import SignalReceiver
from limen.sso.shared_signals.store import Status, Stream
from limen.storage import Snapshot


class Health(StrEnum):
    """How it goes with a stream."""

    UNUSED = "unused"
    """Nothing was taken yet, and nothing has failed."""
    WELL = "well"
    FAILING = "failing"
    """Its receiver does not take what waits."""
    STOPPED = "stopped"
    """It is paused or disabled."""


@dataclass(frozen=True, slots=True)
class ListedStream:
    """A stream, what waits for it since when, and its receiver: None where `signals.yaml` does not name it any more."""

    stream: Stream
    receiver: SignalReceiver | None
    waiting: int
    waiting_since: Instant

    @property
    def name(self) -> str:
        return self.receiver.name if self.receiver is not None else self.stream.receiver

    @property
    def health(self) -> Health:
        if self.stream.status is not Status.ENABLED:
            return Health.STOPPED
        if self.stream.failures:
            return Health.FAILING
        return Health.WELL if self.stream.heard_at else Health.UNUSED

    @property
    def is_silent(self) -> bool:
        """Whether what waits will not be taken by itself in a moment."""
        return self.health in {Health.STOPPED, Health.FAILING}

    def as_json(self) -> dict[str, Any]:
        one = self.stream
        return {
            "receiver": one.receiver,
            "stream": one.id,
            "status": one.status.value,
            "reason": one.reason,
            "changed_by": one.changed_by.value,
            "health": self.health.value,
            "delivery": "push" if one.is_pushed else "poll",
            "waiting": self.waiting,
            "waiting_since": self.waiting_since,
            "delivered_at": one.heard_at,
            "polled_at": one.polled_at,
            "failures": one.failures,
            "failing_since": one.failing_since,
            "error": one.error,
        }


def listed(snapshot: Snapshot, receivers: Iterable[SignalReceiver]) -> list[ListedStream]:
    """Every stream, by its receiver."""
    known = {one.id: one for one in receivers}
    waiting = outbox_store.waiting(snapshot.connection)
    found = [
        ListedStream(one, known.get(one.receiver), *waiting.get(one.id, (0, 0)))
        for one in store.streams(snapshot.connection)
    ]
    return sorted(found, key=lambda one: (one.stream.receiver, one.stream.made_at, one.stream.id))
