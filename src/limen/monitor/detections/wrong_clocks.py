"""Finds sources whose clocks are off by whole half hours: their events are sorted to another time than theirs."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from limen.clock import MINUTE
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.detections.rule import About
from limen.monitor.normal_form.clocks import Clocks, Off
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN

ABOUT: Final = About(
    id="0b7f4c52-6f0f-4b0e-9b5c-5d1f6a3e8c14",
    name="limen-source-clock",
    title="A source's clock is wrong",
    level=Level.LOW,
    confidence=80,
    tags=("attack.defense-evasion", "attack.t1070.006"),
    author="Limen",
    description="What a machine sends says a time that is off by whole half hours, and stays so.",
    false_positives=("A sender that holds back everything for the same time",),
    entity="host",
    sentence="The clock of {host} ({source}) is off by {minutes} minutes.",
    sentence_de="Die Uhr von {host} ({source}) geht um {minutes} Minuten falsch.",
    next_step="Set the time zone of this machine, and have it use a time server.",
    next_step_de="Stellen Sie die Zeitzone dieses Geräts ein, und lassen Sie es einen Zeitserver benutzen.",
)


class WrongClocks:
    """A hit for each clock that is found to be off, one for each time that it begins to be."""

    def __init__(self) -> None:
        self._clocks = Clocks()

    def feed(self, event: NormalEvent) -> list[Hit]:
        off = self._clocks.see(event) if event.source != LIMEN else None
        return [_hit(off, event)] if off is not None else []

    def snapshot(self) -> bytes:
        return self._clocks.snapshot()

    def restore(self, snapshot: bytes) -> None:
        self._clocks = Clocks.of(snapshot)


def _hit(off: Off, event: NormalEvent) -> Hit:
    digest = sha256(f"{ABOUT.id}\0{off.source}\0{off.host}\0{off.by}\0{off.since}".encode("utf-8", "surrogatepass"))
    entity = f"host:{off.host}" if off.host else f"source:{off.source}"
    says: dict[str, str | int] = {
        "source": off.source,
        "host": off.host or off.source,
        "minutes": abs(off.by) // MINUTE,
    }
    return ABOUT.hit(digest.hexdigest()[:32], event.received_at, entity, says, since=off.since, events=(event.uid,))
