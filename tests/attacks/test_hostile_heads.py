"""What comes before a request's body, made to hurt: cookies without end, hosts that are none."""

from __future__ import annotations

import pytest
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.test_gateway import request
from tests.enforcement.upstream import upstream


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        async with gateway(house) as port:
            yield house, app, port


@pytest.mark.parametrize(
    "cookie",
    [
        "a=" + "x" * 20_000,
        "; ".join(f"c{n}=x" for n in range(4_000)),
        "=" * 17_000,
        ";" * 17_000,
    ],
    ids=["one-long", "many", "equals", "semicolons"],
)
async def test_cookies_without_end_open_nothing_and_reach_no_app(town, cookie) -> None:
    house, app, port = town
    answer = await raw(port, request(cookie=f"{cookie}; {house.cookie()}"))
    assert status_of(answer) in {400, 401, 403, 431}
    assert not app.requests


@pytest.mark.parametrize(
    "host",
    [
        "",
        "wiki.harbor.example.evil.example",
        "evil.example\twiki.harbor.example",
        "wiki.harbor.example@evil.example",
        "wiki.harbor.example/..",
        "wiki.harbor.example:80:80",
        "wiki.harbor.example%00",
        "[::1]",
        "127.0.0.1",
        "WİKİ.harbor.example",
        "xn--wki-2na.harbor.example",
        "." * 250,
        "a" * 5_000,
        "*.harbor.example",
        "harbor.example",
    ],
    ids=lambda host: host[:24] or "empty",
)
async def test_a_host_that_is_none_of_ours_finds_no_app(town, host) -> None:
    house, app, port = town
    head = f"GET / HTTP/1.1\r\nHost: {host}\r\nCookie: {house.cookie()}\r\nConnection: close\r\n\r\n"
    answer = await raw(port, head.encode("utf-8"))
    assert status_of(answer) in {400, 403, 421, 431}
    assert b"set-cookie" not in answer.lower()
    assert not app.requests


async def test_two_hosts_or_none_are_refused(town) -> None:
    house, app, port = town
    for head in (
        f"GET / HTTP/1.1\r\nHost: wiki.harbor.example\r\nHost: payroll.harbor.example\r\nCookie: {house.cookie()}\r\n",
        f"GET / HTTP/1.1\r\nCookie: {house.cookie()}\r\n",
        f"GET http://payroll.harbor.example/ HTTP/1.1\r\nHost: wiki.harbor.example\r\nCookie: {house.cookie()}\r\n",
    ):
        answer = await raw(port, f"{head}Connection: close\r\n\r\n".encode())
        assert status_of(answer) == 400, answer[:200]
    assert not app.requests
