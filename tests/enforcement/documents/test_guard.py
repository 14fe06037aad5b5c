"""Uploads and downloads through the gateway, on real sockets, with a real app behind it."""

from __future__ import annotations

import asyncio
import gzip
import json

import aiohttp
import pytest
from tests.enforcement.documents.checks import CARD, SECRET, Checks, base64_of, form
from tests.enforcement.house import raw, status_of
from tests.enforcement.test_gateway import request

from limen.clock import SetClock
from limen.enforcement.documents.guard import DocumentGuard
from limen.enforcement.documents.looking import Looking
from limen.enforcement.documents.stopped_page import PROBLEM
from limen.enforcement.documents.stops import About
from limen.facts import Label
from limen.facts.passing import Channel, Passing, Step
from limen.http_bodies.spool import Budget
from limen.policy import Effect
from limen.storage.kept_briefly import KeptBriefly

FORM = "multipart/form-data; boundary=xYx"


def in_memory(guarded) -> KeptBriefly:
    return KeptBriefly.in_memory(guarded.house.clock)


def post(guarded, body, content_type="text/plain", *, path="/upload", cookie="", fields=""):
    fields += f"Content-Length: {len(body)}\r\nContent-Type: {content_type}\r\n"
    cookie = cookie or guarded.house.cookie()
    return raw(guarded.port, request(path, method="POST", cookie=cookie, fields=fields, body=body))


def get(guarded, path, *, cookie="", fields=""):
    return raw(guarded.port, request(path, cookie=cookie or guarded.house.cookie(), fields=fields))


def body_of(response):
    return response.partition(b"\r\n\r\n")[2]


async def test_an_upload_with_a_card_does_not_reach_the_app(guarded):
    response = await post(guarded, SECRET.encode())
    assert status_of(response) == 403
    said = json.loads(body_of(response))
    assert said["type"] == PROBLEM
    assert said["found"] == [{"kinds": ["Payment card number"], "name": "upload", "where": ["byte 13"]}]
    assert not guarded.app.requests
    assert CARD.encode() not in response
    assert [(each.channel, passed) for each, _, passed, _ in guarded.checks.noted] == [(Channel.UPLOAD, False)]


async def test_what_holds_nothing_arrives_as_it_was_sent(guarded):
    body = form(("title", "", b"Minutes"), ("file", "minutes.txt", b"nothing to see" * 100_000))
    response = await post(guarded, body, FORM)
    assert status_of(response) == 200
    assert guarded.app.bodies == [body]
    assert guarded.app.last["headers"]["content-length"] == str(len(body))
    assert [name for name, _ in guarded.checks.inspected] == ["minutes.txt", "", "upload"]


async def test_apps_for_which_nobody_asks_pay_one_question(guarded):
    checks = guarded.asks(apps=())
    assert status_of(await post(guarded, SECRET.encode())) == 200
    guarded.app.kept = SECRET.encode()
    assert SECRET.encode() in await get(guarded, "/echo")
    assert not checks.inspected
    assert len(checks.asked) == 4
    assert guarded.guard.budget.held == 0


async def test_a_download_is_stopped_and_its_bytes_stay(guarded):
    guarded.app.kept = b"a" * 100_000 + SECRET.encode()
    response = await get(guarded, "/echo?step=1000&Content-Disposition=attachment;filename=list.csv")
    assert status_of(response) == 403
    assert b"aaaa" not in response
    assert json.loads(body_of(response))["found"][0]["name"] == "list.csv"


async def test_a_document_is_withheld_where_the_policies_refuse_its_label(guarded):
    guarded.asks(label=Label.RESTRICTED, channels=(Channel.DOWNLOAD,))
    guarded.app.kept = b"a" * 100_000
    response = await get(guarded, "/echo?step=1000&Content-Disposition=attachment;filename=list.csv")
    assert status_of(response) == 403
    assert b"aaaa" not in response
    decision, door, _ = guarded.house.journal.decisions[-1]
    assert (decision.facts.document.label, decision.effect, door) == (Label.RESTRICTED, Effect.DENY, "gateway")
    assert decision.facts.document.id not in {"", "list.csv"}
    assert guarded.guard.budget.held == 0
    guarded.asks(label=Label.INTERNAL, channels=(Channel.DOWNLOAD,))
    assert b"aaaa" in await get(guarded, "/echo?step=1000")
    decision, _, _ = guarded.house.journal.decisions[-1]
    assert decision.facts.document.label is Label.INTERNAL


