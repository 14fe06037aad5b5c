"""Datagrams: each one message; what finds no room is counted."""

from __future__ import annotations

import pytest
from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.clock import SetClock
from limen.monitor.link import Watched
from limen.monitor.process import pipeline as of_pipeline
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.readers import Readers
from limen.monitor.process.senders import Senders
from limen.monitor.process.syslog_udp import SyslogUdp
from limen.monitor.understanding import Understanding


async def test_what_finds_no_room_is_lost_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_pipeline, "MOST_WAITING_FRAMES", 4)
    counts, senders = Counts(), Senders()
    senders.set([Watched(name="fw", kind="syslog", way="udp", addresses=("192.0.2.1/32",))])
    pipeline = Pipeline(Readers(Understanding(lambda _: []), most=0), KeptInMemory().append, counts, lambda: None)
    receiver = SyslogUdp(senders, pipeline, counts, SetClock(7))
    for message in (b"one\n", b"\r\n", b"two\x00", b"three", b"four"):
        receiver.datagram_received(message, ("192.0.2.1", 514))
    receiver.datagram_received(b"five", ("192.0.2.2", 514))
    receiver.datagram_received(b"six", ("::ffff:192.0.2.1", 514, 0, 0))
    (figures,), refused = counts.figures()
    assert (figures.size, figures.lost, figures.last_at, refused) == (6, 3, 7, {"udp": 1})
    assert pipeline.waiting_frames == 2
