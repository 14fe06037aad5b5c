from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from shutil import which

import pytest
from tests.enforcement.radius.networks import run
from tests.enforcement.radius.test_store import ONE
from tests.ports import free_port
from tests.waiting import until

from limen.enforcement.radius import disconnect
from limen.enforcement.radius.disconnect import ACKNOWLEDGED, REFUSED, answer_to, request

SECRET = b"a" * 40


def proofs_hold(packet: bytes, secret: bytes) -> bool:
    """As a NAS verifies them (RFC 5176 section 2.3, RFC 3579 section 3.2)."""
    without = packet[:4] + bytes(16) + packet[20:]
    proved = md5(without + secret).digest() == packet[4:20]
    blank = without[:-16] + bytes(16)
    return proved and packet[-18:-16] == bytes([80, 18]) and hmac.digest(secret, blank, "md5") == packet[-16:]


def test_a_request_names_the_session_and_is_signed_twice() -> None:
    packet = request(replace(ONE, accounted="55"), SECRET, 7, 1_790_000_000_000)
    assert (packet[0], packet[1], int.from_bytes(packet[2:4])) == (40, 7, len(packet))
    for attribute in (b"\x01\x14ida@harbor.example", b"\x04\x06\x7f\x00\x00\x01", b"\x2c\x0455"):
        assert attribute in packet
    assert b"\x37\x06" + (1_790_000_000).to_bytes(4) in packet
    assert proofs_hold(packet, SECRET)
    assert not proofs_hold(packet, b"b" * 40)


def test_only_who_has_the_secret_answers() -> None:
    sent = request(ONE, SECRET, 7, 1_790_000_000_000)
    head = bytes([ACKNOWLEDGED, 7, 0, 20])
    good = head + md5(head + sent[4:20] + SECRET).digest()
    assert answer_to(sent, good, SECRET) == ACKNOWLEDGED
    forged = head + md5(head + sent[4:20] + b"b" * 40).digest()
    other = bytes([ACKNOWLEDGED, 8]) + good[2:]
    for wrong in (forged, other, good[:19], good + b"x", b"", bytes([REFUSED]) + good[1:]):
        assert answer_to(sent, wrong, SECRET) == 0


@asynccontextmanager
async def coa_server(folder: Path, port: int) -> AsyncIterator[None]:
    """FreeRADIUS as a NAS: it acknowledges what it is told to end, where the proofs hold."""
    (folder / "radiusd.conf").write_text(
        f"""
libdir = /usr/lib/freeradius
run_dir = {folder}
logdir = {folder}
security {{
    require_message_authenticator = yes
}}
modules {{
    always ok {{
        rcode = ok
    }}
    always reject {{
        rcode = reject
    }}
}}
client limen {{
    ipaddr = 127.0.0.1
    secret = {SECRET.decode()}
}}
server nas {{
    listen {{
        type = coa
        ipaddr = 127.0.0.1
        port = {port}
    }}
    recv-coa {{
        if (&User-Name == "ida@harbor.example") {{
            ok
        }}
        else {{
            reject
        }}
    }}
}}
"""
    )
    (folder / "dictionary").write_text("")
    process = await asyncio.create_subprocess_exec(
        "freeradius", "-fxx", "-l", "stdout", "-d", str(folder), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            while b"Ready to process" not in await process.stdout.readline():
                pass
        yield
    finally:
        process.terminate()
        await process.communicate()


@pytest.mark.skipif(which("freeradius") is None, reason="freeradius is missing (apt: freeradius)")
async def test_a_server_of_others_reads_what_is_sent(tmp_path: Path) -> None:
    port = free_port()
    async with coa_server(tmp_path, port):
        sent = request(ONE, SECRET, 7, 1_790_000_000_000)
        assert await disconnect._asked("127.0.0.1", port, sent, SECRET) == ACKNOWLEDGED
        other = request(replace(ONE, user_name="eve"), SECRET, 8, 1_790_000_000_000)
        assert await disconnect._asked("127.0.0.1", port, other, SECRET) == REFUSED
        unsigned = 'User-Name="ida@harbor.example"\n'
        said = await run(
            "radclient", "-x", "-r", "1", "-t", "1", f"127.0.0.1:{port}", "disconnect", "b" * 40, given=unsigned
        )
        assert "No reply" in said


async def test_a_nas_that_says_nothing_is_told_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disconnect, "TRIES_SECONDS", (0.01, 0.01))
    heard: list[bytes] = []

    class Silent(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: object) -> None:
            heard.append(data)

    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Silent, local_addr=("127.0.0.1", 0))
    port = transport.get_extra_info("sockname")[1]
    sent = request(ONE, SECRET, 7, 1_790_000_000_000)
    assert await disconnect._asked("127.0.0.1", port, sent, SECRET) == 0
    await until(lambda: heard == [sent, sent])
    transport.close()