async def test_where_a_policy_names_documents_their_labels_are_read_without_a_rule(guarded):
    checks = guarded.asks(label=Label.RESTRICTED, apps=())
    guarded.app.kept = b"a" * 1_000
    assert b"aaaa" in await get(guarded, "/echo")
    guarded.guard._names_documents = lambda: True
    assert status_of(await get(guarded, "/echo")) == 403
    assert status_of(await post(guarded, b"anything")) == 200
    assert len(checks.inspected) == 2  # what comes down, each time


async def test_what_has_no_label_is_decided_once(guarded):
    guarded.asks(channels=(Channel.DOWNLOAD,))
    guarded.app.kept = b"a" * 1_000
    assert b"aaaa" in await get(guarded, "/echo?step=1000")
    assert [one.facts.document for one, _, _ in guarded.house.journal.decisions] == [None]


async def test_what_is_watched_passes_and_is_noted(guarded):
    checks = guarded.asks(step=Step.WATCH)
    assert status_of(await post(guarded, SECRET.encode())) == 200
    await guarded.guard.behind.settled()
    assert [(passed, judged.step) for _, judged, passed, _ in checks.noted] == [(True, Step.WATCH)]
    assert guarded.app.bodies == [SECRET.encode()]
    assert guarded.guard.budget.held == 0


async def test_a_download_that_nothing_can_stop_begins_before_its_end_is_there(guarded):
    checks = guarded.asks(step=Step.WATCH, channels=(Channel.DOWNLOAD,))
    guarded.app.kept = SECRET.encode() + b"\n" * 100_000
    guarded.house.gateway.doors.may_refuse_document = lambda *_: False
    cookie = guarded.house.cookie()
    reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port, limit=1 << 20)
    writer.write(request("/echo?step=50000&pause=0.2", cookie=cookie))
    await reader.readuntil(SECRET.encode())
    assert not checks.inspected
    assert len(await reader.readuntil(b"\r\n0\r\n\r\n")) >= 100_000
    await guarded.guard.behind.settled()
    assert [(each.channel, passed) for each, _, passed, _ in checks.noted] == [(Channel.DOWNLOAD, True)]
    writer.close()


async def test_what_rules_only_watch_is_held_where_a_policy_may_refuse_its_label(guarded):
    guarded.asks(label=Label.RESTRICTED, step=Step.WATCH, channels=(Channel.DOWNLOAD,))
    guarded.app.kept = b"a" * 100_000
    response = await get(guarded, "/echo?step=1000")
    assert (status_of(response), b"aaaa" in response) == (403, False)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", json.dumps({"a": [{"n": CARD.replace(" ", "\u002d")}], "k": "card number"}).encode()),
        ("application/json", b'{"card number": "4012888888881881", "card number": "x"}'),
        ("text/plain", json.dumps({"file": base64_of(b"card number" + b" " * 200 + SECRET.encode())}).encode()),
        ("application/x-www-form-urlencoded", b"card+number=4012%208888%208888%201881&x=1"),
        (FORM, form(("note", "", SECRET.encode()))),
        (FORM, form(("file", "a.txt", SECRET.encode()))),
        (
            FORM,
            form(("file", "a.txt", base64_of(SECRET.encode()).encode()), head="\r\nContent-Transfer-Encoding: base64"),
        ),
        ('multipart/form-data; boundary="xYx"', form(("one", "a.txt", b"-"), ("two", "b.txt", SECRET.encode()))),
    ],
)
async def test_bodies_are_taken_apart(guarded, content_type, body):
    assert status_of(await post(guarded, body, content_type)) == 403
    assert not guarded.app.requests


async def test_a_coded_body_is_looked_into_and_passed_on_coded(guarded):
    secret, harmless = gzip.compress(SECRET.encode()), gzip.compress(b"nothing")
    assert status_of(await post(guarded, secret, fields="Content-Encoding: gzip\r\n")) == 403
    assert status_of(await post(guarded, harmless, fields="Content-Encoding: gzip\r\n")) == 200
    assert guarded.app.bodies == [b"nothing"]  # which the app has undone
    assert guarded.app.last["headers"]["content-length"] == str(len(harmless))


