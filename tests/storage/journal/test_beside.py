from __future__ import annotations

import os
from pathlib import Path

from limen.events import Event
from limen.storage.journal import Journal
from limen.storage.journal.beside import Beside

KEYS = (os.urandom(32),)
NOW = 1_800_000_000_000


def test_what_other_workers_write_is_recent_here_too_and_once(tmp_path: Path) -> None:
    one = Journal.open(tmp_path, KEYS)
    other = Journal.open(tmp_path, KEYS, writer="main-2")
    foreign = Journal.open(tmp_path, KEYS, writer="elsewhere")
    one.beside = Beside(one.reader, lambda name: name.startswith("main-"), one.take_in)
    said = [other.record(Event(at=NOW + n, kind="limen.started")) for n in range(3)]
    foreign.record(Event(at=NOW, kind="limen.started"))
    for each in (other, foreign):
        each.flush()
    assert [event.id for event in one.recent(10)] == said[::-1]
    more = other.record(Event(at=NOW + 9, kind="limen.stopped"))
    other.flush()
    one.beside.look(at_once=True)
    one.beside.look(at_once=True)
    assert [event.id for event in one.recent(10)] == [more, *said[::-1]]
    for each in (one, other, foreign):
        each.close()
