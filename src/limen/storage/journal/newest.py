"""The newest events that fit, page by page: from memory as far as that reaches, then on from disk."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from limen.clock import MINUTE
from limen.events.ids import first_id_at
from limen.storage.journal.recent import RING
from limen.storage.journal.search import EventPage, EventQuery, search

if TYPE_CHECKING:
    from limen.storage.journal.journal import Journal


def newest(journal: Journal, wanted: EventQuery, most: int) -> EventPage:
    """At most so many events that fit, the newest first. May read the disk: call it from a worker thread."""
    in_memory = journal.recent(RING)
    events = [event for event in in_memory if wanted.fits(event)][:most]
    if len(events) == most:
        return EventPage(tuple(events), events[-1].id)
    if in_memory and wanted.since >= in_memory[-1].at + MINUTE:
        return EventPage(tuple(events), "")
    overlap = first_id_at(in_memory[-1].at + MINUTE) if in_memory else ""  # memory is in the order of writing
    reached = min((each for each in (wanted.before, overlap) if each), default="")
    further = search(journal.reader, replace(wanted, before=reached), most)
    every = sorted({event.id: event for event in (*further.events, *events)}.items(), reverse=True)
    shown = tuple(event for _, event in every[:most])
    return EventPage(shown, shown[-1].id if len(every) > most else further.before)