async def test_chunks_are_looked_at_as_one(guarded):
    pieces = [SECRET[:20].encode(), SECRET[20:].encode()]
    body = b"".join(b"%x\r\n%b\r\n" % (len(one), one) for one in pieces) + b"0\r\n\r\n"
    fields = "Transfer-Encoding: chunked\r\nContent-Type: text/plain\r\n"
    sent = request(method="POST", cookie=guarded.house.cookie(), fields=fields, body=body)
    assert status_of(await raw(guarded.port, sent)) == 403


async def test_ranges_are_asked_for_as_the_whole(guarded):
    guarded.app.kept = b"nothing"
    fields = "Range: bytes=0-3\r\nIf-Range: x\r\nAccept-Encoding: sdch, gzip;q=0.5, compress\r\n"
    assert status_of(await get(guarded, "/echo", fields=fields)) == 200
    came = guarded.app.last["headers"]
    assert "range" not in came
    assert "if-range" not in came
    assert came["accept-encoding"] == "gzip;q=0.5"
    assert status_of(await get(guarded, "/echo?status=206", fields=fields)) == 502


async def test_events_are_looked_at_as_they_come(guarded):
    guarded.app.kept = b"data: tick\n\n" * 10 + SECRET.encode()
    response = await get(guarded, "/echo?type=text/event-stream&step=12&pause=0.02")
    assert status_of(response) == 200
    assert b"data: tick" in response
    assert CARD[-4:].encode() not in response


async def test_a_scanner_that_fails_is_closed_for_restricted_apps_and_as_the_rules_say_elsewhere(guarded):
    guarded.asks(fails=RuntimeError, step=Step.WATCH)
    assert status_of(await post(guarded, b"harmless")) == 200
    payroll = {"cookie": guarded.house.cookie("payroll"), "host": "payroll.harbor.example"}
    fields = "Content-Length: 8\r\n"
    sent = request("/x", method="POST", fields=fields, body=b"harmless", **payroll)
    assert status_of(await raw(guarded.port, sent)) == 403
    guarded.asks(fails=RuntimeError, unread=Step.BLOCK)
    assert status_of(await post(guarded, b"harmless")) == 403


async def test_each_document_that_was_stopped_is_known_with_the_event_that_tells_of_it():
    checks = Checks(step=Step.WARN)
    guard = DocumentGuard(checks.offer(), KeptBriefly.in_memory(SetClock(0)), b"d" * 32)

    async def body():
        yield form(("f", "a.txt", SECRET.encode()), ("g", "b.txt", b"x" + SECRET.encode()))

    about = About("s", "ana", "wiki", "POST", "/u")
    verdict = await guard.upload(
        Passing(Channel.UPLOAD, "ana", "wiki"), about, body(), [(b"content-type", FORM.encode())]
    )
    assert list(verdict.stopped.digests.values()) == ["e1", "e2"]
    assert [passing.name for passing, *_ in checks.noted] == ["a.txt", "b.txt"]
    assert verdict.stopped.event == "e1"


@pytest.mark.parametrize("ends", [ValueError, asyncio.CancelledError])
async def test_what_was_stopped_is_held_no_more_however_the_rest_of_it_ends(ends):
    guard = DocumentGuard(
        Checks(unread=Step.BLOCK).offer(), KeptBriefly.in_memory(SetClock(0)), b"d" * 32, budget=Budget(of_one=1_000)
    )
    held = []

    async def body():
        yield b"a" * 900
        yield b"b" * 900  # too large: what follows is read and forgotten
        held.append(guard.budget.held)
        raise ends

    about = About("s", "ana", "wiki", "POST", "/u")
    with pytest.raises(ends):
        await guard.upload(Passing(Channel.UPLOAD, "ana", "wiki"), about, body(), [])
    assert (held, guard.budget.held) == ([0], 0)


async def test_a_scanner_that_is_late_has_failed(guarded):
    checks = guarded.asks(unread=Step.BLOCK)

    async def never(body, name="", owner=""):
        await asyncio.Event().wait()

    checks.inspect = never
    offer = checks.offer()
    looking = Looking(offer, b"d" * 32, late_seconds=0.05)
    guarded.house.gateway.guard = DocumentGuard(offer, in_memory(guarded), b"d" * 32, looking=looking)
    assert status_of(await post(guarded, b"harmless")) == 403


