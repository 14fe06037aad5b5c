"""A report is made: all is measured, the journal is asked for the day's figures, and that it was made is journaled."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

import msgspec

from limen.clock import DAY, Instant
from limen.events import Event
from limen.identity.days import begins_at, today
from limen.identity.events import Details, record
from limen.roadmap.catalogue import CONTROLS
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control
from limen.roadmap.reading import read
from limen.roadmap.report.model import Head, Report, figures_by_control
from limen.roadmap.report.rows import Around, report_of
from limen.roadmap.report.writing import Written
from limen.roadmap.roadmap import Kept, kept_in, roadmap
from limen.roadmap.sources import Sources
from limen.settings import Settings
from limen.storage import Snapshot, Transaction
from limen.storage.journal import Reader
from limen.storage.journal.checkpoint import Checkpoint
from limen.storage.journal.heads import NotedHead, noted_heads
from limen.storage.segments.signed import UNREADABLE

MEASURED: Final = "roadmap.measured"
REPORTED: Final = "roadmap.reported"
_LATE: Final = DAY
"""How much earlier than its day an event may have been written, by another machine's clock."""


def make(sources: Sources, *, has_names: bool = False, controls: Iterable[Control] = CONTROLS) -> Report:
    """Measure everything now. It takes seconds where the journal is long. Raises StorageError."""
    evidence = read(sources)
    kept, noted = sources.database.read(lambda s: _known_in(s, sources))
    return report_of(
        roadmap(evidence, kept, today(sources.settings, sources.now), controls),
        around(sources, evidence, kept, noted, has_names=has_names),
    )


def around(sources: Sources, evidence: Evidence, kept: Kept, noted: Iterable[NotedHead], *, has_names: bool) -> Around:
    """What the report says beside the roadmap."""
    day = today(sources.settings, sources.now)
    return Around(
        company=sources.settings.name,
        zone=sources.settings.zone,
        day=day,
        revision=sources.company.revision if sources.company is not None else "",
        heads=heads_of(noted),
        journaled=measured_on(sources.reader, sources.settings, day),
        exceptions=kept.exceptions,
        people={one.person.id: one.person for one in evidence.members},
        has_names=has_names,
    )


def say_made(transaction: Transaction, report: Report, written: Written, now: Instant, by: str = "") -> None:
    """Have it journaled that this file was made, with its figures."""
    figures = ", ".join(f"{one.id}={one.figure}" for one in report.lines)
    said: Details = {
        "day": report.day.isoformat(),
        "form": written.form,
        "names": report.has_names,
        "sha256": written.digest,
        "figures": figures,
    }
    record(transaction, now, REPORTED, said, by=by)


def measured_on(reader: Reader, settings: Settings, day: date) -> dict[str, str]:
    """The figures of the first look of a day, as they are journaled, by control; none where nobody looked."""
    found: dict[str, str] = {}
    for event in _on(reader, settings, day, MEASURED):
        for control, figure in figures_by_control(str(event.details.get("figures", ""))).items():
            found.setdefault(control, figure)
    return found


def reported_on(reader: Reader, settings: Settings, day: date) -> list[Event]:
    """The reports that were made on a day, the oldest first."""
    return _on(reader, settings, day, REPORTED)


def _on(reader: Reader, settings: Settings, day: date, kind: str) -> list[Event]:
    since = begins_at(settings, day) - _LATE
    found = [one for one in reader.of_kind(kind, since) if today(settings, one.at) == day]
    return sorted(found, key=lambda one: (one.at, one.id))


def heads_of(noted: Iterable[NotedHead]) -> tuple[Head, ...]:
    """The newest checkpoint of each chain; one that can't be read is left out, and `limen journal verify` says so."""
    found = []
    for one in noted:
        try:
            read = msgspec.json.decode(one.checkpoint, type=Checkpoint)
        except UNREADABLE:
            continue
        if not one.lost_at:
            found.append(Head(one.writer, read.n, read.h, read.at, one.checkpoint.decode().strip()))
    return tuple(found)


def _known_in(snapshot: Snapshot, sources: Sources) -> tuple[Kept, list[NotedHead]]:
    return kept_in(snapshot, sources.settings, sources.now), noted_heads(snapshot)
