"""The real sign-ins of the last 30 days, read from the journal: how strong each was, by whom."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.events import Event
from limen.storage.journal import Reader
from limen.storage.journal.search import EventQuery, search
from limen.synthetic import is_synthetic

WINDOW: Final[Milliseconds] = 30 * DAY
SUCCEEDED: Final = "sign_in.succeeded"
PATIENCE_SECONDS: Final = 20.0
"""How long reading takes at most; what was not read then is said to be left out."""
MOST: Final = 200_000
_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class PastSignIn:
    """One sign-in that held. `strength` is what it proved, 1 to 3, before any step-up; `factors` with which."""

    id: str
    at: Instant
    person_id: str
    strength: int
    factors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PastSignIns:
    """Every sign-in from `since` on, the newest first; not `is_whole` where reading them took too long."""

    since: Instant
    until: Instant
    rows: tuple[PastSignIn, ...]
    is_whole: bool = True


def past_sign_ins(reader: Reader, now: Instant, patience: float = PATIENCE_SECONDS) -> PastSignIns:
    """Reads the disk: call it from a worker thread."""
    since, before, ends_at = now - WINDOW, "", time.monotonic() + patience
    rows: list[PastSignIn] = []
    while True:
        query = EventQuery(kinds=(SUCCEEDED,), since=since, before=before)
        page = search(reader, query, _AT_ONCE, max(0.1, ends_at - time.monotonic()))
        rows += _read(page.events)
        before = page.before
        if not before or len(rows) >= MOST or time.monotonic() > ends_at:
            return PastSignIns(since, now, tuple(rows), is_whole=not before)


def _read(events: tuple[Event, ...]) -> Iterator[PastSignIn]:
    """An event that does not say how strong it was counts as the weakest there is."""
    for event in events:
        if is_synthetic(event.actor):
            continue
        strength, factors = event.details.get("strength"), event.details.get("factors")
        is_known = isinstance(strength, int) and 1 <= strength <= 3
        yield PastSignIn(
            id=event.id,
            at=event.at,
            person_id=event.actor,
            strength=int(strength) if is_known and isinstance(strength, int) else 1,
            factors=tuple(factors.split()) if isinstance(factors, str) else (),
        )
