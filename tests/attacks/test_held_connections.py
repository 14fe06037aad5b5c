"""Holding what everybody needs: unfinished requests, slow bodies, answers that nobody reads, many streams of one."""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import AsyncExitStack, asynccontextmanager
from ipaddress import ip_network

import pytest
from tests.enforcement.house import House, Ticking, raw, serving, status_of
from tests.enforcement.upstream import upstream
from tests.waiting import until
from tests.web.conftest import move_in
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from limen.admission import TOO_MANY, TOO_SLOW, Admission, Limits
from limen.enforcement import strict_http

HOST = "Host: wiki.harbor.example\r\n"
SIGN_IN = b"GET /sign-in HTTP/1.1\r\nHost: limen.harbor.localhost\r\nConnection: close\r\n\r\n"
FORM = (
    "POST /sign-in HTTP/1.1\r\nHost: limen.harbor.localhost\r\nSec-Fetch-Site: same-origin\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n"
)
PROXY = (ip_network("127.0.0.1/32"),)


class Door:
    """A listener with small limits, and what it told of its refusals."""

    def __init__(self, trusted=(), **limits) -> None:
        self.told: list[tuple[str, str]] = []
        self.listener = Admission(Limits(**limits)).listener("browsers")
        told = lambda word, address: self.told.append((word, address))  # noqa: E731
        self.http = strict_http.protocol(told, self.listener, trusted)


@asynccontextmanager
async def apps(**limits):
    """The wiki behind the gateway behind a door."""
    async with upstream() as app:
        house, door = House(clock=Ticking(), upstream=app.url), Door(**limits)
        async with serving(house.gateway, None, http=door.http) as port:
            yield house, app, door, port
            await house.gateway.close()


@asynccontextmanager
async def sign_in_host(folder, **limits):
    async with AsyncExitStack() as closing:
        house = await move_in(closing, folder / "harbor")
        door = Door(**limits)
        port = await closing.enter_async_context(serving(house.limen.asgi, None, http=door.http))
        yield house, door, port


async def hold(port, head: str):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + b"\r\n")
    await writer.drain()
    return reader, writer


async def test_whoever_holds_a_thousand_unfinished_forms_keeps_nobody_out_not_even_at_the_same_address(tmp_path):
    async with sign_in_host(tmp_path, of_a_source=50) as (_, door, port):
        held = [await hold(port, FORM) for _ in range(1_050)]
        await until(lambda: door.listener.refused.get(TOO_MANY) == 1_000)
        for _ in range(5):
            assert status_of(await raw(port, SIGN_IN)) == 200
        assert len(door.listener.open) <= 50
        assert status_of(await held[0][0].read()) == 429
        assert door.told[0] == (TOO_MANY, "127.0.0.1")
        for _, writer in held:
            writer.close()
        await until(lambda: not door.listener.open)
    assert (len(door.listener.strangers), door.listener.bytes_held) == (0, 0)


async def test_behind_a_front_only_the_attackers_own_requests_give_way(tmp_path):
    async with sign_in_host(tmp_path, of_a_source=10, of_strangers=15, trusted=PROXY) as (_, door, port):
        slow, _ = await hold(port, FORM + "X-Forwarded-For: 203.0.113.7\r\n")
        held = [await hold(port, FORM + "X-Forwarded-For: 198.51.100.66\r\n") for _ in range(40)]
        scattered = [await hold(port, f"{FORM}X-Forwarded-For: 192.0.2.{n}\r\n") for n in range(10)]
        await until(lambda: {address for _, address in door.told} == {"198.51.100.66"} and len(door.told) == 36)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(slow.read(1), 0.2)
        for _, writer in held + scattered:
            writer.close()


async def test_a_form_that_comes_too_slowly_is_cut_and_one_that_keeps_its_rate_is_not():
    async with apps(body_seconds=0.4, body_bytes_per_second=100) as (house, app, door, port):
        head = f"POST /page HTTP/1.1\r\n{HOST}Cookie: {house.cookie()}\r\nContent-Length: 100\r\n"
        slow, drops = await hold(port, head)
        steady, fast = await hold(port, head)
        for tenth in range(10):
            if tenth < 3:
                drops.write(b"a")
            fast.write(b"b" * 10)
            await asyncio.sleep(0.09)
        assert status_of(await asyncio.wait_for(slow.read(), 60)) == 408
        assert (await asyncio.wait_for(steady.readline(), 60)).startswith(b"HTTP/1.1 200")
        assert door.told == [(TOO_SLOW, "127.0.0.1")]
        assert app.last["body"] == 100
        fast.close()


