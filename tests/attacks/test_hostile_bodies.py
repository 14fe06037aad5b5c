"""Whoever wants something past the look: split, disguised, sent twice, or so slow and large that all others wait."""

from __future__ import annotations

import asyncio
import gzip
import json

import brotli
import pytest
from tests.enforcement.documents.checks import CARD, SECRET, base64_of, form
from tests.enforcement.documents.guarded import guarded
from tests.enforcement.documents.test_dialogue import say, stopped
from tests.enforcement.documents.test_guard import FORM, body_of, get, post
from tests.enforcement.house import raw, status_of
from tests.enforcement.test_gateway import request

from limen.enforcement.documents.guard import DocumentGuard
from limen.facts.passing import Step
from limen.http_bodies.spool import Budget

__all__ = ["guarded"]
OTHER = SECRET.replace(CARD, "5555 5555 5555 4444").encode()


async def test_a_pass_lets_no_other_document_session_or_target_through(guarded):
    guarded.asks(step=Step.WARN)
    cookie, thief = guarded.house.cookie(), guarded.house.cookie("wiki", "ana")
    name = await stopped(guarded, cookie)
    await say(guarded, cookie, id=name, choice="justify", why="needed")
    assert status_of(await post(guarded, OTHER, cookie=cookie)) == 403
    assert status_of(await post(guarded, SECRET.encode() + b" ", cookie=cookie)) == 403
    assert status_of(await post(guarded, SECRET.encode(), cookie=thief)) == 403
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie, path="/share")) == 403
    both = form(("f", "a", SECRET.encode()), ("g", "b", OTHER))
    assert status_of(await post(guarded, both, FORM, cookie=cookie)) == 403
    assert not guarded.app.requests
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 200
    assert status_of(await post(guarded, SECRET.encode(), cookie=cookie)) == 403


async def test_two_that_race_for_one_pass_are_one_upload(guarded):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    name = await stopped(guarded, cookie)
    await say(guarded, cookie, id=name, choice="justify", why="needed")
    sent = await asyncio.gather(*[post(guarded, SECRET.encode(), cookie=cookie) for _ in range(5)])
    assert sorted(map(status_of, sent)) == [200, 403, 403, 403, 403]


async def test_a_document_that_was_blocked_gains_nothing_by_one_that_may_be_justified(guarded):
    checks = guarded.asks(step=Step.WARN, unread=Step.BLOCK)
    body = form(("f", "a.txt", SECRET.encode()), ("g", "b.bin", b"\0\1"))
    said = json.loads(body_of(await post(guarded, body, FORM)))
    assert "justify" not in said
    assert not any(passed for *_, passed, _ in checks.noted)


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_no_chunk_is_too_small(guarded, size):
    pieces = [SECRET[at : at + size].encode() for at in range(0, len(SECRET), size)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
    for content_type in ("text/plain", "application/octet-stream", "image/png"):
        fields = f"Transfer-Encoding: chunked\r\nContent-Type: {content_type}\r\n"
        sent = request(method="POST", cookie=guarded.house.cookie(), fields=fields, body=body)
        assert status_of(await raw(guarded.port, sent)) == 403
    assert not guarded.app.requests


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("image/png", SECRET.encode()),
        ("", SECRET.encode()),
        ("application/json", b"\xef\xbb\xbf" + json.dumps({"a": CARD, "card number": ""}).encode()),
        ("text/csv", json.dumps({"card number": "\\u0034012 8888 8888 1881"}).replace("\\\\", "\\").encode()),
        ("multipart/form-data; boundary=xYx; boundary=zz", form(("a", "", SECRET.encode()), boundary="zz")),
        ('multipart/form-data; boundary="xYx\\""', form(("a", "", SECRET.encode()))),
        ("multipart/form-data", form(("a", "", SECRET.encode()))),
        (FORM, SECRET.encode() + b"\r\n" + form(("a", "", b"1"))),
        (FORM, form(("a", "", b"1")) + SECRET.encode()),
        (FORM, form(("a", "", b"1"))[:-6] + SECRET.encode()),
        (FORM, form(("a", "", b"1")).replace(b"\r\n", b"\n") + SECRET.encode()),
        (FORM, form((f"card number {CARD}", "", b"1"))),
        (FORM, form(("a", "", b"1"), head=f"\r\nContent-Type: text/plain; x={CARD} card number")),
        ("Multipart/Form-Data; boundary=xYx", form(("a", "", SECRET.encode()))),
    ],
)
async def test_no_type_and_no_trick_of_forms_hides_it(guarded, content_type, body):
    guarded.asks(unread=Step.BLOCK)
    assert status_of(await post(guarded, body, content_type)) in {400, 403}
    assert not guarded.app.requests


