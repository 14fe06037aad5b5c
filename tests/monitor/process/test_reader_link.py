"""What is no message of the link ends it, and so does an end that is gone or silent."""

from __future__ import annotations

import socket

import msgspec
import pytest
from tests.monitor.normal_form.frames import frame

from limen.monitor.process.batch import ReadBatch, Tally
from limen.monitor.process.reader_link import LONGEST, ReaderLink, Told, ToRead

Ends = tuple[ReaderLink, socket.socket]


@pytest.fixture
def ends() -> Ends:
    one, other = socket.socketpair()
    return ReaderLink(one, 0.2), other


def test_orders_and_answers_go_both_ways(ends: Ends) -> None:
    ours, theirs = ends[0], ReaderLink(ends[1], 5)
    orders = [Told("names", b"1"), ToRead([frame("json", b"{}"), frame("syslog", b"\xff\0")]), ToRead([])]
    for order in orders:
        ours.send(order)
    assert [theirs.order() for _ in orders] == orders
    answer = ReadBatch([b"{}", b"\xff"], [Tally("harbor", 2, 1, 5)])
    theirs.send(answer)
    assert ours.answer() == answer


@pytest.mark.parametrize(
    "data",
    [
        (LONGEST + 1).to_bytes(4, "big"),
        b"\0\0\0\1\xc1",
        b"\0\0\0\0",
        b"\0\0\0\x09" + msgspec.msgpack.encode({"a": [1, "\u20ac"]}),
        b"\0\0\0\2[[",
        b"\0\0\0\7half",
    ],
    ids=["too long", "no MessagePack", "nothing", "no answer", "cut", "half"],
)
def test_what_is_no_message_ends_it(ends: Ends, data: bytes) -> None:
    ends[1].sendall(data)
    ends[1].close()
    with pytest.raises(OSError, match=r"message|gone"):
        ends[0].answer()


def test_whoever_is_silent_or_takes_nothing_is_not_waited_for_forever(ends: Ends) -> None:
    with pytest.raises(TimeoutError):
        ends[0].answer()
    with pytest.raises(TimeoutError):
        ends[0].send(Told("names", bytes(16 << 20)))


def test_whoever_is_gone_is_noticed(ends: Ends) -> None:
    ends[1].close()
    with pytest.raises(ConnectionError):
        ends[0].answer()
