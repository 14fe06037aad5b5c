"""Attacks by way of logs: speaking in another's name, drowning the process, and writing into pages by what is sent."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from tests.monitor.houses import ada, harbor, packed, send, sources_of, stored, watch_of
from tests.monitor.watched import LOOPBACK, send_udp, source, watching
from tests.waiting import until
from tests.web.conftest import Browser, House

from limen.clock import SystemClock
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process import listening
from limen.monitor.process.syslog_framing import LONGEST
from limen.monitor.sources.hec import MOST_UNPACKED

__all__ = ["ada", "harbor"]

LINE = b"<86>1 2026-11-24T09:00:00Z wren sshd 7 - - Accepted publickey for ida from 192.0.2.7 port 5 ssh2"
COLLECTOR = "/services/collector/event"


async def token_of(house: House, name: str = "app") -> str:
    return await sources_of(house).add_token(name, "wren", by="server")


# In another's name


async def test_a_token_sends_for_its_own_source_alone(harbor: House) -> None:
    """Whatever a message says of itself, it is of the source whose token it came with."""
    token = await token_of(harbor)
    body = b'{"event": {"user": "ida", "source": "limen", "uid": "x", "person_id": "p_1", "session": "s"}}'
    assert (await send(harbor, token, body, f"{COLLECTOR}?source=limen&index=office")).status_code == 200
    (event,) = stored(harbor)
    assert (event["source"], event.get("person_id", ""), event["uid"] != "x") == ("app", "", True)


async def test_a_token_from_elsewhere_than_its_addresses_is_none_and_it_is_journaled(harbor: House) -> None:
    token = await token_of(harbor, "office")
    assert (await send(harbor, token, LINE, address="203.0.113.9")).status_code == 200
    assert (await send(harbor, token, LINE, address="198.51.100.9")).status_code == 403
    (refused,) = harbor.events("logs.refused")
    assert (refused.address, refused.details) == ("198.51.100.9", {"source": "office"})


@pytest.mark.parametrize("path", ["/logs", COLLECTOR])
async def test_a_token_hides_nothing_that_another_token_sends(harbor: House, path: str) -> None:
    """Two hosts of one source: the text and the record's number that another will send are no secret."""
    tokens = [await sources_of(harbor).add_token("app", name, by="server") for name in ("wren", "teal")]
    record = b'{"EventID": 1102, "Channel": "Security", "Computer": "wren", "EventRecordID": 7}'
    for token in (*tokens, *tokens):
        body = record if path == "/logs" else b'{"event": %s}' % record
        assert (await send(harbor, token, body, path)).status_code == 200
    assert len({one["uid"] for one in stored(harbor)}) == len(tokens)


async def test_tokens_of_others_are_none(harbor: House) -> None:
    """Neither a session's cookie, nor a source of devices' token, nor a prefix of one that is good."""
    token = await token_of(harbor)
    for wrong in (token[:-1], token + "a", token.swapcase(), "", "a" * 10_000):
        answer = await send(harbor, "", b"{}", COLLECTOR, authorization=f"Splunk {wrong}")
        assert answer.status_code in {401, 403}
    assert stored(harbor) == []
    assert all(token not in str(event) for event in harbor.events("logs.refused"))


async def test_what_comes_from_nobodys_address_is_not_taken_and_counted(tmp_path: Path) -> None:
    """UDP proves nothing: whoever forges a configured address is heard, and the page says so. Others aren't."""
    async with watching(tmp_path, source("firewall", "udp", addresses=("127.0.0.2/32",))) as watched:
        send_udp(watched.ports("udp"), *[LINE] * 50)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as forged:
            forged.bind(("127.0.0.2", 0))
            forged.sendto(LINE, ("127.0.0.1", watched.ports("udp")))
        await watched.until_stored(1)
        await until(lambda: watched.supervision.health and watched.supervision.health.refused.get("udp", 0) >= 50)
        assert len(watched.stored()) == 1


async def test_nothing_sent_can_pretend_to_be_limens_journal(harbor: House) -> None:
    token = await token_of(harbor)
    said = b'{"event": {"kind": "break_glass.used", "product": "limen", "unmapped": {"kind": "break_glass.used"}}}'
    assert (await send(harbor, token, said, COLLECTOR)).status_code == 200
    (event,) = stored(harbor)
    assert event["source"] == "app"
    assert event.get("product") != "limen"


async def test_no_program_that_writes_json_speaks_as_an_identity_provider(harbor: House, ada: Browser) -> None:
    """A web app logs what people type: here, that ida signed in to Okta. Its page says what came, and nobody is ida."""
    token = await token_of(harbor)
    typed = b'{"eventType": "user.session.start", "actor": {"alternateId": "ida@harbor.example"}, "published": "x"}'
    assert (await send(harbor, token, typed + b'\n{"product": "windows", "kind": "4625"}')).status_code == 200
    assert {(one.get("product", ""), one.get("class_uid", 0)) for one in stored(harbor)} == {("", 0)}
    health = watch_of(harbor).supervision
    await until(lambda: health.health and health.health.sources and health.health.sources[0].events == 2)
    page = (await ada.get("/console/sources/app")).text
    assert "products: [okta, windows]" in page
    assert 'id="looks-like"' not in (await ada.get("/console/sources/office")).text


