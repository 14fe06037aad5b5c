"""Whoever wants something past the look: split, disguised, sent twice, or so slow and large that all others wait."""

from __future__ import annotations

import asyncio
import gzip
import json
from random import Random

import brotli
import pytest
from backports import zstd
from tests.enforcement.documents.checks import CARD, SECRET, base64_of, form
from tests.enforcement.documents.guarded import guarded
from tests.enforcement.documents.test_dialogue import say, stopped
from tests.enforcement.documents.test_guard import FORM, body_of, get, post
from tests.enforcement.house import raw, status_of
from tests.enforcement.test_gateway import request

from limen.enforcement.documents.guard import DocumentGuard
from limen.facts.passing import Channel, Step
from limen.http_bodies.spool import Budget
from limen.storage.kept_briefly import KeptBriefly

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
        ("application/json", json.dumps({"cards": f"{CARD}\n" * 20, "card number": ""}).encode()),  # base 64, it seems
        ("application/json", json.dumps({"card number": {CARD: {"name": "x"}}}).encode()),
        ("application/json", json.dumps({"card number": {CARD: []}}).encode()),
        ("application/json", json.dumps({"card number": CARD}).replace(" ", r"\u0020").encode() + b"x"),
        ("application/json", b" " * 100_000 + json.dumps({"card number": CARD}).replace(" ", r"\u0020").encode()),
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
    bomb = gzip.compress(b" " * (100 << 20))
    assert len(bomb) < 4 << 20
    assert status_of(await post(guarded, bomb, fields="Content-Encoding: gzip\r\n")) == 403
    assert all(len(text) < 40 << 20 for text in checks.texts)
    assert guarded.guard.budget.held == 0


async def test_what_stands_before_the_unreadable_is_seen(guarded):
    """By a rule about what is found alone: nothing says what happens to what is not read."""
    secret = SECRET.encode() + b"\n"
    bomb = gzip.compress(secret + b" " * (16 << 20))
    noise = Random(1).randbytes(20_000)
    cut = brotli.compress(secret + noise)[:-1_000]
    torn = form(("a", "", secret), ("f", "a.bin", b"x"))[:-20]
    for body, content_type, coding in (
        (bomb, "", "gzip"),
        (gzip.compress(secret + noise)[:-1_000], "", "gzip"),
        (cut, "", "br"),
        (torn, FORM, ""),
        (form(("f", "a.csv", b"AA==\n" + secret), head="\r\nContent-Transfer-Encoding: base64"), FORM, ""),
        (brotli.compress(torn), FORM, "br"),
        (brotli.compress(b"before\r\n" + form(("a", "", secret))), FORM, "br"),
        (form(("f", "a.txt", secret + noise))[:-20], FORM, ""),
    ):
        fields = f"Content-Encoding: {coding}\r\n" if coding else ""
        assert status_of(await post(guarded, body, content_type, fields=fields)) == 403, (content_type, coding)
    assert not guarded.app.requests
    assert guarded.guard.budget.held == 0


@pytest.mark.parametrize(
    ("body", "content_type", "coding"),
    [
        (b"before\r\n" + form(("a", "", b"1")), FORM, ""),
        (form(("a", "", b"1")).replace(b"\r\n", b"\n"), FORM, ""),
        (form(*[("a", "", b"1")] * 1_001), FORM, ""),
        (b"x", "", "compress"),
        (b"x", "", "br"),
    ],
)
async def test_nobody_chooses_that_a_body_is_not_looked_into(guarded, body, content_type, coding):
    """No rule says what happens to what is not read; one stops cards. Restricted apps: test_looking."""
    guarded.asks(stops=True)
    fields = f"Content-Encoding: {coding}\r\n" if coding else ""
    assert status_of(await post(guarded, body, content_type, fields=fields)) == 403
    assert not guarded.app.requests


async def test_pieces_are_joined_wherever_and_by_whichever_session_they_are_sent(guarded):
    first, second = SECRET[:20].encode(), SECRET[20:].encode()
    ranged = "Content-Range: bytes 0-19/99\r\n"
    for where, fields in (("/u?n={}", ranged), ("/big?partNumber={}&uploadId=x", ""), ("/{}", ranged)):
        assert status_of(await post(guarded, first, path=where.format(1), fields=fields)) == 200
        for number in range(9):
            await post(guarded, b".", path=f"/other/{number}", fields=ranged)
        assert status_of(await post(guarded, second, path=where.format(2), fields=fields)) == 403
        guarded.asks()
    guarded.asks()
    assert status_of(await post(guarded, second, fields=ranged)) == 200
    assert status_of(await post(guarded, first, fields=ranged)) == 403  # in the other order
    guarded.asks()
    in_forms = [form(("f", "blob", one)) for one in (first, second)]
    assert status_of(await post(guarded, in_forms[0], FORM, fields=ranged)) == 200
    assert status_of(await post(guarded, in_forms[1], FORM, fields=ranged)) == 403
    coded = [gzip.compress(one) for one in (first, second)]
    guarded.asks()
    fields = ranged + "Content-Encoding: gzip\r\n"
    assert [status_of(await post(guarded, one, fields=fields)) for one in coded] == [200, 403]


