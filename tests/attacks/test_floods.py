"""A stranger can make a lot of noise; the disk that every door needs must not fill with it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.upstream import upstream

from limen.enforcement.decision_point import KEPT_PER_SECOND

HOST = "Host: wiki.harbor.example\r\n"


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            yield house, app, port


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/.limen/callback?code=nonsense", "session.hand_over_refused"),
        ("/.limen/start?to=//evil.example", "request.refused"),
    ],
)
async def test_hammering_the_hand_over_writes_so_much_a_second_and_no_more(town, path, kind):
    house, _, port = town
    times = KEPT_PER_SECOND * 3
    one = f"GET {path} HTTP/1.1\r\n{HOST}\r\n".encode()
    house.clock.now = lambda: 1_795_000_000_000  # all of it in one second
    answered = await raw(port, one * (times - 1) + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), wait=10)
    assert answered.count(b"HTTP/1.1 400") == times
    assert len(house.journal.reasons(kind)) == KEPT_PER_SECOND


def test_strangers_from_everywhere_become_one_event_once_they_are_too_many():
    house = House()
    for number in range(KEPT_PER_SECOND * 3):
        address = f"2001:db8::{number:x}"
        answer = house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/page", b"", address)
        assert answer.needs_sign_in
    told = [address for _, _, address in house.journal.decisions]
    assert len(set(told)) == KEPT_PER_SECOND + 1
    assert told.count("") == KEPT_PER_SECOND * 2


def test_one_session_has_one_seat_wherever_it_comes_from():
    house = House()
    cookie = house.cookie().encode()
    for number in range(500):
        asked = (b"GET", b"wiki.harbor.example", b"/page", cookie, f"2001:db8::{number:x}")
        assert house.doors.decide_request("check", *asked).permitted
    assert len(house.known._assembled._entries) == 1


def test_requests_for_many_paths_of_one_pattern_are_one_and_the_same_question():
    house = House()
    cookie = house.cookie().encode()
    for number in range(50):
        house.doors.decide_request("check", b"GET", b"wiki.harbor.example", b"/page/%d" % number, cookie, "203.0.113.7")
    assert len({id(decision.request) for decision, _, _ in house.journal.decisions}) == 1


async def test_a_trailer_adds_no_header_no_cookie_and_no_address(town):
    house, app, port = town
    trailers = f"X-Forwarded-For: 198.51.100.77\r\nX-Foo: bar\r\nCookie: {house.cookie()}\r\n"
    head = f"POST /page HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\nConnection: close\r\n"
    without = await raw(port, f"{head}\r\n1\r\na\r\n0\r\n{trailers}\r\n".encode())
    assert status_of(without) == 401
    own = f"{head}Cookie: {house.cookie()}\r\n\r\n1\r\na\r\n0\r\n{trailers}\r\n"
    assert status_of(await raw(port, own.encode())) == 200
    assert "x-foo" not in app.last["headers"]
    assert app.last["headers"]["x-forwarded-for"] == "127.0.0.1"


async def test_a_front_that_asks_with_a_trailer_is_refused():
    house = House(clock=Ticking())
    check = house.check_server()
    await check.start("127.0.0.1:0")
    asked = f"X-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\nCookie: {house.cookie()}\r\n"
    head = f"GET /check HTTP/1.1\r\n{asked}Transfer-Encoding: chunked\r\n\r\n0\r\nX-Forwarded-Uri: /page\r\n\r\n"
    assert status_of(await raw(check.port, head.encode(), wait=1)) == 403
    await check.close()


async def test_a_public_route_opens_no_twin_with_a_slash(town):
    house, _, port = town
    wiki = house.known.apps["wiki"]
    public = (replace(wiki.public[0], pattern="/healthz"),)
    others = [one for one in house.known.apps.values() if one.id != "wiki"]
    house.known.set_company([replace(wiki, public=public), *others], house.known.groups.values())
    statuses = {}
    for path in ("/healthz", "/healthz/"):
        statuses[path] = status_of(await raw(port, f"GET {path} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode()))
    assert statuses == {"/healthz": 200, "/healthz/": 401}
