"""Tells of sources that are looked at late: a flood may be there to hide what else such a source says."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.monitor.detections.health import LATE
from limen.monitor.detections.hit import Hit
from limen.monitor.normal_form.frame import LIMEN
from limen.monitor.process.state import Late, State

TOLD_AFTER: Final[Milliseconds] = MINUTE
"""What is less late than that is no news."""


class Lateness:
    """A hit for each source that is late by more than `TOLD_AFTER`, one for each time that it became so."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def __call__(self, state: State, now: Instant) -> list[Hit]:
        hits = [_hit(name, one, now) for name, one in state.late.items() if now - one.until > TOLD_AFTER]
        new = [hit for hit in hits if hit.id not in self._told]
        self._told = {_id(name, one) for name, one in state.late.items()} & {*self._told, *(hit.id for hit in new)}
        return new


def _id(name: str, late: Late) -> str:
    """The same as long as it is late, however often the process begins anew."""
    return sha256(f"{LATE.id} {name} {late.since}".encode()).hexdigest()[:32]


def _hit(name: str, late: Late, now: Instant) -> Hit:
    says: dict[str, str | int] = {"source": name, "minutes": max(1, (now - late.until) // MINUTE)}
    return LATE.hit(_id(name, late), now, f"source:{name}", says, since=late.since, sources=(LIMEN,))