async def test_double_coding_is_undone_and_what_can_not_be_is_unreadable(guarded):
    guarded.asks(unread=Step.BLOCK)
    twice = brotli.compress(gzip.compress(SECRET.encode()))
    assert status_of(await post(guarded, twice, fields="Content-Encoding: gzip, br\r\n")) == 403
    for coding, body in (("compress", b"x"), ("gzip", b"x"), ("gzip, gzip, gzip, gzip", b"x"), ("aes128gcm", b"x")):
        assert status_of(await post(guarded, body, fields=f"Content-Encoding: {coding}\r\n")) == 403
    inner = json.dumps({"file": base64_of(b"card number: " + b" " * 120 + CARD.encode())})
    assert status_of(await post(guarded, json.dumps({"a": json.loads(inner)}).encode(), "application/json")) == 403
    assert not guarded.app.requests


async def test_a_bomb_is_given_up(guarded):
    checks = guarded.asks(unread=Step.BLOCK)
    bomb = gzip.compress(bytes(100 << 20))
    assert len(bomb) < 4 << 20
    assert status_of(await post(guarded, bomb, fields="Content-Encoding: gzip\r\n")) == 403
    assert all(len(text) < 40 << 20 for text in checks.texts)
    assert guarded.guard.budget.held == 0


async def test_huge_heads_of_parts_are_not_read(guarded):
    guarded.asks(unread=Step.BLOCK)
    huge = form(("a", "x" * 100_000, b"1"))
    assert status_of(await post(guarded, huge, FORM)) == 403
    many = form(*[("a", "", b"1")] * 5_000)
    assert status_of(await post(guarded, many, FORM)) == 403


async def test_a_frame_split_over_messages_and_a_binary_one_are_seen(guarded):
    import aiohttp

    headers = {"Host": "wiki.harbor.example", "Cookie": guarded.house.cookie(), "Origin": "https://wiki.harbor.example"}
    async with aiohttp.ClientSession() as client:
        for parts in ([SECRET[:5], SECRET[5:20], SECRET[20:]], [SECRET]):
            url = f"ws://127.0.0.1:{guarded.port}/ws"
            async with client.ws_connect(url, headers=headers) as socket:
                for one in parts[:-1]:
                    await socket.send_bytes(one.encode())
                    await socket.receive_bytes()
                await socket.send_bytes(parts[-1].encode())
                await socket.receive()
                assert socket.close_code == 1008


async def test_slow_senders_hold_no_more_than_their_share(guarded):
    budget = Budget(memory=100_000, most=400_000)
    guarded.house.gateway.guard = DocumentGuard(guarded.checks.offer(), guarded.house.clock, b"d" * 32, budget=budget)
    writers = []
    for _ in range(4):
        _, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
        fields = "Content-Length: 60000\r\n"
        writer.write(request(method="POST", cookie=guarded.house.cookie(), fields=fields) + b"a" * 50_000)
        await writer.drain()
        writers.append(writer)
    for _ in range(100):
        await asyncio.sleep(0.01)
        if budget.held > 80_000:
            break
    assert budget.in_memory <= 100_000
    assert budget.held <= 100_000
    bo = guarded.house.cookie("wiki", "bo", 2)
    guarded.app.kept = b"nothing"
    assert status_of(await get(guarded, "/echo", cookie=bo)) == 200
    for writer in writers:
        writer.close()
    for _ in range(100):
        await asyncio.sleep(0.01)
        if budget.held == 0:
            break
    assert budget.held == budget.in_memory == 0


async def test_a_client_that_hangs_up_while_it_is_looked_at_leaves_nothing(guarded):
    checks = guarded.checks
    gone = asyncio.Event()

    async def never(body, name=""):
        async for _ in body:
            pass
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()

    checks.inspect = never
    guarded.house.gateway.guard = DocumentGuard(checks.offer(), guarded.house.clock, b"d" * 32)
    _, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    writer.write(request(method="POST", cookie=guarded.house.cookie(), fields="Content-Length: 4\r\n", body=b"abcd"))
    await writer.drain()
    await asyncio.sleep(0.05)
    writer.close()
    await asyncio.wait_for(gone.wait(), 3)
    await asyncio.sleep(0.05)
    assert guarded.guard.budget.held == 0


async def test_what_is_told_holds_no_value(guarded):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    page = await post(guarded, SECRET.encode(), cookie=cookie, fields="Sec-Fetch-Mode: navigate\r\n")
    program = await post(guarded, SECRET.encode(), cookie=cookie)
    for said in (page, program, repr(guarded.checks.noted).encode(), repr(guarded.house.journal.events).encode()):
        assert CARD.encode() not in said
        assert CARD.replace(" ", "").encode() not in said
