"""The life of the process, in this one: set up, told, and ended in order. The real one is in test_supervision.py."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

from tests.monitor.process.kept_in_memory import KeptInMemory

from limen.monitor.link import Deliver, Given, Health, Kept, Link, Listening, SetUp, Sources, Taken
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.reading import read
from limen.monitor.process.parts import Parts
from limen.monitor.process.watching import watch
from limen.monitor.understanding import Understanding
from limen.storage.errors import EventsUnwritableError


async def test_it_answers_what_is_delivered_and_says_how_it_goes(tmp_path: Path) -> None:
    one, other = socket.socketpair()
    ours, theirs = await Link.over(one), await Link.over(other)
    store, given = KeptInMemory(), list[tuple[str, bytes]]()

    def take(kind: str, value: bytes) -> type[dict[str, object]]:
        given.append((kind, value))
        return dict

    living = asyncio.create_task(watch(theirs, lambda _setup, _record: Parts(Understanding(read), store, {}, take)))  # type: ignore[arg-type, return-value]
    await ours.send(
        SetUp(data=str(tmp_path), events=str(tmp_path / "e"), journal=str(tmp_path / "j"), keys=(b"k" * 32,))
    )
    await ours.send(Given(kind="people", value=b"1"))
    await ours.send(Sources(sources=()))
    assert isinstance(await ours.receive(), Listening)
    assert given == [("people", b"1")]
    frame = Frame(source="app", kind="json", received_at=1, data=b"{}")

    async def answered(number: int) -> Kept:
        await ours.send(Deliver(number=number, frames=(frame,)))
        while not isinstance(message := await ours.receive(), Kept):
            assert isinstance(message, Health)
        return message

    assert await answered(1) == Kept(number=1)
    store.wrong = EventsUnwritableError("full")
    refused = await answered(2)
    assert (refused.number, bool(refused.why)) == (2, True)
    await ours.send(Taken(number=99))
    await ours.send(Given(kind="people", value=b"2"))
    store.wrong = None
    assert await answered(3) == Kept(number=3)
    ours.close()
    await asyncio.wait_for(living, 60)
    assert len(store.lines) == 2
    assert ("people", b"2") in given


async def test_a_first_message_that_sets_nothing_up_ends_it() -> None:
    one, other = socket.socketpair()
    ours, theirs = await Link.over(one), await Link.over(other)
    living = asyncio.create_task(watch(theirs, lambda _setup, _record: None))  # type: ignore[arg-type, return-value]
    await ours.send(Sources(sources=()))
    await asyncio.wait_for(living, 60)
    assert living.result() is None
