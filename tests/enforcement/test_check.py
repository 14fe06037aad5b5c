from __future__ import annotations

import asyncio
import json
import stat

import pytest
from tests.enforcement.house import House, Ticking, raw, status_of

ASKED = (
    "X-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\n"
    "X-Forwarded-Uri: {}\r\nX-Forwarded-For: 203.0.113.7\r\n"
)


@pytest.fixture
async def town():
    house = House(clock=Ticking())
    check = house.check_server()
    await check.start("127.0.0.1:0")
    yield house, check
    await check.close()


def asked(path="/page", cookie="", extra="", connection="close"):
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET /check HTTP/1.1\r\n{ASKED.format(path)}{cookies}{extra}Connection: {connection}\r\n\r\n".encode()


async def test_a_permit_is_an_empty_200_that_says_who(town):
    house, check = town
    response = await raw(check.port, asked(cookie=f"a=1; {house.cookie()}"))
    head, _, body = response.partition(b"\r\n\r\n")
    assert (status_of(response), body) == (200, b"")
    assert b"\r\nContent-Length: 0\r\n" in response
    assert b"\r\nx-limen-user: ana\r\n" in response
    assert b"\r\nX-Limen-Cookie: a=1\r\n" in response
    assert b"\r\nx-limen-assertion: " in head
    assert house.journal.decisions[-1][1:] == ("check", "203.0.113.7")


async def test_a_challenge_is_a_401_for_programs_and_a_page_that_goes_on_for_browsers(town):
    _, check = town
    response = await raw(check.port, asked())
    assert status_of(response) == 401
    assert json.loads(response.partition(b"\r\n\r\n")[2])["error"] == "insufficient_user_authentication"
    page = await raw(check.port, asked(extra="Sec-Fetch-Mode: navigate\r\n"))
    assert status_of(page) == 401
    assert b"x-limen-location: /.limen/start?to=%2Fpage\r\n" in page
    assert b'content="0;url=/.limen/start?to=%2Fpage"' in page


async def test_that_limen_can_not_decide_is_a_403_with_the_time_to_ask_again(town):
    """Of any other status Envoy would make a failure, and nginx a 500."""
    house, check = town
    house.known.lease_until = 0.0
    response = await raw(check.port, asked(cookie=house.cookie()))
    assert status_of(response) == 403
    assert b"\r\nretry-after: 10\r\n" in response
    assert json.loads(response.partition(b"\r\n\r\n")[2])["error"] == "temporarily_unavailable"
    page = await raw(check.port, asked(cookie=house.cookie(), extra="Sec-Fetch-Mode: navigate\r\n"))
    assert b'href="/page"' in page
    assert b"\r\nx-limen-location: https://limen.harbor.example/not-yet?decision=" in page


async def test_a_deny_is_a_403_with_its_decision(town):
    house, check = town
    response = await raw(check.port, asked("/admin", cookie=house.cookie()))
    assert status_of(response) == 403
    said = json.loads(response.partition(b"\r\n\r\n")[2])
    assert said["decision"].startswith("0")
    assert b"www-authenticate" not in response


async def test_envoy_asks_with_the_request_itself(town):
    house, check = town
    cookie = house.cookie(person="bo", strength=2)
    for method, path, status in (("GET", "/page?q=1", 200), ("POST", "/page", 403), ("GET", "/admin", 403)):
        line = f"{method} /envoy{path} HTTP/1.1\r\nhost: wiki.harbor.example\r\nx-limen-client: 203.0.113.7\r\n"
        response = await raw(check.port, f"{line}cookie: {cookie}\r\nconnection: close\r\n\r\n".encode())
        assert status_of(response) == status
        assert house.journal.last.request.method == method
        assert house.journal.decisions[-1][1:] == ("envoy", "203.0.113.7")


async def test_requests_in_a_row_are_answered_in_their_order(town):
    house, check = town
    cookie = house.cookie()
    sent = b"".join(asked(path, cookie, connection="keep-alive") for path in ("/page", "/admin", "/page", "/a/../b"))
    response = await raw(check.port, sent + asked("/assets/x"))
    statuses = [int(part[:3]) for part in response.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [200, 403, 200, 403, 200]


async def test_a_request_in_pieces_is_one_request(town):
    house, check = town
    reader, writer = await asyncio.open_connection("127.0.0.1", check.port)
    for byte in asked(cookie=house.cookie()):
        writer.write(bytes([byte]))
        await writer.drain()
    assert status_of(await asyncio.wait_for(reader.read(), 60)) == 200
    assert len(house.journal.decisions) == 1
    writer.close()


async def test_every_request_of_a_kept_connection_is_decided(town):
    house, check = town
    cookie = house.cookie()
    reader, writer = await asyncio.open_connection("127.0.0.1", check.port)
    statuses = []
    for turn in range(3):
        if turn == 2:
            house.revoke("ana")
        writer.write(asked(cookie=cookie, connection="keep-alive"))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
        statuses.append(status_of(head))
        assert len(house.journal.decisions) == turn + 1
    assert statuses == [200, 200, 401]
    writer.close()


async def test_nothing_of_one_request_is_left_for_the_next(town):
    house, check = town
    first = asked(cookie=house.cookie(), connection="keep-alive")
    response = await raw(check.port, first + asked())
    assert [int(part[:3]) for part in response.split(b"HTTP/1.1 ")[1:]] == [200, 401]


async def test_it_listens_on_a_unix_socket_that_strangers_can_not_open(tmp_path):
    house = House(clock=Ticking())
    check = house.check_server()
    path = tmp_path / "check.sock"
    await check.start(f"unix:{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(asked(cookie=house.cookie()))
    assert status_of(await asyncio.wait_for(reader.read(), 60)) == 200
    writer.close()
    again = house.check_server()
    await check.close()
    await again.start(f"unix:{path}")
    await again.close()
    assert not path.exists()


async def test_it_takes_no_file_for_its_socket(tmp_path):
    path = tmp_path / "precious"
    path.write_text("keep me")
    with pytest.raises(ValueError, match="no socket"):
        await House().check_server().start(f"unix:{path}")
    assert path.read_text() == "keep me"


async def test_closing_it_drops_every_connection(town):
    _, check = town
    reader, writer = await asyncio.open_connection("127.0.0.1", check.port)
    await asyncio.sleep(0.05)
    await check.close()
    with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(reader.readexactly(1), 60)
    writer.close()
