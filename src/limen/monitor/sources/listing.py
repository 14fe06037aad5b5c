"""How it goes with each source of logs, as the database knows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from limen.clock import Instant
from limen.connectors.asked_store import AskedState
from limen.monitor.monitor_rules import LogSource, Way
from limen.monitor.sources import pulls_store, store
from limen.monitor.sources.store import Sender, Totals
from limen.storage import Snapshot


class State(StrEnum):
    """How it goes with a source."""

    NO_SENDER = "no_sender"
    """Nobody can prove yet to send for it."""
    NO_SECRET = "no_secret"  # noqa: S105 -- the name of a state
    """Limen has no secret yet to ask for it."""
    FAILING = "failing"
    """It could not be asked the last time."""
    WAITING = "waiting"
    """It was never heard."""
    SILENT = "silent"
    """It was not heard within its heartbeat."""
    HEARD = "heard"


@dataclass(frozen=True, slots=True)
class Listed:
    """A source with its senders, what came of it in all, and how far its newest event was behind its coming, or looked
    at later than it came; how it goes with asking for it, where Limen does.
    """

    name: str
    source: LogSource
    state: State
    senders: Sequence[Sender]
    totals: Totals
    lag_ms: int = 0
    asked: AskedState | None = None

    @property
    def looks_like(self) -> dict[str, int]:
        """How many records seem to be of a product that the source does not name, the most first."""
        found = {name: number for name, number in self.totals.looks_like.items() if name not in self.source.products}
        return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def listed(snapshot: Snapshot, sources: Mapping[str, LogSource], now: Instant) -> list[Listed]:
    """Every source as the database knows it."""
    totals, senders = store.totals(snapshot.connection), store.every(snapshot.connection)
    asked = pulls_store.ASKED.states(snapshot.connection)
    found = []
    for name, source in sorted(sources.items()):
        own, came = [one for one in senders if one.source == name], totals.get(name, Totals())
        state = asked.get(name, AskedState(name)) if source.way is Way.ASKED else None
        found.append(Listed(name, source, _state(source, own, came, state, now), own, came, asked=state))
    return found


def _state(source: LogSource, senders: Sequence[Sender], came: Totals, asked: AskedState | None, now: Instant) -> State:
    if asked is not None and not asked.has_secret:
        return State.NO_SECRET
    if asked is not None and asked.error:
        return State.FAILING
    if came.heard_at and source.heartbeat_ms and now - came.heard_at > source.heartbeat_ms:
        return State.SILENT
    if came.heard_at:
        return State.HEARD
    return State.NO_SENDER if source.way in {Way.HTTP, Way.TLS} and not senders else State.WAITING