async def test_pieces_are_joined_at_whichever_worker_they_are_sent(guarded):
    kept = KeptBriefly.in_memory(guarded.house.clock)
    workers = [DocumentGuard(guarded.checks.offer(), kept, b"d" * 32) for _ in range(2)]
    answers = []
    for worker, piece in zip(workers, (SECRET[:20], SECRET[20:]), strict=True):
        guarded.house.gateway.guard = worker
        answers.append(status_of(await post(guarded, piece.encode(), fields="Content-Range: bytes 0-19/99\r\n")))
    assert answers == [200, 403]


@pytest.mark.parametrize("coding", ["gzip", "br", "compress"])
async def test_streams_are_looked_at_without_their_codings(guarded, coding):
    text = SECRET.encode() + b"\n" + b"." * 2_000
    guarded.app.kept = {"gzip": gzip.compress(text), "br": brotli.compress(text)}.get(coding, b"x")
    response = await get(guarded, f"/echo?type=application/x-ndjson&Content-Encoding={coding}&step=9999&pause=0.02")
    assert status_of(response) == 403


async def test_what_says_how_long_it_is_is_no_stream(guarded):
    """Whoever stores a file says of which type it is; cut as a stream, half of it would have passed."""
    guarded.app.kept = b"." * 100_000 + SECRET.encode()
    response = await get(guarded, "/echo?type=text/event-stream&length=1&step=50000&pause=0.02")
    assert status_of(response) == 403


async def test_two_fields_of_codings_are_read_as_one(guarded):
    fields = "Content-Encoding: identity\r\nContent-Encoding: br\r\n"
    assert status_of(await post(guarded, brotli.compress(SECRET.encode()), fields=fields)) == 403


@pytest.mark.parametrize("step", [Step.WARN, Step.BLOCK])
async def test_what_is_counted_is_counted_over_all_documents_of_a_body(guarded, step):
    guarded.asks(at_least=2, step=step)
    one, other = ((f"f{number}", f"{number}.txt", text) for number, text in enumerate((SECRET.encode(), OTHER)))
    assert status_of(await post(guarded, form(one, one), FORM)) == 200
    response = await post(guarded, form(one, other), FORM)
    assert status_of(response) == 403
    assert bool(json.loads(body_of(response)).get("justify")) is (step is Step.WARN)


async def test_what_an_address_says_is_sent_as_a_body_is(guarded):
    said = "/note?x=1&text=" + SECRET.replace(" ", "+")
    assert status_of(await get(guarded, said)) == 403
    assert status_of(await post(guarded, b"nothing", path=said)) == 403
    assert status_of(await get(guarded, "/note?x=1")) == 200
    guarded.asks(step=Step.WARN, channels=(Channel.UPLOAD,))
    cookie = guarded.house.cookie()
    stop = json.loads(body_of(await get(guarded, said, cookie=cookie)))["justify"].partition("id=")[2]
    assert status_of(await say(guarded, cookie, id=stop, why="the bank asked")) == 200
    assert status_of(await get(guarded, said, cookie=cookie)) == 200
    assert status_of(await get(guarded, said, cookie=cookie)) == 403
    assert guarded.guard.budget.held == 0


@pytest.mark.parametrize("step", [Step.WATCH, Step.WARN])
async def test_a_thousand_parts_fill_no_journal(guarded, step):
    checks = guarded.asks(step=step, label=None)
    many = form(*[("f", f"{number}.txt", b"%d " % number + SECRET.encode()) for number in range(300)])
    assert status_of(await post(guarded, many, FORM)) == (200 if step is Step.WATCH else 403)
    assert len(checks.noted) == 21


async def test_what_a_coding_leaves_room_for_is_seen(guarded):
    skipped = b"\x50\x2a\x4d\x18" + len(SECRET).to_bytes(4, "little") + SECRET.encode() + zstd.compress(b"harmless")
    guarded.asks(unread=Step.BLOCK)
    assert status_of(await post(guarded, skipped, fields="Content-Encoding: zstd\r\n")) == 403
    assert status_of(await post(guarded, zstd.compress(b"harmless"), fields="Content-Encoding: zstd\r\n")) == 200


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

    async def never(body, *_about):
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


async def test_an_upload_that_is_broken_off_before_its_end_is_noted_where_rules_watch(guarded):
    checks = guarded.asks(step=Step.WATCH)
    _, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    sent = SECRET.encode() + b"\n" * 1_000
    fields = f"Content-Length: {len(sent) + 1}\r\n"
    writer.write(request(method="POST", cookie=guarded.house.cookie(), fields=fields, body=sent))
    await writer.drain()
    await asyncio.sleep(0.1)
    writer.close()
    for _ in range(50):
        await asyncio.sleep(0.02)
        if checks.noted:
            break
    assert [(judged.step, passed) for _, judged, passed, _ in checks.noted] == [(Step.WATCH, True)]
    await guarded.guard.behind.settled()
    assert guarded.guard.budget.held == 0


async def test_what_is_told_holds_no_value(guarded):
    guarded.asks(step=Step.WARN)
    cookie = guarded.house.cookie()
    page = await post(guarded, SECRET.encode(), cookie=cookie, fields="Sec-Fetch-Mode: navigate\r\n")
    program = await post(guarded, SECRET.encode(), cookie=cookie)
    for said in (page, program, repr(guarded.checks.noted).encode(), repr(guarded.house.journal.events).encode()):
        assert CARD.encode() not in said
        assert CARD.replace(" ", "").encode() not in said
