"""The newest events that fit, from memory and then from disk, each once."""

from __future__ import annotations

from tests.storage.journal.test_search import BEGUN

from limen.events import Event
from limen.events.ids import first_id_at
from limen.storage.journal import newest as module
from limen.storage.journal.newest import newest
from limen.storage.journal.search import EventPage, EventQuery


class _Journal:
    reader = None

    def __init__(self, in_memory):
        self._in_memory = in_memory
        self.in_memory_since = in_memory[-1].at

    def recent(self, _limit):
        return self._in_memory


def _event(number):
    at = BEGUN + number * 60_000
    return Event(id=first_id_at(at), at=at, kind="data.found", actor=f"p{number % 2}")


def test_pages_go_from_memory_to_disk_and_repeat_nothing(monkeypatch):
    every = [_event(number) for number in reversed(range(20))]

    def search(_reader, query, limit):
        found = [one for one in every if query.fits(one)]
        return EventPage(tuple(found[:limit]), found[limit - 1].id if len(found) > limit else "")

    monkeypatch.setattr(module, "search", search)
    journal, before, seen = _Journal(every[:8]), "", []
    while True:
        page = newest(journal, EventQuery(person="p1", before=before), 3)
        seen += page.events
        before = page.before
        if not before:
            break
    assert seen == [one for one in every if one.actor == "p1"]
    assert newest(journal, EventQuery(since=every[3].at), 50).events == tuple(every[:4])
