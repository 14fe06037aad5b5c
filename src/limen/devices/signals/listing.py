"""Who may say that a device is at risk, as it is listed: whether each can send, when it last did, what of it counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from limen.clock import Instant
from limen.devices.signals import store
from limen.facts.signal_sources import SignalSource


@dataclass(frozen=True, slots=True)
class ListedSource:
    """`heard_at` is 0: never; `live`: how many signals count."""

    source: SignalSource
    has_secret: bool
    heard_at: Instant
    live: int


def listed(connection: Connection, sources: Iterable[SignalSource], now: Instant) -> list[ListedSource]:
    """Each of these sources with what is kept of it."""
    rows = {row.name: row for row in store.sources(connection)}
    live = Counter(one.source for one in store.every(connection) if one.counts(now))
    found = []
    for one in sources:
        row = rows.get(one.name, store.SourceRow(one.name))
        found.append(ListedSource(one, bool(row.sealed), row.heard_at, live[one.name]))
    return found
