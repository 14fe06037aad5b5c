"""Chains that no worker writes any more are erased from by whoever leads the machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.clock import DAY, SetClock
from limen.events import Event
from limen.identity.store import erasure
from limen.privacy.left_chains import LeftChains
from limen.storage import Database
from limen.storage.journal import Journal

pytestmark = pytest.mark.slow
NOW = 1_800_000_000_000
KEYS = (os.urandom(32),)


def test_a_person_is_erased_from_what_was_left_and_from_nothing_that_is_written(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    database = Database.open(tmp_path / "limen.db", clock=clock)
    opened = {
        name: Journal.open(tmp_path / "journal", KEYS, writer=name, clock=clock)
        for name in ("main", "main-2", "main-3")
    }
    ids = {}
    for name, journal in opened.items():
        ids[name] = journal.record(Event(at=NOW, kind="sign_in.succeeded", actor="p_mia", address="192.0.2.7"))
        journal.flush()
    opened.pop("main-3").close()  # there were three workers
    own = opened["main"]
    job = LeftChains(database, own, KEYS, 90, lambda other: other != "main", clock)
    job.look()
    assert own.reader.find(ids["main-3"]) is not None
    database.write(lambda t: t.connection.execute(erasure.erased_people.insert().values(person_id="p_mia", at=NOW)))
    job.look()
    assert [own.reader.find(ids[name]) is None for name in ("main", "main-2", "main-3")] == [False, False, True]
    clock.forward(100 * DAY)
    job.look()
    for each in opened.values():
        each.close()
    database.close()
