"""Events are read to their beginning, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import DAY, SetClock
from limen.events import Event
from limen.roadmap import events as module
from limen.roadmap.events import events_since
from limen.storage.journal import Journal
from limen.storage.journal.reader import Reader

KEYS = (b"journal key of these tests......",)
NOW = 1_800_000_000_000


def keep(root: Path, count: int) -> None:
    journal = Journal.open(root, KEYS, clock=SetClock(NOW))
    for number in range(count):
        journal.record(Event(at=NOW + number, kind="roadmap.phase_closed", details={"phase": number}))
    journal.record(Event(at=NOW, kind="disk.low"))
    journal.close()


def test_all_of_a_kind_are_found_however_many_pages_they_take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, 7)
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    found = events_since(Reader(tmp_path), ("roadmap.phase_closed",), NOW - DAY)
    assert found is not None
    assert [one.details["phase"] for one in found] == [6, 5, 4, 3, 2, 1, 0]
    later = events_since(Reader(tmp_path), ("roadmap.phase_closed",), NOW + 5)
    assert later is not None
    assert len(later) == 2


def test_where_there_are_too_many_or_no_time_is_left_nothing_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, 7)
    assert events_since(Reader(tmp_path), ("roadmap.phase_closed",), 0, patience=-1) is None
    monkeypatch.setattr(module, "MOST", 3)
    monkeypatch.setattr(module, "_AT_ONCE", 2)
    assert events_since(Reader(tmp_path), ("roadmap.phase_closed",), 0) is None