async def test_a_body_that_waits_for_a_slow_app_is_not_the_clients_fault():
    async with apps(body_seconds=0.2, body_bytes_per_second=1_000_000) as (_, _, door, _):
        protocol = door.http.__new__(door.http)
        protocol.loop, protocol.transport = asyncio.get_running_loop(), _Still()
        protocol.flow = type("Held", (), {"read_paused": True})()
        protocol._entry = door.listener.enter("192.0.2.1", lambda _word: None)
        protocol._head_is_read, protocol._is_whole, protocol._has_begun = True, False, True
        protocol._drop(TOO_SLOW)
        assert protocol._entry.due > protocol.loop.time()
        assert door.told == []
        protocol._entry.leave()


class _Still:
    def is_closing(self) -> bool:
        return False


async def test_an_answer_that_nobody_reads_is_broken_off():
    async with apps(stalled_seconds=0.3, head_seconds=0.4) as (house, _, door, port):
        _, writer = await hold(port, f"GET /large HTTP/1.1\r\n{HOST}Cookie: {house.cookie()}\r\n")
        await until(lambda: door.told == [(TOO_SLOW, "127.0.0.1")] and not door.listener.open)
        writer.close()


async def test_one_persons_streams_end_at_their_share_and_all_others_go_on():
    async with apps(of_an_owner=6) as (house, _, door, port):
        root = house.sign_in("ana")
        ana = f"Cookie: __Host-limen-app={house.app_session(root=root)}\r\n"
        held = [await hold(port, f"GET /stream HTTP/1.1\r\n{HOST}{ana}") for _ in range(5)]
        for reader, _ in held:
            assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 200")
        headers = {"Cookie": f"__Host-limen-app={house.app_session()}"}  # another session of the same person
        ws = f"ws://wiki.harbor.example:{port}/ws"
        last = await connect(ws, additional_headers=headers, host="127.0.0.1", port=port, proxy=None)
        asked = f"GET /page HTTP/1.1\r\n{HOST}{{}}Connection: close\r\n\r\n"
        assert status_of(await raw(port, asked.format(ana).encode())) == 429
        with pytest.raises(InvalidStatus):
            await connect(ws, additional_headers=headers, host="127.0.0.1", port=port, proxy=None)
        bo = f"Cookie: {house.cookie(person='bo')}\r\n"
        assert status_of(await raw(port, asked.format(bo).encode())) == 200
        refused = [event for event in house.journal.events if event.reason == TOO_MANY]
        assert [(event.actor, bool(event.session)) for event in refused] == [("ana", True)] * 2
        await last.close()
        await until(lambda: len(door.listener.open) == 5)
        other = f"Cookie: {headers['Cookie']}\r\n"
        assert status_of(await raw(port, asked.format(other).encode())) == 200
        for _, writer in held:
            writer.close()
        await until(lambda: not door.listener.open)
        assert door.listener.admission._owned == {}


async def test_one_persons_streams_survive_a_strangers_flood_from_their_own_address():
    async with apps(of_a_source=5, of_strangers=8) as (house, _, door, port):
        stream, writer = await hold(port, f"GET /stream HTTP/1.1\r\n{HOST}Cookie: {house.cookie()}\r\n")
        assert (await asyncio.wait_for(stream.readline(), 60)).startswith(b"HTTP/1.1 200")
        held = [await hold(port, f"POST /page HTTP/1.1\r\n{HOST}Content-Length: 9\r\n") for _ in range(30)]
        await until(lambda: len(door.listener.open) == 6)
        for _ in range(3):
            await asyncio.wait_for(stream.readuntil(b"data: tick"), 60)
        for _, one in [*held, (stream, writer)]:
            one.close()


