"""Attacks by sending much: a source that floods makes itself late and forgets nothing of others."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import msgspec
from tests.monitor.process.kept_in_memory import KeptInMemory
from tests.monitor.process.test_detecting import Counting, detecting
from tests.waiting import wait_until

from limen.clock import HOUR, MINUTE, SystemClock
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.normal_form.event import NormalEvent


class Held(Counting):
    """Finds everything of the quiet source; of the loud one it looks at so many events, and then waits."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most
        self.goes_on = threading.Event()

    def feed(self, event: NormalEvent) -> list[Hit]:
        self.seen += 1
        self.uids.append(event.uid)
        if event.source == "quiet":
            return [Hit(id=event.uid, rule="r", title="", level=Level.LOW, at=event.at, entity="host:wren")]
        if self.seen > self.most and not self.goes_on.is_set():
            time.sleep(0.002)
        return []


def lines(source: str, number: int, received_at: int) -> list[bytes]:
    return [
        msgspec.json.encode(NormalEvent(uid=f"{source}{n}", at=1, received_at=received_at, source=source))
        for n in range(number)
    ]


def test_a_source_that_floods_makes_itself_late_and_nobody_else(tmp_path: Path) -> None:
    """Before, others were looked at behind it, and after ten minutes of it everybody's risk was unknown."""
    store, found, detector, clock = KeptInMemory(), list[Hit](), Held(100), SystemClock()
    store.append(lines("loud", 40_000, clock.now() - HOUR))
    one = detecting(tmp_path, store, found.extend, held=detector)
    one.start()
    wait_until(lambda: one.late)
    store.append(lines("quiet", 3, clock.now()))
    one.wake()
    wait_until(lambda: len(found) == 3)
    assert detector.seen < 40_000
    assert set(one.late) == {"loud"}
    assert one.is_behind
    wait_until(lambda: clock.now() - one.detected_at < MINUTE)
    assert clock.now() - one.late["loud"] >= HOUR
    detector.goes_on.set()
    wait_until(lambda: detector.seen == 40_003)
    wait_until(lambda: not one.late)
    one.close()
    assert sorted(detector.uids) == sorted({*detector.uids})


def test_who_is_late_is_looked_at_on_while_others_go_on_saying_much(tmp_path: Path) -> None:
    """Nobody is starved: not even who floods."""
    store, detector = KeptInMemory(), Counting()
    store.append(lines("loud", 10_000, SystemClock().now() - HOUR))
    one = detecting(tmp_path, store, lambda _: None, counting=detector)
    one.start()
    wait_until(lambda: one.late)
    store.append(lines("quiet", 3_000, SystemClock().now()))
    wait_until(lambda: detector.seen == 13_000)
    one.close()
