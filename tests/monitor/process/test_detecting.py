"""Detections see every event once, go on from their place, and are not ended by one that errs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.monitor.process.kept_in_memory import KeptInMemory
from tests.waiting import wait_until

from limen.clock import SystemClock
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.process import detecting as module
from limen.monitor.process.detecting import Detecting
from limen.monitor.process.journal_tail import JournalTail
from limen.monitor.process.state import FILE, read_state


class Counting:
    """Finds each third event, and remembers how many there were."""

    def __init__(self) -> None:
        self.seen = 0
        self.uids: list[str] = []

    def feed(self, event: NormalEvent) -> list[Hit]:
        self.seen += 1
        self.uids.append(event.uid)
        if self.seen % 3:
            return []
        return [Hit(id=event.uid, rule="third", title="", level=Level.LOW, at=event.at, entity="host:wren")]

    def snapshot(self) -> bytes:
        return b"%d" % self.seen

    def restore(self, snapshot: bytes) -> None:
        self.seen = int(snapshot)


class Erring(Counting):
    def feed(self, event: NormalEvent) -> list[Hit]:
        raise ZeroDivisionError


def lines(begin: int, end: int) -> list[bytes]:
    return [
        msgspec.json.encode(NormalEvent(uid=str(number), at=1, received_at=number, source="app"))
        for number in range(begin, end)
    ]


def detecting(
    folder: Path, store: KeptInMemory, found: Callable[[Sequence[Hit]], None], **detectors: Counting
) -> Detecting:
    journal = JournalTail(folder / "journal")
    return Detecting(
        folder, read_state(folder), store, journal, lambda _: [], detectors, lambda *_: [], found, SystemClock()
    )


def test_every_event_is_seen_once_and_it_goes_on_from_its_place(tmp_path: Path) -> None:
    store, found, first = KeptInMemory(), list[Hit](), Counting()
    store.append(lines(0, 5_000))
    one = detecting(tmp_path, store, found.extend, counting=first)
    one.start()
    wait_until(lambda: first.seen == 5_000)
    one.close()
    store.append(lines(5_000, 5_010))
    second = Counting()
    again = detecting(tmp_path, store, found.extend, counting=second)
    began = SystemClock().now()
    again.start()
    wait_until(lambda: second.seen == 5_010)
    again.close()
    assert second.uids == [str(number) for number in range(5_000, 5_010)]
    assert [hit.id for hit in found] == [str(number) for number in range(2, 5_010, 3)]
    assert began <= again.detected_at <= SystemClock().now()


def test_what_was_not_taken_is_found_again(tmp_path: Path) -> None:
    store, found = KeptInMemory(), list[Hit]()
    store.append(lines(0, 9))

    def gone(_hits: Sequence[Hit]) -> None:
        raise ConnectionError

    one = detecting(tmp_path, store, gone, counting=Counting())
    one.start()
    one.close()
    assert not (tmp_path / FILE).exists()
    again = detecting(tmp_path, store, found.extend, counting=Counting())
    again.start()
    wait_until(lambda: len(found) == 3)
    again.close()


def test_one_that_errs_is_told_of_once_and_leaves_the_others_their_turn(tmp_path: Path) -> None:
    store, found, good = KeptInMemory(), list[Hit](), Counting()
    store.append(lines(0, 6))
    one = detecting(tmp_path, store, found.extend, bad=Erring(), good=good)
    one.start()
    wait_until(lambda: good.seen == 6)
    one.close()
    assert [hit.rule for hit in found] == ["rule-failed", "third", "third"]


def test_a_new_detector_goes_on_from_what_the_one_before_remembers(tmp_path: Path) -> None:
    store, old, new = KeptInMemory(), Counting(), Counting()
    store.append(lines(0, 4))
    one = detecting(tmp_path, store, lambda _: None, counting=old)
    one.start()
    wait_until(lambda: old.seen == 4)
    one.between(lambda: {"counting": new})
    wait_until(lambda: new.seen == 4)
    store.append(lines(4, 6))
    wait_until(lambda: new.seen == 6)
    one.close()


def test_what_is_damaged_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    (tmp_path / FILE).write_bytes(b"\xc1 nonsense")
    store, seen = KeptInMemory(), Counting()
    store.append(lines(0, 3))
    one = detecting(tmp_path, store, lambda _: None, counting=seen)
    one.start()
    wait_until(lambda: seen.seen == 3)
    one.close()
    assert read_state(tmp_path).position == (3, 0, 0)
