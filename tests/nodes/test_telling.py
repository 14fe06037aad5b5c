"""What a node tells, and to whom."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.nodes.machines import Machine, Machines, until

from limen.clock import SystemClock
from limen.events import Event
from limen.nodes.certificates import OwnKey, host_of, new_own_key
from limen.nodes.model import an_address
from limen.nodes.wire import Answer, Asked, part, receive, send
from limen.private_authority import new_authority


@pytest.fixture
def on(tmp_path: Path) -> Callable[[Callable[[Machines], Awaitable[None]]], None]:
    def run(story: Callable[[Machines], Awaitable[None]]) -> None:
        async def whole() -> None:
            machines = Machines(tmp_path, f"sqlite:///{tmp_path / 'limen.db'}")
            try:
                await story(machines)
            finally:
                await machines.close()

        asyncio.run(whole())

    return run


async def called(to: Machine, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = an_address(to.services.own.address)
    return await asyncio.open_connection(host, port, ssl=context, server_hostname=host_of(to.services.own.name))


async def is_refused(to: Machine, context: ssl.SSLContext) -> bool:
    try:
        reader, writer = await called(to, context)
        await send(writer, Asked({}))
        await asyncio.wait_for(reader.readexactly(1), 5)
    except (OSError, EOFError):
        return True
    return False


def test_only_a_node_in_the_register_is_told_anything(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        now = SystemClock().now()
        assert not await is_refused(a, known(b).client)
        stranger = new_own_key(new_authority("Harbor: nodes", now).authority, "b", now)
        stranger.client.check_hostname, stranger.client.verify_mode = False, ssl.CERT_NONE
        assert await is_refused(a, stranger.client)  # of another authority
        nobody = ssl.create_default_context()
        nobody.check_hostname, nobody.verify_mode = False, ssl.CERT_NONE
        assert await is_refused(a, nobody)  # without a certificate
        old = known(b).client
        await b.services._registered()  # b was started anew somewhere: what it showed before is good for nothing
        await machines.meet()
        assert await is_refused(a, old)

    on(story)


def test_what_is_not_understood_ends_the_connection(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        for raw in (b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\2[]", b"\xff" * 8, b'\0\0\0\x0b{"has":null}'):
            reader, writer = await called(a, known(b).client)
            writer.write(raw)
            assert await asyncio.wait_for(reader.read(), 5) == b""
        many = Asked({f"c{number}": 1 for number in range(3_000)})
        reader, writer = await called(a, known(b).client)
        await send(writer, many)
        assert await asyncio.wait_for(reader.read(), 5) == b""

    on(story)


def test_it_tells_what_lacks_and_not_what_the_asker_writes(on: Callable[..., None]) -> None:
    async def story(machines: Machines) -> None:
        a, b = await machines.start("a"), await machines.start("b")
        for machine in (a, b):
            await asyncio.to_thread(machine.record, Event(at=SystemClock().now(), kind="sign_in.failed"))
        await until(lambda: "b-d1" in a.services._copies.has())
        reader, writer = await called(a, known(b).client)
        await send(writer, Asked({}, ("b-d1",), 0))
        told = (await receive(reader, Answer)).chains
        assert [one.writer for one in told] == ["a-d1"]
        for one in told:
            await part(reader, one.beginning + one.lines)
        await send(writer, Asked({"a-d1": 1 << 50}, (), 0))
        assert "a-d1" not in {one.writer for one in (await receive(reader, Answer)).chains}

    on(story)


def known(machine: Machine) -> OwnKey:
    assert machine.services._key is not None
    return machine.services._key
