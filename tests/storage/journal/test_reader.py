from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW

from limen.clock import HOUR, MINUTE, SetClock
from limen.events import Event, EventIds
from limen.storage.journal import Journal, Reader
from limen.storage.journal.reader import bodies_holding
from limen.storage.journal.search import EventQuery, search

FAILED = Event(at=NOW, kind="sign_in.failed", actor="p1")


def test_an_empty_journal_holds_nothing_and_can_be_asked(tmp_path: Path) -> None:
    reader = Reader(tmp_path / "absent")
    assert reader.find("0" * 24) is None
    assert reader.newest(5) == ([], 0)


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
    assert [event.id for event in Reader(tmp_path / "journal").newest(3)[0]] == ids[-3:]


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


@pytest.mark.parametrize("by", [HOUR, -HOUR])
def test_what_was_written_while_the_clock_was_wrong_is_found(
    opened: Callable[..., Journal], tmp_path: Path, clock: SetClock, by: int
) -> None:
    journal = opened()
    clock.set_to(NOW + by)
    journal.record(Event(at=clock.now(), kind="limen.started"))
    journal.flush()
    clock.set_to(NOW)
    reader, said = Reader(tmp_path / "journal"), []
    for later, ahead in ((0, 0), (5 * MINUTE, by), (10 * MINUTE, 0), (2 * HOUR, 0)):
        clock.set_to(NOW + later + ahead)
        said.append(journal.record(Event(at=clock.now(), kind="disk.low")))
        journal.flush()
        clock.set_to(NOW + later)
        assert reader.holds(said) == set(said)
        assert reader.holds(said[-1:]) == {said[-1]}
        assert {event.id for event in reader.of_kind("disk.low", NOW - HOUR)} == set(said)
        assert said[-1] in {event.id for event in reader.newest(5)[0]}
    assert {event.id for event in search(reader, EventQuery(kinds=("disk.low",)), 10, 5.0).events} == set(said)


def test_what_one_machine_wrote_for_another_whose_clock_is_ahead_is_held(
    opened: Callable[..., Journal], tmp_path: Path, clock: SetClock
) -> None:
    journal = opened()
    ahead = EventIds(secrets.token_bytes).new(NOW + 3 * HOUR)
    journal.record(Event(id=ahead, at=NOW + 3 * HOUR, kind="disk.low"))
    journal.flush()
    clock.forward(HOUR)
    journal.record(Event(at=NOW + HOUR, kind="disk.low"))
    journal.flush()
    assert Reader(tmp_path / "journal").holds([ahead]) == {ahead}


@pytest.mark.slow
def test_events_of_several_kinds_come_from_open_and_sealed_segments_alike(tmp_path: Path) -> None:
    clock = SetClock(NOW)
    journal = Journal.open(tmp_path, KEYS, clock=clock)
    for number in range(3):
        for kind in ("sign_in.failed", "disk.low", "person.erased"):
            journal.record(Event(at=clock.now(), kind=kind, actor=f"p{number}"))
        journal.flush()
        clock.forward(HOUR)
    journal.close()
    kinds = ("sign_in.failed", "disk.low")
    before = [(one.kind, one.actor) for one in Reader(tmp_path).of_kinds(kinds, NOW)]
    journal = Journal.open(tmp_path, KEYS, clock=SetClock(NOW + 9 * HOUR))
    for _ in range(600):
        if all(name.is_sealed for name, _ in Reader(tmp_path).segments()[:-1]):
            break
        journal._sealing._thread.join(0.1)
    journal.close()
    assert sum(name.is_sealed for name, _ in Reader(tmp_path).segments()) >= 2
    after = [(one.kind, one.actor) for one in Reader(tmp_path).of_kinds(kinds, NOW)]
    assert sorted(after) == sorted(before)
    assert len(after) == 6
    assert {one.actor for one in Reader(tmp_path).of_kinds(kinds, NOW + HOUR)} == {"p1", "p2"}
    assert list(Reader(tmp_path).of_kinds(("it's",), NOW)) == []
