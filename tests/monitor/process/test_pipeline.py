"""Frames become durable events, in batches; and nothing is acknowledged that is not kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from tests.monitor.process.kept_in_memory import KeptInMemory
from tests.waiting import until

from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.reading import read
from limen.monitor.process import pipeline as module
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import NotKeptError, Pipeline
from limen.monitor.process.readers import Readers
from limen.monitor.understanding import Understanding
from limen.storage.errors import EventsUnwritableError


def frame(number: int = 0, source: str = "app") -> Frame:
    return Frame(source=source, kind="json", received_at=1_795_000_000_000, data=b'{"number": %d}' % number)


class Running:
    def __init__(self) -> None:
        self.store, self.counts, self.appended = KeptInMemory(), Counts(), 0
        self.pipeline = Pipeline(Readers(Understanding(read), most=0), self.store.append, self.counts, self._count)

    def _count(self) -> None:
        self.appended += 1

    @property
    def events(self) -> list[NormalEvent]:
        return [msgspec.json.decode(line, type=NormalEvent) for line in self.store.lines]


@pytest.fixture
async def running(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Running]:
    monkeypatch.setattr(module, "AGAIN_SECONDS", 0.01)
    made = Running()
    made.pipeline.start()
    yield made
    await made.pipeline.close()


async def test_what_is_kept_is_durable_when_it_is_answered(running: Running) -> None:
    await running.pipeline.keep([frame(1), frame(2)])
    assert [one.fields["number"] for one in running.events] == [1, 2]
    assert running.appended == 1
    (figures,), _ = running.counts.figures()
    assert (figures.events, figures.unreadable) == (2, 0)


async def test_what_comes_together_is_written_together(running: Running) -> None:
    await asyncio.gather(*(running.pipeline.keep([frame(number)]) for number in range(500)))
    assert len(running.store.lines) == 500
    assert running.store.appends < 50


async def test_a_full_disk_is_told_to_whoever_waits_and_tried_again_for_whoever_does_not(running: Running) -> None:
    running.store.wrong = EventsUnwritableError("the disk has no room for more events")
    with pytest.raises(NotKeptError):
        await running.pipeline.keep([frame(1)])
    running.pipeline.put([frame(2)])
    await until(lambda: running.pipeline.wrong)
    assert running.pipeline.wrong
    with pytest.raises(NotKeptError):
        await running.pipeline.keep([frame(3)])
    running.store.wrong = None
    while running.pipeline.waiting_frames:  # noqa: ASYNC110 -- it tells nobody
        await asyncio.sleep(0.01)
    assert [one.fields["number"] for one in running.events] == [2]
    await running.pipeline.keep([frame(4)])
    assert running.pipeline.wrong == ""
    assert running.pipeline.waiting_bytes == 0


async def test_there_is_a_bound_and_half_of_it_is_for_those_who_are_answered(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_WAITING_FRAMES", 4)
    running.store.wrong = EventsUnwritableError("full")
    running.pipeline.put([frame(1), frame(2)])
    assert not running.pipeline.has_room
    waits = asyncio.create_task(running.pipeline.room())
    await asyncio.sleep(0.03)
    assert not waits.done()
    running.store.wrong = None
    await asyncio.wait_for(waits, 60)
    assert running.pipeline.has_room


async def test_an_error_of_ours_costs_what_a_message_says_and_not_the_message() -> None:
    def broken(_frame: Frame) -> list[NormalEvent]:
        raise ZeroDivisionError

    store, counts = KeptInMemory(), Counts()
    pipeline = Pipeline(Readers(Understanding(broken), most=0), store.append, counts, lambda: None)
    pipeline.start()
    await pipeline.keep([frame(7)])
    await pipeline.close()
    (event,) = [msgspec.json.decode(line, type=NormalEvent) for line in store.lines]
    assert (event.class_uid, event.raw) == (0, '{"number": 7}')


async def test_what_waits_at_the_end_is_kept() -> None:
    made = Running()
    made.pipeline.start()
    for number in range(20_000):
        made.pipeline.put([frame(number)])
    await made.pipeline.close()
    assert len(made.store.lines) == 20_000
