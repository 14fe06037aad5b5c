"""Path tricks and method tricks: every one refused at the gateway's socket and at check, journaled, never passed on."""

from __future__ import annotations

import pytest
from tests.enforcement.house import House, Ticking, gateway, raw, status_of
from tests.enforcement.upstream import upstream

TRICKS = (
    "/a/../admin",
    "/a/./admin",
    "/..",
    "/a/..",
    "//admin",
    "/a//admin",
    "/%2e%2e/admin",
    "/.%2e/admin",
    "/%2E/admin",
    "/a%2fadmin",
    "/a%2Fadmin",
    "/a%5cadmin",
    "/a\\admin",
    "/..\\admin",
    "/a%252fadmin",
    "/%252e%252e/admin",
    "/%25252e/admin",
    "/%25%36%31dmin",  # the second escape's own digits are escaped
    "/a/..%25%32%66admin",
    "/x/%25%32%65%25%32%65/admin",
    "/admin%3f/x",
    "/admin%23/x",
    "/a;/admin",
    "/a/..;/admin",
    "/admin;x=1",
    "/admin%3bx",
    "/a%00/admin",
    "/a%0d%0aX: y",
    "/a%09admin",
    "/a%7fadmin",
    "/%c0%ae%c0%ae/admin",
    "/%c0%afadmin",
    "/%e0%80%afadmin",
    "/%ef%bc%8fadmin",
    "/%ef%bc%8e%ef%bc%8e/admin",
    "/%e2%81%84admin",
    "/%",
    "/%2",
    "/%zz",
    "/a#/admin",
    "/%u002e%u002e/admin",
    "/a" + "b" * 8_300,
)


@pytest.fixture
async def town():
    async with upstream() as app:
        house = House(clock=Ticking(), upstream=app.url)
        check = house.check_server()
        await check.start("127.0.0.1:0")
        async with gateway(house) as port:
            yield house, app, port, check.port
        await check.close()


async def test_every_path_trick_is_refused_at_both_doors_and_journaled(town):
    house, app, port, check = town
    cookie = house.cookie()
    for trick in TRICKS:
        common = f"Cookie: {cookie}\r\nConnection: close\r\n\r\n"
        head = f"GET {trick} HTTP/1.1\r\nHost: wiki.harbor.example\r\n{common}"
        asked = (
            "GET /check HTTP/1.1\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\n"
            f"X-Forwarded-Uri: {trick}\r\n{common}"
        )
        before = len(house.journal.reasons())
        assert 400 <= status_of(await raw(port, head.encode())) < 500, trick
        assert status_of(await raw(check, asked.encode())) == 403, trick
        assert len(house.journal.reasons()) == before + 2, trick
    assert not app.requests
    assert not house.journal.decisions


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override", "X_HTTP_Method_Override"]
)
async def test_a_method_override_never_reaches_the_app(town, name):
    house, app, port, _ = town
    common = f"Host: wiki.harbor.example\r\nCookie: {house.cookie()}\r\nConnection: close\r\n"
    head = f"GET /page HTTP/1.1\r\n{common}{name}: DELETE\r\n\r\n"
    assert status_of(await raw(port, head.encode())) == 200
    assert name.lower() not in app.last["headers"]
    assert house.journal.last.request.method == "GET"
    assert house.journal.reasons("request.stripped") == ["method-overridden"]


async def test_a_post_is_never_judged_as_a_get(town):
    house, app, port, check = town
    cookie = house.cookie(person="bo", strength=2)
    for extra in ("", "X-Forwarded-Method: GET\r\n", "X-HTTP-Method-Override: GET\r\n"):
        common = f"Host: wiki.harbor.example\r\nCookie: {cookie}\r\nContent-Length: 0\r\nConnection: close\r\n"
        head = f"POST /page HTTP/1.1\r\n{common}{extra}\r\n"
        assert status_of(await raw(port, head.encode())) == 403
        assert house.journal.last.request.action == "edit"
    asked = (
        "GET /check HTTP/1.1\r\nX-Forwarded-Host: wiki.harbor.example\r\nX-Forwarded-Uri: /page\r\n"
        f"Cookie: {cookie}\r\nConnection: close\r\n"
    )
    assert status_of(await raw(check, f"{asked}\r\n".encode())) == 403, "no method said"
    both = "X-Forwarded-Method: GET\r\nx-forwarded-method: POST\r\n"
    assert status_of(await raw(check, f"{asked}{both}\r\n".encode())) == 403, "two methods said"
    assert house.journal.reasons() == ["check-not-one-request"] * 2
    assert not app.requests


async def test_trace_and_made_up_methods_are_refused_and_journaled(town):
    house, _, port, check = town
    for method in ("TRACE", "get", "CONNECT"):
        asked = (
            f"GET /check HTTP/1.1\r\nX-Forwarded-Method: {method}\r\nX-Forwarded-Host: wiki.harbor.example\r\n"
            f"X-Forwarded-Uri: /page\r\nCookie: {house.cookie()}\r\nConnection: close\r\n\r\n"
        )
        assert status_of(await raw(check, asked.encode())) == 403
    head = f"TRACE /page HTTP/1.1\r\nHost: wiki.harbor.example\r\nCookie: {house.cookie()}\r\n\r\n"
    assert status_of(await raw(port, head.encode())) == 400
    assert house.journal.reasons() == ["method-refused"] * 4
