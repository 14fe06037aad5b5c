"""The process that watches, real: it takes, keeps, finds, and comes back after whatever ends it."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.dial import size
from tests.monitor.watched import KEYS, send_udp, source, watching
from tests.waiting import until

from limen.clock import SystemClock
from limen.events import Event
from limen.monitor.link import Deliver, Link, Message, Recorded, SetUp, Sources
from limen.monitor.normal_form.frame import Frame
from limen.monitor.pieces import MOST_BYTES
from limen.monitor.supervision import MOST_UNANSWERED, Supervision
from limen.pillar import NotTakenError
from limen.storage.journal import Journal

SYSLOG = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for ida from 192.0.2.7 port 50000 ssh2"


def frame(number: int) -> Frame:
    now = SystemClock().now()
    return Frame(source="app", kind="json", received_at=now, data=b'{"id": "n%d", "number": %d}' % (number, number))


async def test_what_is_delivered_is_durable_when_it_is_answered(tmp_path: Path) -> None:
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        await watched.supervision.deliver([frame(number) for number in range(100)])
        assert [one["fields"]["number"] for one in watched.stored()] == list(range(100))
        await until(lambda: watched.supervision.health and watched.supervision.health.sources)
        health = watched.supervision.health
        assert health is not None
        assert [(one.name, one.events, one.unreadable) for one in health.sources] == [("app", 100, 0)]
        assert 0 < health.resident_bytes < 400 << 20


async def test_a_big_delivery_lets_others_have_their_turn_and_is_kept_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever sends much at once holds up no decision beside it: it goes in pieces, and few at once."""
    turns, sizes, most = [0], list[int](), [0]

    async def count_turns() -> None:
        while True:
            turns[0] += 1
            await asyncio.sleep(0)

    async with watching(tmp_path, source("app", "http", "json")) as watched:
        send = Link.send

        async def noted(self: Link, message: Message) -> None:
            if isinstance(message, Deliver):
                sizes.append(sum(len(one.data) for one in message.frames))
                most[0] = max(most[0], len(watched.supervision._delivering))
            await send(self, message)

        monkeypatch.setattr(Link, "send", noted)
        counting = asyncio.create_task(count_turns())
        frames = [frame(number) for number in range(20_000)]
        await watched.supervision.deliver(frames)
        counting.cancel()
        assert len(watched.stored()) == len(frames)
        assert not watched.supervision._delivering
    assert len(sizes) == 20
    assert max(sizes) <= MOST_BYTES
    assert turns[0] >= len(sizes)
    assert most[0] <= MOST_UNANSWERED


async def test_of_a_delivery_that_breaks_off_nothing_is_left(tmp_path: Path) -> None:
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        sending = asyncio.create_task(watched.supervision.deliver([frame(number) for number in range(20_000)]))
        await asyncio.sleep(0.05)
        os.kill(watched.supervision.pid, signal.SIGKILL)
        with pytest.raises(NotTakenError):
            await sending
        assert not watched.supervision._delivering


async def test_nothing_acknowledged_is_lost_however_often_it_is_killed(tmp_path: Path) -> None:
    kept: set[int] = set()
    refused = 0
    async with watching(tmp_path, source("app", "http", "json")) as watched:
        number = 0

        async def send() -> None:
            nonlocal number, refused
            while True:
                number += 1
                own = number
                try:
                    await watched.supervision.deliver([frame(own)])
                    kept.add(own)
                except NotTakenError:
                    refused += 1
                    await asyncio.sleep(0.02)

        senders = [asyncio.create_task(send()) for _ in range(8)]
        for _ in range(size(3, 12)):
            await asyncio.sleep(random.uniform(0.05, 0.4))
            await watched.kill()
        await asyncio.sleep(0.2)
        for one in senders:
            one.cancel()
        await asyncio.gather(*senders, return_exceptions=True)
    assert kept
    assert {one["fields"]["number"] for one in watched.stored()} >= kept


async def test_while_it_does_not_run_senders_are_told(tmp_path: Path) -> None:
    async with watching(tmp_path) as watched:
        await watched.supervision.close()
        with pytest.raises(NotTakenError):
            await watched.supervision.deliver([frame(1)])


def test_it_ends_with_the_server_however_that_ends(tmp_path: Path) -> None:
    program = f"""
import asyncio, os, sys
from pathlib import Path
from tests.monitor.watched import watching
async def main():
    async with watching(Path({str(tmp_path)!r})) as watched:
        print(watched.supervision.pid, flush=True)
        await asyncio.sleep(60)
asyncio.run(main())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        pid = int(server.stdout.readline())
        assert pid > 1
        os.kill(server.pid, signal.SIGKILL)
    for _ in range(3_000):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.02)
    pytest.fail("it lives on")


async def test_it_finds_in_the_journal_and_says_it_once_however_often_it_is_killed(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path / "journal", KEYS)
    async with watching(tmp_path) as watched:
        journal.record(Event(at=SystemClock().now(), kind="break_glass.used", actor="p_1"))
        journal.flush()
        await until(lambda: watched.hits)
        await watched.kill()
        await until(lambda: len(watched.hits) > 1)  # its place was not kept yet, so it is found again
    journal.close()
    assert len({hit.id for hit in watched.hits}) == 1
    assert watched.hits[0].events


async def test_syslog_is_taken_from_configured_addresses_alone(tmp_path: Path) -> None:
    async with watching(tmp_path, source("firewall", "udp"), source("switch", "tcp")) as watched:
        send_udp(watched.ports("udp"), SYSLOG)
        reader, writer = await asyncio.open_connection("127.0.0.1", watched.ports("tcp"))
        writer.write(b"%d %s" % (len(SYSLOG), SYSLOG) + SYSLOG + b"\n")
        await writer.drain()
        events = await watched.until_stored(3)
        assert sorted(one["source"] for one in events) == ["firewall", "switch", "switch"]
        assert {one["user"] for one in events} == {"ida"}
        await watched.set_sources(source("firewall", "udp", addresses=("192.0.2.1/32",)))
        assert await asyncio.wait_for(reader.read(), 60) == b""
        writer.close()
        send_udp(watched.ports("udp"), SYSLOG)
        await until(lambda: watched.supervision.health and watched.supervision.health.refused.get("udp"))
    assert len(watched.stored()) == 3


async def test_the_process_can_say_nothing_in_the_journal_but_of_its_store() -> None:
    told: list[Event] = []

    async def setup() -> SetUp:
        raise NotImplementedError

    async def take(_hits: object) -> None: ...

    supervision = Supervision(setup, lambda: Sources(sources=()), take, told.append)
    for kind in ("person.changed", "event_store.recovered", "break_glass.used"):
        await supervision._heed(None, Recorded(event=Event(at=1, kind=kind)))  # type: ignore[arg-type]
    assert [event.kind for event in told] == ["event_store.recovered"]
