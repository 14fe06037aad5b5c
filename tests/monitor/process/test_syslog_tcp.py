"""Syslog over TLS: each sender by its own certificate, and nobody else (RFC 5425)."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.monitor.watched import LOOPBACK, Watching, source, watching
from tests.waiting import until

from limen.monitor.process import syslog_tcp
from limen.private_authority import new_authority

MESSAGE = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for ida from 192.0.2.7 port 50000 ssh2"
FRAME = b"%d %s" % (len(MESSAGE), MESSAGE)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watching]:
    async with watching(tmp_path / "data", tls=True) as made:
        yield made


async def connect(watched: Watching, context: ssl.SSLContext) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", watched.ports("tls"), ssl=context, server_hostname="localhost")


async def ended(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), 60) == b""
    except OSError:
        return True


async def test_a_sender_is_known_by_its_certificate(watched: Watching, tmp_path: Path) -> None:
    context, fingerprint = watched.client(tmp_path / "wren")
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=()))
    _, writer = await connect(watched, context)
    writer.write(FRAME * 3)
    await writer.drain()
    events = await watched.until_stored(3)
    assert {(one["source"], one["user"]) for one in events} == {("servers", "ida")}
    await until(lambda: watched.supervision.health and watched.supervision.health.sources)
    assert watched.supervision.health is not None
    assert list(watched.supervision.health.sources[0].senders) == ["ls_1"]
    writer.close()


async def test_what_two_senders_say_alike_is_of_each(watched: Watching, tmp_path: Path) -> None:
    """Records that Windows numbers: of the same one there are two where two senders sent it."""
    record = b'{"EventID": 1102, "Channel": "Security", "Computer": "DC1", "EventRecordID": 7}'
    made = [watched.client(tmp_path / name) for name in ("wren", "teal")]
    senders = {fingerprint: f"ls_{number}" for number, (_, fingerprint) in enumerate(made)}
    await watched.set_sources(source("servers", "tls", "windows", senders=senders, addresses=()))
    for context, _ in made:
        _, writer = await connect(watched, context)
        writer.write(b"%d %s" % (len(record), record))
        await writer.drain()
        writer.close()
    events = await watched.until_stored(2)
    assert len({one["uid"] for one in events}) == 2


async def test_one_that_is_removed_is_out_at_once(watched: Watching, tmp_path: Path) -> None:
    context, fingerprint = watched.client(tmp_path / "wren")
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=()))
    reader, writer = await connect(watched, context)
    writer.write(FRAME)
    await watched.until_stored(1)
    await watched.set_sources(source("servers", "tls", senders={}, addresses=()))
    assert await ended(reader)
    writer.close()
    reader, writer = await connect(watched, context)
    writer.write(FRAME)
    assert await ended(reader)
    writer.close()
    assert len(watched.stored()) == 1


async def test_who_has_no_certificate_or_another_authoritys_is_not_heard(watched: Watching, tmp_path: Path) -> None:
    own, fingerprint = watched.client(tmp_path / "wren")
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=()))
    without = ssl.create_default_context(cafile=tmp_path / "wren" / "authority.pem")
    ours = watched.authority
    watched.authority = new_authority("Another", 1_795_000_000_000).authority
    watched.client(tmp_path / "other")
    watched.authority = ours
    foreign = ssl.create_default_context(cafile=tmp_path / "wren" / "authority.pem")
    foreign.load_cert_chain(tmp_path / "other" / "certificate.pem", tmp_path / "other" / "key.pem")
    for context in (without, foreign):
        try:
            reader, writer = await connect(watched, context)
            writer.write(FRAME)
            assert await ended(reader)
            writer.close()
        except (ssl.SSLError, OSError):
            pass
    await until(lambda: watched.supervision.health and watched.supervision.health.refused.get("tls") == 2)
    assert watched.stored() == []
    assert own


async def test_a_certificate_from_elsewhere_than_its_addresses_is_none(watched: Watching, tmp_path: Path) -> None:
    context, fingerprint = watched.client(tmp_path / "wren")
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=("192.0.2.1/32",)))
    reader, writer = await connect(watched, context)
    writer.write(FRAME)
    assert await ended(reader)
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=LOOPBACK))
    _, writer = await connect(watched, context)
    writer.write(FRAME)
    await watched.until_stored(1)


async def test_a_message_that_is_cut_off_by_the_end_is_kept(watched: Watching, tmp_path: Path) -> None:
    context, fingerprint = watched.client(tmp_path / "wren")
    await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=()))
    _, writer = await connect(watched, context)
    writer.write(MESSAGE)
    writer.close()
    (event,) = await watched.until_stored(1)
    assert event["user"] == "ida"
    assert syslog_tcp.HANDSHAKE_SECONDS < syslog_tcp.MESSAGE_SECONDS