# Drowning


async def test_a_bomb_is_not_unpacked(harbor: House) -> None:
    token = await token_of(harbor)
    for bomb in (b" " * (MOST_UNPACKED + 1), b'{"event": "' + b"a" * MOST_UNPACKED + b'"}'):
        answer = await send(harbor, token, packed(bomb), COLLECTOR, content_encoding="gzip")
        assert answer.status_code == 413
    nested = packed(packed(b" " * MOST_UNPACKED))
    assert (await send(harbor, token, nested, COLLECTOR, content_encoding="gzip")).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"event": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"event": ' * 50_000,
        b'{"event": {"a": 1e999999999999}}',
        b'{"event": {"' + b"k" * 60_000 + b'": 1}}',
        b'\xff\xfe{"event": 1}',
        b'{"event": "\\ud800"}',
        b"{}" * 30_000,
        b"\x00" * 1_000,
    ],
)
async def test_whatever_a_body_is_the_page_answers(harbor: House, body: bytes) -> None:
    token = await token_of(harbor)
    answer = await send(harbor, token, body, COLLECTOR)
    assert answer.status_code in {200, 400, 413}
    assert (await send(harbor, token, body)).status_code in {200, 400, 413}
    assert sources_of(harbor).is_taking


async def test_endless_and_oversized_lines_take_no_more_than_a_message(tmp_path: Path) -> None:
    async with watching(tmp_path, source("switch", "tcp")) as watched:
        await until(lambda: watched.supervision.health)
        assert watched.supervision.health is not None
        before = watched.supervision.health.resident_bytes
        _, endless = await asyncio.open_connection("127.0.0.1", watched.ports("tcp"))
        _, counted = await asyncio.open_connection("127.0.0.1", watched.ports("tcp"))
        counted.write(b"999999999 ")
        for _ in range(300):
            for writer in (endless, counted):
                writer.write(b"x" * 100_000)
                await writer.drain()
        _, honest = await asyncio.open_connection("127.0.0.1", watched.ports("tcp"))
        honest.write(LINE + b"\n")
        events = await watched.until_stored(3)
        assert max(len(one.get("raw", "")) for one in events) <= LONGEST
        assert any(one.get("user") == "ida" for one in events)
        await asyncio.sleep(1.2)
        assert watched.supervision.health.resident_bytes - before < 60 << 20
        assert watched.supervision.health.sources[0].lost == 2
        for writer in (endless, counted, honest):
            writer.close()


async def test_whoever_holds_many_connections_empties_them_with_their_own_next(tmp_path: Path) -> None:
    """Slow senders: those who only connect, and never shake hands, keep nobody out."""
    async with watching(tmp_path / "data", tls=True) as watched:
        context, fingerprint = watched.client(tmp_path / "wren")
        await watched.set_sources(source("servers", "tls", senders={fingerprint: "ls_1"}, addresses=LOOPBACK))
        held = [
            await asyncio.open_connection("127.0.0.1", watched.ports("tls"))
            for _ in range(listening.OF_AN_ADDRESS + 40)
        ]
        _, honest = await asyncio.open_connection(
            "127.0.0.1", watched.ports("tls"), ssl=context, server_hostname="localhost"
        )
        honest.write(LINE + b"\n")
        await watched.until_stored(1)
        assert await asyncio.wait_for(held[0][0].read(), 60) == b""
        for _, writer in (*held, (None, honest)):
            writer.close()


async def test_a_flood_over_udp_keeps_nobody_out_who_is_answered(tmp_path: Path) -> None:
    async with watching(tmp_path, source("firewall", "udp"), source("app", "http", "json")) as watched:
        for _ in range(20):
            send_udp(watched.ports("udp"), *[LINE] * 500)
            data = b'{"user": "mira"}'
            await watched.supervision.deliver(
                [Frame(source="app", kind="json", received_at=SystemClock().now(), data=data)]
            )
        await until(lambda: any(one["source"] == "firewall" for one in watched.stored()))
        assert sum(one["source"] == "app" for one in watched.stored()) >= 1


# Into pages


async def test_nothing_that_is_sent_is_shown_as_markup(harbor: House, ada: Browser) -> None:
    """A sender's name is typed by an administrator, and is shown as it is; control characters are refused."""
    await ada.get("/console/sources/app")
    page = await ada.post("/console/sources/app/token", sender="<script>alert(1)</script>")
    assert page.status_code == 200
    shown = (await ada.get("/console/sources/app")).text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert" in shown
    for wrong in ("a\x1b[2J", "a\nb", "\u202egnp.exe", "x" * 61):
        assert (await ada.post("/console/sources/app/token", sender=wrong)).status_code == 400


async def test_a_process_that_can_not_keep_says_so_on_the_page(harbor: House, ada: Browser) -> None:
    await watch_of(harbor).supervision.close()
    page = await ada.get("/console/sources")
    assert 'role="alert"' in page.text
    watch_of(harbor).supervision.start()
    await until(lambda: sources_of(harbor).is_taking)
