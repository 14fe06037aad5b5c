"""A stream before the store: events of all nodes come to the one that takes them; test events stay where they try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from tests.monitor.outgrown.test_event_table import line
from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.clock import SetClock
from limen.connectors.nats.stream import Message, NatsError
from limen.monitor.normal_form.frame import CANARY
from limen.monitor.outgrown.streamed_store import StreamedStore
from limen.storage.errors import EventsUnwritableError

KEYS = (b"k" * 32,)


class QueueInMemory:
    """`wrong`: the word by which it refuses everything. What is taken stays until it is acknowledged."""

    def __init__(self) -> None:
        self.held: list[tuple[bytes, Mapping[str, str]]] = []
        self.refused = 0
        self.wrong = ""

    def put(self, messages: Sequence[tuple[bytes, Mapping[str, str]]]) -> None:
        if self.wrong:
            raise NatsError(self.wrong)
        self.held += messages

    def take(self, most: int, seconds: float) -> list[Message]:
        del seconds
        if self.wrong:
            raise NatsError(self.wrong)
        return [Message(data=data, headers=headers, own=data) for data, headers in self.held[:most]]

    def acknowledge(self, messages: Sequence[Message]) -> None:
        gone = [one.own for one in messages]
        self.held = [one for one in self.held if one[0] not in gone]

    def refuse(self, messages: Sequence[Message]) -> None:
        self.refused += len(messages)
        self.acknowledge(messages)

    def waiting(self) -> int:
        return len(self.held)

    def close(self) -> None: ...


def node(queue: QueueInMemory, kept: KeptInMemory, *, takes: bool = False) -> StreamedStore:
    made = StreamedStore(kept, queue, KEYS, SetClock(1_800_000_000_000))
    made.take_from_now_on(takes=takes)
    return made


def test_events_of_two_nodes_come_to_the_one_that_takes() -> None:
    queue, here, there = QueueInMemory(), KeptInMemory(), KeptInMemory()
    taking, other = node(queue, here, takes=True), node(queue, there)
    taking.append([line("a")])
    other.append([line("b"), line("c")])
    assert (here.lines, there.lines) == ([], [])
    assert taking.step() == 3
    assert here.lines == [line("a"), line("b"), line("c")]
    assert (queue.held, there.lines) == ([], [])
    assert (taking.figures.takes, other.figures.takes) == (True, False)


def test_what_can_not_be_kept_stays_in_the_stream() -> None:
    queue, kept = QueueInMemory(), KeptInMemory()
    taking = node(queue, kept, takes=True)
    taking.append([line("a")])
    kept.wrong = EventsUnwritableError("the disk has no room for more events")
    with pytest.raises(EventsUnwritableError):
        taking.step()
    assert queue.waiting() == 1
    kept.wrong = None
    taking.step()
    assert kept.lines == [line("a")]


def test_where_the_stream_takes_nothing_the_sender_is_told() -> None:
    queue = QueueInMemory()
    queue.wrong = "full"
    with pytest.raises(EventsUnwritableError):
        node(queue, KeptInMemory()).append([line("a")])


def test_test_events_stay_where_they_try_unless_this_node_takes() -> None:
    queue, kept = QueueInMemory(), KeptInMemory()
    other, canary = node(queue, kept), line("c", CANARY)
    other.append([canary])
    assert (kept.lines, queue.waiting()) == ([canary], 0)
    pretending = line("d", "fw", fields={"source": CANARY}, raw=f'"source":"{CANARY}"')
    other.append([pretending])
    assert (kept.lines, queue.waiting()) == ([canary], 1)
    other.take_from_now_on(takes=True)
    other.append([canary])
    assert queue.waiting() == 2


def test_what_no_node_put_there_is_thrown_away_and_counted() -> None:
    queue, kept = QueueInMemory(), KeptInMemory()
    taking = node(queue, kept, takes=True)
    queue.held = [(line("forged"), {}), (line("other"), {"Limen-Signature": "0" * 64})]
    taking.append([line("a")])
    taking.step()
    assert kept.lines == [line("a")]
    assert (queue.refused, taking.figures.refused, queue.waiting()) == (2, 2, 0)
