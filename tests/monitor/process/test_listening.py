"""Listeners: one that can't listen keeps none of the others from it."""

from __future__ import annotations

from tests.monitor.process.kept_in_memory import KeptInMemory
from tests.ports import free_port

from limen.admission import Admission
from limen.clock import SystemClock
from limen.monitor.link import Listen
from limen.monitor.process.counts import Counts
from limen.monitor.process.listening import Receivers
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.readers import Readers
from limen.monitor.process.senders import Senders
from limen.monitor.understanding import Understanding


def receivers(listen: Listen) -> Receivers:
    counts = Counts()
    pipeline = Pipeline(Readers(Understanding(lambda _: []), most=0), KeptInMemory().append, counts, lambda: None)
    return Receivers(listen, Senders(), pipeline, counts, SystemClock(), Admission())


async def test_what_is_not_wanted_does_not_listen() -> None:
    made = receivers(Listen())
    assert await made.start() == ({}, {})
    await made.close()


async def test_what_can_not_listen_says_why() -> None:
    port = free_port()
    first = receivers(Listen(tcp=f"127.0.0.1:{port}"))
    assert await first.start() == ({"tcp": port}, {})
    listen = Listen(udp="127.0.0.1:0", tcp=f"127.0.0.1:{port}", tls="127.0.0.1:0", certificate="none", key="none")
    second = receivers(listen)
    ports, wrong = await second.start()
    assert (set(ports), set(wrong)) == ({"udp"}, {"tcp", "tls"})
    assert str(port) in wrong["tcp"]
    await first.close()
    await second.close()
    third = receivers(Listen(tcp=f"127.0.0.1:{port}"))
    assert await third.start() == ({"tcp": port}, {})
    await third.close()
