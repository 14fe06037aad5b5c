"""NetFlow over a real socket."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from tests.network.learning.formats.test_netflow import version_5

from limen.clock import SystemClock
from limen.network.learning.collecting import Collector


@pytest.fixture
def bound() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        yield one


def sent(bound: socket.socket, *datagrams: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exporter:
        for one in datagrams:
            exporter.sendto(one, bound.getsockname())


def test_what_a_named_exporter_says_is_taken(bound: socket.socket) -> None:
    sent(bound, version_5((44_000, 443, 6, 0)), b"nonsense", version_5((443, 44_000, 6, 0)))
    collector = Collector()
    flows = [one for one in collector.flows(bound, {"127.0.0.1"}, SystemClock(), 300) if one is not None]
    assert (collector.taken, collector.unread, collector.foreign) == (2, 1, 0)
    assert {one.port for one in flows} == {443}


def test_nobody_else_is_listened_to(bound: socket.socket) -> None:
    sent(bound, version_5((44_000, 443, 6, 0)))
    collector = Collector()
    assert [one for one in collector.flows(bound, {"10.0.0.1"}, SystemClock(), 200) if one is not None] == []
    assert (collector.taken, collector.foreign) == (0, 1)
