"""Detections see every event once, go on from their place, and are not ended by one that errs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest
from tests.monitor.process.kept_in_memory import KeptInMemory

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


def until(holds: Callable[[], object]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_every_event_is_seen_once_and_it_goes_on_from_its_place(tmp_path: Path) -> None:
    store, found, first = KeptInMemory(), list[Hit](), Counting()
    store.append(lines(0, 5_000))
    one = detecting(tmp_path, store, found.extend, counting=first)
    one.start()
    until(lambda: first.seen == 5_000)
    one.close()
    store.append(lines(5_000, 5_010))
    second = Counting()
    again = detecting(tmp_path, store, found.extend, counting=second)
    began = SystemClock().now()
    again.start()
    until(lambda: second.seen == 5_010)
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
    until(lambda: len(found) == 3)
    again.close()


def test_one_that_errs_is_told_of_once_and_leaves_the_others_their_turn(tmp_path: Path) -> None:
    store, found, good = KeptInMemory(), list[Hit](), Counting()
    store.append(lines(0, 6))
    one = detecting(tmp_path, store, found.extend, bad=Erring(), good=good)
    one.start()
    until(lambda: good.seen == 6)
    one.close()
    assert [hit.rule for hit in found] == ["rule-failed", "third", "third"]


def test_a_new_detector_goes_on_from_what_the_one_before_remembers(tmp_path: Path) -> None:
    store, old, new = KeptInMemory(), Counting(), Counting()
    store.append(lines(0, 4))
    one = detecting(tmp_path, store, lambda _: None, counting=old)
    one.start()
    until(lambda: old.seen == 4)
    one.between(lambda: {"counting": new})
    until(lambda: new.seen == 4)
    store.append(lines(4, 6))
    until(lambda: new.seen == 6)
    one.close()


def test_what_is_damaged_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KEEP_SECONDS", 0.0)
    (tmp_path / FILE).write_bytes(b"\xc1 nonsense")
    store, seen = KeptInMemory(), Counting()
    store.append(lines(0, 3))
    one = detecting(tmp_path, store, lambda _: None, counting=seen)
    one.start()
    until(lambda: seen.seen == 3)
    one.close()
    assert read_state(tmp_path).position == (3, 0, 0)


def test_of_the_journal_no_detector_is_shown_what_a_probe_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else the person of a probe would be usual somewhere, or raise an alert. A source of logs can't ask for it."""
    counting = Counting()
    store = KeptInMemory()
    one = detecting(tmp_path, store, lambda _hits: None, counting=counting)
    own = {
        "a": NormalEvent(uid="a", at=1, received_at=1, source="limen", kind="decision", person_id="p_ada"),
        "b": NormalEvent(uid="b", at=1, received_at=1, source="limen", kind="decision", person_id="syn_1"),
        "c": NormalEvent(uid="c", at=1, received_at=1, source="limen", kind="decision", fields={"door": "probe"}),
        "d": NormalEvent(uid="d", at=1, received_at=1, source="limen", kind="x", fields={"door": "probe"}),
        "e": NormalEvent(uid="e", at=1, received_at=1, source="limen", person_id="p_ada", target_person_id="syn_1"),
    }
    monkeypatch.setattr(one, "_understand", lambda body: [own[body.decode()]])
    monkeypatch.setattr(one._journal, "read", lambda _most: [name.encode() for name in own])
    one._turn()
    assert counting.uids == ["a", "d", "e"]
