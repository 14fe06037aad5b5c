from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from limen.events import Event
from limen.storage import Database
from limen.storage.journal import Journal
from limen.storage.journal.outbox import drop_what_is_written
from limen.storage.tables import outbox


def test_only_what_the_journal_holds_leaves_the_outbox(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", (b"k" * 32,))
    held = journal.record(Event(at=1, kind="limen.started"))
    journal.close()
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: t.say(Event(id=held, at=1, kind="limen.started")))
    new = database.write(lambda t: t.say(Event(at=1_800_000_000_000, kind="limen.stopped")))
    assert database.write(lambda t: drop_what_is_written(t, journal.reader)) == 1
    assert database.read(lambda s: s.connection.execute(select(outbox.c.id)).scalars().all()) == [new.id]
    database.close()