async def test_a_sender_that_is_slow_makes_no_scanner_late(guarded):
    offer = guarded.checks.offer()
    looking = Looking(offer, b"d" * 32, late_seconds=0.1)
    guarded.house.gateway.guard = DocumentGuard(offer, in_memory(guarded), b"d" * 32, looking=looking)
    reader, writer = await asyncio.open_connection("127.0.0.1", guarded.port)
    fields = "Content-Length: 8\r\nExpect: 100-continue\r\n"
    writer.write(request(method="POST", cookie=guarded.house.cookie(), fields=fields))
    assert (await asyncio.wait_for(reader.readline(), 3)).startswith(b"HTTP/1.1 100")
    await asyncio.sleep(0.25)
    writer.write(b"harmless")
    assert b"HTTP/1.1 200" in await asyncio.wait_for(reader.read(), 3)
    writer.close()


async def test_what_is_too_much_at_once_is_told_to_wait(guarded):
    checks = guarded.checks
    guarded.house.gateway.guard = DocumentGuard(
        checks.offer(), in_memory(guarded), b"d" * 32, budget=Budget(most=40, of_one=1_000)
    )
    assert status_of(await post(guarded, b"a" * 50)) == 503
    assert guarded.guard.budget.held == 0


async def test_what_is_too_large_to_be_held_passes_where_the_rules_let_it(guarded):
    checks = guarded.checks
    budget = Budget(of_one=70_000)
    guarded.house.gateway.guard = DocumentGuard(checks.offer(), in_memory(guarded), b"d" * 32, budget=budget)
    body = b"a" * 500_000
    assert status_of(await post(guarded, body)) == 200
    assert guarded.app.bodies == [body]
    checks.unread = Step.BLOCK
    assert status_of(await post(guarded, body)) == 403
    assert budget.held == budget.in_memory == 0


async def test_pieces_of_a_resumed_upload_are_looked_at_with_the_end_of_the_one_before(guarded):
    cookie = guarded.house.cookie()
    first = f"Content-Range: bytes 0-19/{len(SECRET)}\r\n"
    second = f"Content-Range: bytes 20-{len(SECRET) - 1}/{len(SECRET)}\r\n"
    assert status_of(await post(guarded, SECRET[:20].encode(), cookie=cookie, fields=first)) == 200
    assert status_of(await post(guarded, SECRET[20:].encode(), cookie=cookie, fields=second)) == 403
    assert status_of(await post(guarded, SECRET[20:].encode(), cookie=guarded.house.cookie(), fields=second)) == 403


async def test_messages_of_web_sockets_are_looked_at_both_ways(guarded):
    headers = {"Host": "wiki.harbor.example", "Cookie": guarded.house.cookie(), "Origin": "https://wiki.harbor.example"}
    async with aiohttp.ClientSession() as client:
        url = f"ws://127.0.0.1:{guarded.port}/ws"
        async with client.ws_connect(url, headers=headers) as socket:
            await socket.send_str("hello")
            assert await socket.receive_str() == "hello"
            await socket.send_str(SECRET[:20])
            assert await socket.receive_str() == SECRET[:20]
            await socket.send_str(SECRET[20:])
            await socket.receive()
            assert socket.close_code == 1008
    assert not guarded.checks.noted[0][2]


async def test_a_stream_that_nobody_asked_about_is_cut_when_a_rule_does(guarded):
    checks = guarded.asks(apps=())
    guarded.app.kept = SECRET.encode() + b"\n" + b"." * 2_000 + SECRET.encode() + b"." * 400

    async def publish():
        await asyncio.sleep(0.2)
        checks.apps = ("wiki",)

    published = asyncio.ensure_future(publish())
    response = await get(guarded, "/echo?type=text/event-stream&step=300&pause=0.1")
    await published
    assert response.count(CARD.encode()) == 1


async def test_an_open_web_socket_is_asked_about_by_the_rules_and_facts_of_each_message(guarded):
    checks = guarded.asks(apps=())
    headers = {"Host": "wiki.harbor.example", "Cookie": guarded.house.cookie(), "Origin": "https://wiki.harbor.example"}
    async with aiohttp.ClientSession() as client:
        url = f"ws://127.0.0.1:{guarded.port}/ws"
        async with client.ws_connect(url, headers=headers) as socket:
            await socket.send_str(SECRET)
            assert await socket.receive_str() == SECRET
            checks.apps = ("wiki",)  # a rule is published
            await socket.send_str(SECRET)
            await socket.receive()
            assert socket.close_code == 1008
