from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.storage.journal.conftest import NOW
from tests.waiting import wait_until

from limen.clock import HOUR, SetClock
from limen.events import Event, to_ocsf
from limen.storage.journal.sealing import Sealing
from limen.storage.journal.segment import Segment
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import SEALED_FILE

SIGNER = Signer("main", (b"k" * 32,))


def a_segment(folder: Path, ordinal: int, after: Link) -> Segment:
    segment = Segment.begin(folder, ordinal, NOW, after, SIGNER)
    segment.append([msgspec.json.encode(to_ocsf(Event(id=f"{ordinal:024x}", at=NOW, kind="sign_in.failed")))])
    segment.close()
    return segment


class Sealer:
    def __init__(self, folder: Path, clock: SetClock) -> None:
        self.said: list[Event] = []
        self.may = True
        self.sealing = Sealing(folder, SIGNER, clock, keep_days=90, may_seal=lambda: self.may, record=self.said.append)


@pytest.fixture
def sealer(tmp_path: Path, clock: SetClock) -> Iterator[Callable[[], Sealer]]:
    made: list[Sealer] = []

    def make() -> Sealer:
        made.append(Sealer(tmp_path, clock))
        made[-1].sealing.prepare()
        made[-1].sealing.start()
        return made[-1]

    yield make
    for each in made:
        each.sealing.stop()


def test_segments_are_sealed_in_order_and_each_is_announced(tmp_path: Path, sealer: Callable[[], Sealer]) -> None:
    first = a_segment(tmp_path, 1, start_of("main"))
    second = a_segment(tmp_path, 2, first.link)
    running = sealer()
    for each in (first, second):
        running.sealing.closed(each.name)
    wait_until(lambda: len(running.said) == 2)
    assert [event.kind for event in running.said] == ["journal.sealed"] * 2
    assert all(name.is_sealed for name, _ in segments_in(tmp_path))
    assert [each.ordinal for each in running.sealing.sealed.segments] == [1, 2]
    assert running.sealing.sealed.segments[1].head == second.link.head.decode()


def test_nothing_is_sealed_while_the_outbox_still_names_what_is_in_it(
    tmp_path: Path, sealer: Callable[[], Sealer]
) -> None:
    segment = a_segment(tmp_path, 1, start_of("main"))
    running = sealer()
    running.may = False
    running.sealing.closed(segment.name)
    time.sleep(0.3)
    assert segment.path.exists()
    running.may = True
    wait_until(lambda: not segment.path.exists())


def test_a_segment_that_was_tampered_with_is_not_sealed_but_told(tmp_path: Path, sealer: Callable[[], Sealer]) -> None:
    segment = a_segment(tmp_path, 1, start_of("main"))
    segment.path.write_bytes(segment.path.read_bytes().replace(b"sign_in.failed", b"sign_in.joking"))
    running = sealer()
    running.sealing.closed(segment.name)
    wait_until(lambda: running.said)
    assert (running.said[0].kind, running.said[0].reason) == ("journal.damaged", "segment-not-sealed")
    assert segment.path.exists()


def test_after_a_list_that_was_tampered_with_nothing_is_added_to_it(
    tmp_path: Path, sealer: Callable[[], Sealer]
) -> None:
    (tmp_path / SEALED_FILE).write_bytes(b'{"writer":"main","segments":[],"expired_n":0,"expired_head":"","mac":"x"}\n')
    segment = a_segment(tmp_path, 1, start_of("main"))
    running = sealer()
    assert not running.sealing.is_trusted
    running.sealing.closed(segment.name)
    running.sealing.stop()
    assert segment.path.exists()


@pytest.mark.parametrize("step", ["before the list", "before the end"])
def test_a_stop_between_two_steps_of_sealing_is_finished_at_the_next_start(
    tmp_path: Path, sealer: Callable[[], Sealer], step: str
) -> None:
    segment = a_segment(tmp_path, 1, start_of("main"))
    plain = segment.path.read_bytes()
    running = sealer()
    running.sealing.closed(segment.name)
    wait_until(lambda: running.said)
    running.sealing.stop()
    segment.path.write_bytes(plain)
    if step == "before the list":
        (tmp_path / SEALED_FILE).write_bytes(_empty_list())
    (tmp_path / "00000001.77.sealing").touch()
    sealer()
    (left,) = segments_in(tmp_path)
    assert left[0].is_sealed == (step == "before the end")
    assert not list(tmp_path.glob("*.sealing"))


def _empty_list() -> bytes:
    from limen.storage.journal.checkpoint import Sealed
    from limen.storage.segments.signed import signed

    return msgspec.json.encode(signed(Sealed(writer="main"), SIGNER)) + b"\n"


def test_whoever_stops_it_does_not_wait_for_what_is_left_to_seal(
    tmp_path: Path, sealer: Callable[[], Sealer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After days without a start there may be hundreds: the next start seals them."""
    link, segments = start_of("main"), []
    for ordinal in range(1, 9):
        segments.append(a_segment(tmp_path, ordinal, link))
        link = segments[-1].link
    sealing = sealer().sealing
    started: list[str] = []
    begun, going_on = threading.Event(), threading.Event()

    def answer(module: str, *_arguments: str, said: bytes | None = None) -> tuple[int, bytes]:
        started.append(module)
        begun.set()
        going_on.wait(60)
        return -9, b""

    monkeypatch.setattr(sealing._child, "answer", answer)
    monkeypatch.setattr(sealing._child, "kill", going_on.set)
    for one in segments:
        sealing.closed(one.name)
    assert begun.wait(60)
    sealing.stop()
    assert len(started) == 1
    assert [name.is_sealed for name, _ in segments_in(tmp_path)] == [False] * 8


def test_what_was_counted_before_this_start_is_known(tmp_path: Path, sealer: Callable[[], Sealer]) -> None:
    first = a_segment(tmp_path, 1, start_of("main"))
    running = sealer()
    running.sealing.closed(first.name)
    wait_until(lambda: running.said)
    running.sealing.stop()
    a_segment(tmp_path, 2, first.link)
    assert sealer().sealing.earlier_hours() == {NOW - NOW % HOUR: {"sign_in.failed": 2}}
