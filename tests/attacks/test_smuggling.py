"""Requests that two parsers would read differently: refused before a decision, journaled, never passed on."""

from __future__ import annotations

import pytest
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.upstream import upstream

SHAPES = {
    "content-length and transfer-encoding": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: H\r\n\r\n",
    "two content-lengths": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\nContent-Length: 0\r\n\r\nabcd",
    "two equal content-lengths": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4\r\nContent-Length: 4\r\n\r\nabcd",
    "a list of content-lengths": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 4, 4\r\n\r\nabcd",
    "a signed content-length": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: +4\r\n\r\nabcd",
    "a hexadecimal content-length": b"POST / HTTP/1.1\r\nHost: H\r\nContent-Length: 0x4\r\n\r\nabcd",
    "a coding that is not chunked": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "two codings": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked twice": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunked under HTTP/1.0": b"POST / HTTP/1.0\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a space before the colon": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "a folded field": b"GET / HTTP/1.1\r\nHost: H\r\nX-A: b\r\n c\r\n\r\n",
    "a folded transfer-encoding": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: H\n\n",
    "a bare line feed between fields": b"GET / HTTP/1.1\r\nHost: H\r\nX-A: b\nX-C: d\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: H\r\nX-A: b\rX-C: d\r\n\r\n",
    "a null in a value": b"GET / HTTP/1.1\r\nHost: H\r\nX-A: b\0c\r\n\r\n",
    "a bad chunk size": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
    "a chunk longer than it says": b"POST / HTTP/1.1\r\nHost: H\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"1\r\nabc\r\n0\r\n\r\n",
    "absolute-form for another host": b"GET http://payroll.harbor.example/ HTTP/1.1\r\nHost: H\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: H\r\nHost: payroll.harbor.example\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "an empty host": b"GET / HTTP/1.1\r\nHost:\r\n\r\n",
    "a body after an upgrade": b"GET / HTTP/1.1\r\nHost: H\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Content-Length: 30\r\n\r\nGET /admin HTTP/1.1\r\nHost: H\r\n\r\n",
    "an upgrade to something else": b"GET / HTTP/1.1\r\nHost: H\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    "a method with a space": b"GE T / HTTP/1.1\r\nHost: H\r\n\r\n",
    "an unknown version": b"GET / HTTP/3.7\r\nHost: H\r\n\r\n",
    "CONNECT": b"CONNECT elsewhere.example:443 HTTP/1.1\r\nHost: H\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: H\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\nHost: H\r\n\r\n",
    "a byte outside ASCII in the target": b"GET /\xc3\xa4 HTTP/1.1\r\nHost: H\r\n\r\n",
    "too many fields": b"GET / HTTP/1.1\r\nHost: H\r\n" + b"X-A: b\r\n" * 200 + b"\r\n",
    "fields too large": b"GET / HTTP/1.1\r\nHost: H\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n",
    "a target too long": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: H\r\n\r\n",
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_a_request_with_two_readings_is_refused_and_journaled(shape):
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        cookie = house.cookie().encode()
        sent = SHAPES[shape].replace(b"Host: H", b"Host: wiki.harbor.example\r\nCookie: " + cookie)
        async with gateway(house) as port:
            response = await raw(port, sent)
        assert 400 <= status_of(response) < 500, response[:200]
        assert response.count(b"HTTP/1.1 ") == 1, response
        assert house.journal.reasons(), "nothing was journaled"
        assert not [seen for seen in app.requests if seen["target"] != "/"]
        assert not house.journal.decisions or shape in {"a chunk longer than it says", "a bad chunk size"}


async def test_what_follows_a_refused_request_is_not_read():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        follow = f"GET /page HTTP/1.1\r\nHost: wiki.harbor.example\r\nCookie: {house.cookie()}\r\n\r\n".encode()
        async with gateway(house) as port:
            await raw(port, SHAPES["two hosts"].replace(b"H\r\n", b"wiki.harbor.example\r\n", 1) + follow)
        assert not app.requests
