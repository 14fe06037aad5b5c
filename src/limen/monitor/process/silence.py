"""Finds sources that have become silent: what is not said is as telling as what is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Final

from limen.clock import SECOND, Instant
from limen.monitor.detections.health import SILENT
from limen.monitor.detections.hit import Hit
from limen.monitor.link import Watched
from limen.monitor.normal_form.frame import LIMEN
from limen.monitor.process.state import State

LOOK_EVERY: Final = 5 * SECOND


class Silence:
    """`last_heard`: when each source was last heard since the process began; what was before is in the state."""

    def __init__(self, last_heard: Callable[[], Mapping[str, Instant]], began_at: Instant) -> None:
        self.sources: tuple[Watched, ...] = ()
        self._last_heard = last_heard
        self._began_at = began_at
        self._looked_at: Instant = 0
        self._told: set[str] = set()

    def __call__(self, state: State, now: Instant) -> list[Hit]:
        """A hit for each source that has not been heard for its heartbeat, one for each silence."""
        if now - self._looked_at < LOOK_EVERY:
            return []
        self._looked_at = now
        for name, at in self._last_heard().items():
            state.heard[name] = max(at, state.heard.get(name, 0))
        expected = {one.name: one for one in self.sources if one.heartbeat_ms}
        state.since = {name: state.since.get(name, now) for name in expected}
        state.heard = {name: at for name, at in state.heard.items() if name in {one.name for one in self.sources}}
        silent = [_hit(one, state) for one in expected.values() if self._is_silent(one, state, now)]
        new = [hit for hit in silent if hit.id not in self._told]
        self._told = {hit.id for hit in silent}
        return new

    def _is_silent(self, source: Watched, state: State, now: Instant) -> bool:
        """While this process did not run nobody could be heard."""
        return now - max(_last(source, state), self._began_at) > source.heartbeat_ms


def _last(source: Watched, state: State) -> Instant:
    return state.heard.get(source.name) or state.since[source.name]


def _hit(source: Watched, state: State) -> Hit:
    """The same as long as the silence lasts, however often the process begins anew."""
    heard, since = state.heard.get(source.name, 0), _last(source, state)
    name = sha256(f"{SILENT.id} {source.name} {since}".encode()).hexdigest()[:32]
    says: dict[str, str | int] = {
        "source": source.name,
        "minutes": source.heartbeat_ms // 60_000,
        "heard_at": heard,
    }
    at = since + source.heartbeat_ms
    return SILENT.hit(name, at, f"source:{source.name}", says, since=since, sources=(LIMEN,))
