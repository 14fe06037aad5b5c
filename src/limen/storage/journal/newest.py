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
    fitting = [event for event in journal.recent(RING) if wanted.fits(event)]
    events = sorted(fitting, key=lambda event: event.id, reverse=True)[:most]
    whole_since = journal.in_memory_since + MINUTE
    if wanted.since >= whole_since or (len(events) == most and events[-1].at >= whole_since):
        return EventPage(tuple(events), events[-1].id if len(events) == most else "")
    overlap = first_id_at(whole_since)
    reached = min((each for each in (wanted.before, overlap) if each), default="")
    further = search(journal.reader, replace(wanted, before=reached), most)
    every = sorted({event.id: event for event in (*further.events, *events)}.items(), reverse=True)
    shown = tuple(event for _, event in every[:most])
    return EventPage(shown, shown[-1].id if len(every) > most else further.before)
