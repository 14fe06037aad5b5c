from __future__ import annotations

import gc
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from tests.storage.journal.conftest import NOW
from tests.storage.journal.decisions import a_permit, facts_about

from limen.clock import HOUR, SECOND, SetClock
from limen.events import Event
from limen.storage.journal.chain import parse
from limen.storage.journal.checkpoint import read_checkpoint
from limen.storage.journal.folding import Folding
from limen.storage.journal.segment import Segment
from limen.storage.journal.writer import CHECKPOINT_SECONDS, Writer
from limen.storage.segments.link import Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import CHECKPOINT_FILE

SIGNER = Signer("main", (b"k" * 32,))


def event(n: int) -> Event:
    return Event(id=f"{n:024x}", at=NOW, kind="sign_in.failed")


class Heard:
    def __init__(self) -> None:
        self.published: list[Event] = []
        self.closed: list[Name] = []
        self.exported: list[bytes] = []

    def publish(self, events: Sequence[Event]) -> None:
        self.published += events


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def folding() -> Folding:
    return Folding()


@pytest.fixture
def writer(tmp_path: Path, clock: SetClock, heard: Heard, folding: Folding) -> Iterator[Writer]:
    writer = Writer(
        tmp_path,
        Segment.begin(tmp_path, 1, NOW, start_of("main"), SIGNER),
        SIGNER,
        folding,
        clock,
        published=heard.publish,
        closed=heard.closed.append,
        exported=heard.exported.append,
        break_glass=lambda known: known,
    )
    writer.start()
    yield writer
    writer.stop()


def until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.01)


def bodies(folder: Path) -> list[bytes]:
    raws = b"".join(path.read_bytes() for path in sorted(folder.glob("*.jsonl"))).splitlines(keepends=True)
    return [line.body for raw in raws if (line := parse(raw))]


def test_events_are_published_once_they_are_durable_and_not_before(
    writer: Writer, heard: Heard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails = True

    def append(self: Segment, some: Sequence[bytes], really=Segment.append) -> None:
        if fails:
            raise OSError("no")
        really(self, some)

    monkeypatch.setattr(Segment, "append", append)
    assert not writer.submit([event(1)]).wait(10)
    writer.put(event(2))
    until(lambda: not writer.writable)
    assert heard.published == []
    fails = False
    until(lambda: heard.published)
    assert heard.published == [event(2)]
    until(lambda: writer.writable)


def test_a_disk_that_goes_on_refusing_takes_no_memory_with_each_try(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[weakref.ref[OSError]] = []

    class FullError(OSError):
        """Its traceback holds the whole batch for as long as it lives."""

    def append(_self: Segment, _some: Sequence[bytes]) -> None:
        error = FullError(28, "no space left on device")
        tries.append(weakref.ref(error))
        try:
            raise error
        finally:
            del error

    gc.disable()
    try:
        with monkeypatch.context() as patched:
            patched.setattr(Segment, "append", append)
            for n in range(1, 6):
                assert not writer.submit([event(n)]).wait(10)
            until(lambda: not any(one() for one in tries))
        assert len(tries) >= 5
    finally:
        gc.enable()


def test_a_waiting_event_can_be_found(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    def append(_self: Segment, _some: Sequence[bytes]) -> None:
        raise OSError("no")

    with monkeypatch.context() as patched:
        patched.setattr(Segment, "append", append)
        writer.put(event(1))
        until(lambda: not writer.writable)
        assert writer.waiting(event(1).id) == event(1)
    assert writer.waiting(event(2).id) is None


def test_a_new_segment_begins_with_the_hour_and_the_chain_goes_on(
    writer: Writer, clock: SetClock, heard: Heard, tmp_path: Path
) -> None:
    assert writer.submit([event(1)]).wait(10)
    clock.forward(HOUR)
    assert writer.submit([event(2)]).wait(10)
    assert [name.ordinal for name in heard.closed] == [1]
    assert writer._segment.name.ordinal == 2
    assert len(bodies(tmp_path)) == 4


def test_facts_are_written_once_in_each_segment(
    writer: Writer, clock: SetClock, folding: Folding, tmp_path: Path
) -> None:
    facts = facts_about("p1")
    for hours in (0, 0, 1):
        clock.forward(hours * HOUR)
        folding.add("gateway", a_permit(facts), "s1", "192.0.2.1", 1.0)
        assert writer.submit([]).wait(10)
    assert sum(body.startswith(b'{"facts":') for body in bodies(tmp_path)) == 2


def test_an_event_that_cannot_be_written_down_stops_nobody_and_is_confessed(writer: Writer, heard: Heard) -> None:
    bad = Event(id="b" * 24, at=NOW, kind="sign_in.failed", details={"n": object()})
    assert writer.submit([bad, event(1)]).wait(10)
    until(lambda: [each for each in heard.published if each.kind == "journal.dropped"])
    assert writer.writable


def test_what_does_not_fit_into_memory_is_counted_and_confessed(
    writer: Writer, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.storage.journal.writer.MOST_WAITING", 3)
    for n in range(8):
        writer.put(event(n))
    until(lambda: [each for each in heard.published if each.kind == "journal.dropped"])
    confessed = sum(int(each.details["events"]) for each in heard.published if each.kind == "journal.dropped")
    kept = sum(each.kind == "sign_in.failed" for each in heard.published)
    assert kept + confessed == 8


def test_a_checkpoint_follows_the_chain_every_ten_seconds_and_is_exported(
    writer: Writer, clock: SetClock, heard: Heard, tmp_path: Path
) -> None:
    assert len(heard.exported) == 1
    assert writer.submit([event(1)]).wait(10)
    assert writer.submit([event(2)]).wait(10)
    clock.set_to(NOW - HOUR)  # which delays none
    clock.forward(int(CHECKPOINT_SECONDS) * SECOND + SECOND)
    assert writer.submit([event(3)]).wait(10)
    until(lambda: len(heard.exported) == 2)
    written = read_checkpoint(tmp_path / CHECKPOINT_FILE)
    assert written is not None
    assert (written.n, written.is_clean) == (5, False)  # another hour is another segment, whose first line says so
    assert heard.exported[-1] == (tmp_path / CHECKPOINT_FILE).read_bytes()


def test_the_end_is_clean_and_holds_everything(writer: Writer, heard: Heard, tmp_path: Path) -> None:
    for n in range(5):
        writer.put(event(n))
    writer.stop()
    written = read_checkpoint(tmp_path / CHECKPOINT_FILE)
    assert written is not None
    assert (written.n, written.is_clean) == (6, True)
    assert len(heard.published) == 5
