from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.journal.conftest import NOW

from limen.events import Event
from limen.storage.journal import Journal, Reader
from limen.storage.journal.reader import bodies_holding

FAILED = Event(at=NOW, kind="sign_in.failed", actor="p1")


def test_an_empty_journal_holds_nothing_and_can_be_asked(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "absent")
    assert reader.find("0" * 24) is None
    assert reader.newest(5) == []


def test_events_of_all_writers_are_found(opened: Callable[..., Journal], tmp_path: Path) -> None:
    ids = []
    for writer in ("one", "two"):
        journal = opened(writer=writer)
        ids.append(journal.record(FAILED))
        journal.flush()
    reader = Reader(tmp_path / "journal")
    assert all(reader.find(each) for each in ids)
    assert reader.holds([*ids, "0" * 24]) == set(ids)


def test_what_is_no_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not an event id"):
        Reader(tmp_path).find("' or true --")


def test_a_needle_that_stands_in_another_events_words_does_not_mislead(
    opened: Callable[..., Journal], tmp_path: Path
) -> None:
    journal = opened()
    sought = "0" * 24
    journal.record(Event(at=NOW, kind="sign_in.failed", details={"x": f'"metadata":{{"uid":"{sought}"'}))
    journal.flush()
    assert Reader(tmp_path / "journal").find(sought) is None


def test_the_newest_come_from_the_open_segments_in_order(opened: Callable[..., Journal], tmp_path: Path) -> None:
    journal = opened()
    ids = [journal.record(FAILED) for _ in range(5)]
    journal.flush()
    assert [event.id for event in Reader(tmp_path / "journal").newest(3)] == ids[-3:]


def test_an_event_is_found_in_a_segment_that_was_sealed_since_it_was_listed(
    opened: Callable[..., Journal], tmp_path: Path
) -> None:
    journal = opened()
    sought = journal.record(FAILED)
    journal.flush()
    listed = Reader(tmp_path / "journal").segments()
    journal.erase(["p2"])  # seals what is open
    bodies = [body for _, path in listed for body in bodies_holding(path, sought.encode(), "id = $value", sought)]
    assert len(bodies) == 1


def test_events_of_one_kind_are_read_from_an_instant_on(opened: Callable[..., Journal], tmp_path: Path) -> None:
    journal = opened()
    for event in (
        FAILED,
        Event(at=NOW - 5, kind="sign_in.failed"),
        Event(at=NOW, kind="disk.low", reason="sign_in.failed"),
    ):
        journal.record(event)
    journal.flush()
    assert [one.actor for one in Reader(tmp_path / "journal").of_kind("sign_in.failed", NOW)] == ["p1"]
