from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.storage.journal.conftest import KEYS, NOW
from tests.storage.journal.copied import Node, nodes
from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import DAY, HOUR, SetClock
from limen.events import Event
from limen.storage.journal import verify
from limen.storage.journal.checkpoint import read_sealed
from limen.storage.journal.newest import newest
from limen.storage.journal.past_decisions import past_decisions
from limen.storage.journal.search import EventQuery
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import SEALED_FILE

FAILED = Event(at=NOW, kind="sign_in.failed")


@pytest.fixture
def start(tmp_path: Path, clock: SetClock) -> Iterator[Callable[..., Node]]:
    with nodes(tmp_path, clock) as begin:
        yield begin


def until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.02)


def sealed(node: Node, writer: str) -> list[int]:
    """The segments of a chain that its signed list names."""
    return [segment.ordinal for segment in read_sealed(node.root / writer / SEALED_FILE, writer).segments]


def test_readers_of_each_node_see_what_all_wrote(start: Callable[..., Node], clock: SetClock) -> None:
    a, b = start("a"), start("b")
    first = a.record(FAILED)
    clock.forward(5)
    second = b.record(FAILED)
    a.copy_from(b)
    b.copy_from(a)
    for node in (a, b):
        assert [event.id for event in node.journal.recent(9)] == second + first
        assert [event.id for event in newest(node.journal, EventQuery(), 9).events] == second + first
        assert node.journal.find(first[0]) == a.journal.find(first[0])
        assert node.journal.reader.find(second[0]) is not None
        assert verify(node.root, KEYS).ok
        assert sum(node.journal.hours(0)[NOW - NOW % HOUR].values()) == 2


def test_a_past_decision_and_its_facts_are_found_where_they_were_copied_to(
    start: Callable[..., Node], clock: SetClock
) -> None:
    a, b = start("a"), start("b")
    decision = a.journal.decided("gateway", a_permit(facts_about("p1"), clock.now()), "s", "10.0.0.1", 3.0)
    a.journal.flush()
    b.copy_from(a)
    event = b.journal.find(decision)
    assert event is not None
    assert b.journal.facts_of(event) == a.journal.facts_of(event)
    assert [(one.actor, one.facts is None) for one in past_decisions(b.journal.reader, 0)] == [("p1", False)]


def test_a_live_view_shows_what_came_from_another_node_but_nothing_old(
    start: Callable[..., Node], clock: SetClock
) -> None:
    a, b = start("a"), start("b")
    seen: list[str] = []

    class Client:
        def push(self, events: list[Event]) -> None:
            seen.extend(event.id for event in events)

        def close(self) -> None: ...

    b.journal._clients.append(Client())  # type: ignore[arg-type]
    a.record(FAILED)
    clock.forward(HOUR)
    young = a.record(Event(at=clock.now(), kind="sign_in.failed"))
    b.copy_from(a)
    assert set(young) <= set(seen)
    assert len(seen) == 1


def test_a_copy_that_comes_in_small_portions_is_the_same_to_the_byte(start: Callable[..., Node]) -> None:
    a, b = start("a"), start("b")
    for _ in range(5):
        a.record(*[FAILED] * 3)
    b.copy_from(a, most=1)
    ((_, original),), ((_, copy),) = segments_in(a.root / "a"), segments_in(b.root / "a")
    assert copy.read_bytes() == original.read_bytes()
    assert copy.name == original.name


def test_what_was_sealed_before_a_node_joined_comes_too(
    start: Callable[..., Node], clock: SetClock, tmp_path: Path
) -> None:
    a = start("a")
    ids = a.record(FAILED)
    clock.forward(HOUR)
    ids += a.record(FAILED)
    until(lambda: sealed(a, "a"))
    b = start("b")
    b.copy_from(a)
    until(lambda: sealed(b, "a"))
    assert all(b.journal.reader.find(event_id) for event_id in ids)
    report = verify(b.root, KEYS)
    assert report.ok, report.problems