async def test_a_client_that_hangs_up_amid_its_form_is_nothing(tmp_path, caplog):
    async with sign_in_host(tmp_path) as (house, door, port):
        caplog.set_level(logging.DEBUG)
        api = "POST /access/v1/evaluation HTTP/1.1\r\nHost: limen.harbor.localhost\r\nContent-Length: 1000\r\n"
        for head in [FORM, FORM.replace("/sign-in", "/sign-in/options"), FORM.replace("/sign-in", "/enrol"), api] * 5:
            _, writer = await hold(port, head)
            await asyncio.sleep(0.01)
            writer.close()
        await until(lambda: not door.listener.open)
        house.limen.journal.flush()
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
        events = {event.kind for event in house.limen.journal.recent(1_000)}
        assert not events & {"request.refused", "sign_in.failed", "link.refused", "upstream.failed"}


async def test_a_client_that_hangs_up_amid_an_upload_is_no_failure_of_the_app(caplog):
    async with apps() as (house, _, door, port):
        head = f"POST /page HTTP/1.1\r\n{HOST}Cookie: {house.cookie()}\r\nContent-Length: 1000\r\n"
        for _ in range(5):
            _, writer = await hold(port, head)
            writer.write(b"half")
            await asyncio.sleep(0.05)
            writer.close()
        await until(lambda: not door.listener.open)
        await asyncio.sleep(0.1)
        assert house.journal.reasons() == []
        assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_an_early_answer_is_never_followed_by_a_second_one():
    async with apps(body_seconds=0.2) as (_, _, door, port):
        began = time.monotonic()
        refused = await raw(port, f"POST /page HTTP/1.1\r\n{HOST}Content-Length: 9\r\n\r\n".encode())
        assert refused.count(b"HTTP/1.1 ") == 1
        assert status_of(refused) == 401
        assert time.monotonic() - began < 2
        assert door.listener.open == set()


async def test_one_persons_requests_to_the_sign_in_host_end_at_the_same_share(tmp_path):
    async with sign_in_host(tmp_path, of_an_owner=4) as (house, door, port):
        browser = house.browser()
        person = await house.member(browser, "Mia", "staff")
        cookies = "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar)
        fields = f"Host: limen.harbor.localhost\r\nCookie: {cookies}\r\nConnection: close\r\n\r\n"
        asked = f"GET / HTTP/1.1\r\n{fields}".encode()
        assert status_of(await raw(port, asked)) == 200
        assert all(door.listener.admission.take(person, 4) for _ in range(4))
        assert status_of(await raw(port, asked)) == 429
        door.listener.admission.give_back(person)
        assert status_of(await raw(port, asked)) == 200
        (refused,) = house.events("request.refused")
        assert (refused.actor, refused.reason, refused.details["door"]) == (person, TOO_MANY, "sign-in")


async def test_whoever_stole_a_session_can_not_keep_its_person_from_ending_it(tmp_path):
    """The thief holds all that the stolen cookie may; its person signs in anew and ends the other sessions."""
    async with sign_in_host(tmp_path, of_an_owner=16) as (house, door, port):
        stolen = house.browser()
        await house.member(stolen, "Mia", "staff")
        own = house.browser()
        own.passkey = stolen.passkey
        form = FORM.replace("/sign-in", "/sessions/end-others").replace(
            "localhost\r\n", f"localhost\r\n{cookies_of(stolen)}", 1
        )
        held = [await hold(port, form) for _ in range(40)]
        await until(lambda: len(held) - door.listener.refused.get(TOO_MANY, 0) == 12)
        assert (await own.sign_in()).status_code == 200
        await own.get("/sessions")
        body = f"csrf={own.csrf}"
        asked = form.replace(cookies_of(stolen), cookies_of(own)).replace("1000", str(len(body)))
        ended = await raw(port, f"{asked}Connection: close\r\n\r\n{body}".encode())
        assert status_of(ended) == 303
        assert (await stolen.get("/sessions")).headers["location"].startswith("/sign-in")


def cookies_of(browser):
    return "Cookie: " + "; ".join(f"{one.name}={one.value}" for one in browser.client.cookies.jar) + "\r\n"
