"""What can be done to the check server itself: slowness, size, ambiguity, upgrades, and strangers."""

from __future__ import annotations

import asyncio

import pytest
from tests.enforcement.house import House, Ticking, raw, status_of

from limen.admission import Admission
from limen.enforcement.check import Limits

ASKED = "X-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\nX-Forwarded-Uri: /page\r\n"


@pytest.fixture
async def town():
    house = House(clock=Ticking())
    fronts = Admission().listener("check", connections=20, of_a_source=20, owned=20)
    check = house.check_server(limits=Limits(read_seconds=0.4), listener=fronts)
    await check.start("127.0.0.1:0")
    yield house, check
    await check.close()


async def ask(check, fields: str, *, line: str = "GET /check HTTP/1.1", body: bytes = b"") -> bytes:
    return await raw(check.port, f"{line}\r\n{fields}Connection: close\r\n\r\n".encode() + body)


async def test_a_slow_request_is_dropped_and_journaled(town):
    house, check = town
    reader, writer = await asyncio.open_connection("127.0.0.1", check.port)
    writer.write(b"GET /check HTTP/1.1\r\n")
    for _ in range(600):
        await asyncio.sleep(0.1)
        if house.journal.reasons():
            break
        writer.write(b"X-A: b\r\n")
    assert status_of(await asyncio.wait_for(reader.read(), 60)) == 403
    assert house.journal.reasons() == ["request-too-slow"]
    writer.close()


async def test_an_idle_connection_is_left_in_peace(town):
    house, check = town
    reader, writer = await asyncio.open_connection("127.0.0.1", check.port)
    await asyncio.sleep(1.0)
    writer.write(f"GET /check HTTP/1.1\r\n{ASKED}Cookie: {house.cookie()}\r\n\r\n".encode())
    assert (await asyncio.wait_for(reader.readline(), 60)).startswith(b"HTTP/1.1 200")
    writer.close()


@pytest.mark.parametrize(
    "fields",
    [
        "X-A: " + "b" * 100_000 + "\r\n",
        "X-A: b\r\n" * 200,
        "".join(f"X-A{n}: b\r\n" for n in range(200)),
        "X-A: " + "b" * 70_000 + "\r\n" + ASKED,
    ],
    ids=["one huge", "many equal", "many", "huge and then a request"],
)
async def test_huge_headers_are_refused_and_journaled(town, fields):
    house, check = town
    assert status_of(await ask(check, ASKED + fields + f"Cookie: {house.cookie()}\r\n")) == 403
    assert house.journal.reasons() == ["request-too-large"]
    assert not house.journal.decisions


async def test_an_upgrade_is_never_let_through_check(town):
    house, check = town
    cookie = f"Cookie: {house.cookie()}\r\n"
    for fields in ("Upgrade: websocket\r\n", "upgrade: h2c\r\n", "UPGRADE: anything\r\n"):
        assert status_of(await ask(check, ASKED + cookie + fields)) == 403
    real = f"GET /check HTTP/1.1\r\n{ASKED}{cookie}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert status_of(await raw(check.port, real.encode())) == 403
    assert house.journal.reasons() == ["check-upgrade"] * 4
    assert not house.journal.decisions


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("GET /check HTTP/1.1", ""),
        ("GET /check HTTP/1.1", ASKED.replace("X-Forwarded-Method: GET\r\n", "")),
        ("GET /check HTTP/1.1", ASKED.replace("X-Forwarded-Uri: /page\r\n", "")),
        (
            "GET /check HTTP/1.1",
            ASKED.replace("X-Forwarded-Host: wiki.harbor.example\r\n", "Host: wiki.harbor.example\r\n"),
        ),
        ("GET /check HTTP/1.1", ASKED + "X-Forwarded-Uri: /assets/x\r\n"),
        ("GET /check HTTP/1.1", ASKED + "x-forwarded-host: payroll.harbor.example\r\n"),
        ("GET /check HTTP/1.1", ASKED + "X-FORWARDED-METHOD: GET\r\n"),
        ("GET /checks HTTP/1.1", ASKED),
        ("GET / HTTP/1.1", ASKED),
        ("GET /envoy/page HTTP/1.1", ASKED + "Host: wiki.harbor.example\r\n"),
        ("GET /envoy/page HTTP/1.1", "Host: wiki.harbor.example\r\nX-Forwarded-Uri: /assets/x\r\n"),
        ("GET /envoy/page HTTP/1.1", "Host: wiki.harbor.example\r\nHost: payroll.harbor.example\r\n"),
        ("GET /envoypage HTTP/1.1", "Host: wiki.harbor.example\r\n"),
    ],
)
async def test_what_is_not_exactly_one_request_is_refused_and_journaled(town, line, fields):
    house, check = town
    assert status_of(await ask(check, f"{fields}Cookie: {house.cookie()}\r\n", line=line)) == 403
    assert house.journal.reasons() == ["check-not-one-request"]
    assert not house.journal.decisions


async def test_a_body_is_no_part_of_the_question(town):
    house, check = town
    fields = f"{ASKED}Cookie: {house.cookie()}\r\nContent-Length: 4\r\n"
    assert status_of(await ask(check, fields, line="POST /check HTTP/1.1", body=b"abcd")) == 403
    assert house.journal.reasons() == ["check-not-one-request"]


async def test_nonsense_is_refused_and_journaled(town):
    house, check = town
    assert status_of(await raw(check.port, b"\x16\x03\x01\x02\x00 not http at all\r\n\r\n")) == 403
    assert house.journal.reasons() == ["request-malformed"]


async def test_silent_connections_give_way_to_a_front_that_asks(town):
    house, check = town
    held = [await asyncio.open_connection("127.0.0.1", check.port) for _ in range(20)]
    await asyncio.sleep(0.05)
    asked = f"GET /check HTTP/1.1\r\n{ASKED}Cookie: {house.cookie()}\r\nConnection: close\r\n\r\n".encode()
    assert status_of(await raw(check.port, asked, wait=1)) == 200
    assert status_of(await asyncio.wait_for(held[0][0].read(), 60)) == 403
    assert house.journal.reasons() == ["too-many-at-once"]
    for _, each in held:
        each.close()


async def test_fronts_that_ask_are_kept_and_one_too_many_is_refused(town):
    house, check = town
    asked = f"GET /check HTTP/1.1\r\n{ASKED}Cookie: {house.cookie()}\r\n\r\n".encode()
    fronts = [await asyncio.open_connection("127.0.0.1", check.port) for _ in range(20)]
    for _ in range(2):
        for reader, writer in fronts:
            writer.write(asked)
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)).startswith(b"HTTP/1.1 200")
        assert status_of(await raw(check.port, b"", wait=1)) == 403
    assert house.journal.reasons() == ["too-many-at-once"] * 2
    for _, each in fronts:
        each.close()


async def test_it_listens_to_nobody_outside(town):
    house, _ = town
    with pytest.raises(ValueError, match="loopback"):
        await house.check_server().start("0.0.0.0:0")