def test_a_disk_is_lost_and_its_chain_is_whole_on_the_other(
    start: Callable[..., Node], clock: SetClock, tmp_path: Path
) -> None:
    a, b = start("a"), start("b")
    ids = a.record(FAILED, FAILED)
    b.copy_from(a)
    a.close()
    shutil.rmtree(a.root)
    anew = start("a", disk="a2")
    anew.record(FAILED)
    anew.copy_from(b)
    assert all(anew.journal.find(event_id) for event_id in ids)
    report = verify(anew.root, KEYS)
    assert report.ok, report.problems
    b.copy_from(anew)
    assert set(b.copies.has()) == {"a", "a2"}


def test_a_copy_goes_on_after_a_restart_and_is_counted_once(start: Callable[..., Node], tmp_path: Path) -> None:
    a, b = start("a"), start("b")
    a.record(FAILED)
    b.copy_from(a)
    b.close()
    b = start("b")
    before = b.journal.hours(0)[NOW - NOW % HOUR]["sign_in.failed"]
    more = a.record(FAILED)
    b.copy_from(a)
    assert (before, b.journal.hours(0)[NOW - NOW % HOUR]["sign_in.failed"]) == (1, 2)
    assert b.journal.find(more[0]) is not None
    assert verify(b.root, KEYS).ok


def test_erasing_reaches_a_copy_and_what_comes_later(start: Callable[..., Node], clock: SetClock) -> None:
    a, b = start("a"), start("b")
    theirs = a.record(Event(at=NOW, kind="sign_in.succeeded", actor="p1"))
    others = a.record(Event(at=NOW, kind="sign_in.succeeded", actor="p2"))
    b.copy_from(a)
    assert b.copies.look_after(["p1"]) == 0  # the segment is open: it goes once its original begins the next
    assert a.journal.erase(["p1"]) == (1, 0)
    a.record(FAILED)
    b.copy_from(a)
    until(lambda: sealed(b, "a"))
    assert b.copies.look_after(["p1"]) == 1
    b.journal.forget(["p1"])
    assert b.journal.find(theirs[0]) is None
    assert b.journal.find(others[0]) is not None
    assert b.copies.look_after(["p1"]) == 0
    report = verify(b.root, KEYS)
    assert report.ok, report.problems
    assert report.erased == 1


def test_what_was_erased_before_it_was_copied_is_known_to_be(start: Callable[..., Node], clock: SetClock) -> None:
    a, b = start("a"), start("b")
    a.record(Event(at=NOW, kind="sign_in.succeeded", actor="p1"))
    a.journal.erase(["p1"])
    a.record(FAILED)
    b.copy_from(a)
    assert verify(b.root, KEYS).erased == 1
    until(lambda: sealed(b, "a"))
    report = verify(b.root, KEYS)
    assert (report.ok, report.erased) == (True, 1)


def test_the_copy_of_a_node_that_is_gone_is_erased_from_once_its_hour_is_over(
    start: Callable[..., Node], clock: SetClock
) -> None:
    a, b = start("a"), start("b")
    a.record(Event(at=NOW, kind="sign_in.succeeded", actor="p1"))
    b.copy_from(a)
    a.close()
    clock.forward(HOUR + HOUR)
    went = b.copies.look_after(["p1"])  # where it is sealed that soon
    until(lambda: sealed(b, "a"))
    assert went + b.copies.look_after(["p1"]) == 1


def test_copies_are_kept_as_long_as_their_originals(start: Callable[..., Node], clock: SetClock) -> None:
    a, b = start("a"), start("b")
    a.record(FAILED)
    b.copy_from(a)
    clock.forward(91 * DAY)
    b.copies.look_after([])
    until(lambda: not segments_in(b.root / "a"))
    young = a.record(Event(at=clock.now(), kind="sign_in.failed"))
    until(lambda: not sealed(a, "a"))
    b.copy_from(a)
    late = start("c")
    late.copy_from(a)
    for node in (b, late):
        assert node.journal.find(young[0]) is not None
        report = verify(node.root, KEYS)
        assert report.ok, report.problems
