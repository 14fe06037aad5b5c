"""Reads how what happens is watched: who sends what, how long it is kept, and what became of alerts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from limen.clock import DAY, SECOND, Instant, Milliseconds
from limen.company.places import events_folder
from limen.monitor.alerts import findings, store as alerts
from limen.monitor.monitor_file import FILE
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.sources.listing import listed
from limen.roadmap.data.evidence import WatchEvidence
from limen.roadmap.sources import Sources
from limen.storage import Snapshot
from limen.storage.event_store.sealed_list import read_list
from limen.storage.segments.lock import is_being_written

LATELY: Final[Milliseconds] = 30 * DAY
SOON: Final[Milliseconds] = 2 * SECOND


def watch_evidence(sources: Sources, breathe: Callable[[], object]) -> WatchEvidence | None:
    """None where Limen does not watch. Raises StorageError."""
    rules = None if sources.company is None else sources.company.parts.get(FILE)
    if not isinstance(rules, MonitorRules) or not rules.watch:
        return None
    folder = events_folder(sources.root, sources.settings)
    oldest = _oldest(folder)
    breathe()

    def held(snapshot: Snapshot) -> WatchEvidence:
        connection, since = snapshot.connection, sources.now - LATELY
        return WatchEvidence(
            rules=rules,
            is_running=_is_running(folder),
            sources=tuple(listed(snapshot, rules.sources, sources.now)),
            oldest=oldest,
            journal_days=sources.settings.storage.journal_days,
            alerts=tuple(alerts.open_or_opened_since(connection, since)),
            findings=findings.taken_within(connection, since, SOON),
            zone=sources.settings.zone,
        )

    return sources.database.read(held)


def _is_running(folder: Path) -> bool:
    """By the lock of what it writes."""
    try:
        return is_being_written(folder)
    except OSError:
        return False


def _oldest(folder: Path) -> dict[str, Instant]:
    """Of each source when the oldest hour begins of which something is kept. One of too many sources names none."""
    found: dict[str, Instant] = {}
    for segment in read_list(folder).segments:
        for name, number in segment.sources.items():
            if number:
                found[name] = min(segment.begun_at, found.get(name, segment.begun_at))
    return found
