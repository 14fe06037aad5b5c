"""Events of some kinds, read from the journal to their beginning or not at all."""

from __future__ import annotations

import time
from typing import Final

from limen.clock import Instant
from limen.events import Event
from limen.storage.journal import Reader
from limen.storage.journal.search import EventQuery, search

PATIENCE_SECONDS: Final = 20.0
MOST: Final = 20_000
_AT_ONCE: Final = 2_000


def events_since(
    reader: Reader, kinds: tuple[str, ...], since: Instant, patience: float = PATIENCE_SECONDS
) -> tuple[Event, ...] | None:
    """All of these kinds from then on, the newest first; None where there are too many, or reading takes too long."""
    found: list[Event] = []
    before, ends_at = "", time.monotonic() + patience
    while len(found) <= MOST and time.monotonic() < ends_at:
        query = EventQuery(kinds=kinds, since=since, before=before)
        page = search(reader, query, _AT_ONCE, max(0.1, ends_at - time.monotonic()))
        found += page.events
        before = page.before
        if not before:
            return tuple(found)
    return None
