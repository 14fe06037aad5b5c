"""What everything that finds something in events can do, whatever it goes by: rules, travel, what is usual."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.event import NormalEvent


class Detector(Protocol):
    """It is fed every event once, in the order in which they came, which is not always that in which they happened.

    What it remembers is bounded, and is all in its snapshot: restored and fed what came since, it finds the same hits.
    """

    def feed(self, event: NormalEvent) -> list[Hit]:
        """What this event shows, alone or with those before it. Never raises because of what an event holds."""
        ...

    def snapshot(self) -> bytes:
        """What it remembers."""
        ...

    def restore(self, snapshot: bytes) -> None:
        """Remember that. Raises ValueError where the snapshot is none of its own or is damaged; nothing is changed."""
        ...


@runtime_checkable
class Forgetful(Protocol):
    """A detector that counts what it had to forget too early."""

    @property
    def forgotten(self) -> int:
        """How much of what it remembered went because there was too much to remember, since it was made."""
        ...
