"""Preflights carry no proof of anybody: whatever they hold, no door lets them reach an app without a decision."""

from __future__ import annotations

import pytest
from tests.enforcement.house import raw, status_of
from tests.interop.fronts import DOORS, Guarded, guarded

DECLARED = "https://portal.harbor.example"


async def _ask(world: Guarded, fields: str, *, path: str = "/page?all=1", cookie: str = "", body: str = "") -> bytes:
    head = f"OPTIONS {path} HTTP/1.1\r\nHost: wiki.harbor.example\r\n{fields}"
    head += f"Cookie: {cookie}\r\n" if cookie else ""
    head += f"Content-Length: {len(body)}\r\n" if body else ""
    return await raw(world.port, f"{head}Connection: close\r\n\r\n{body}".encode())


def _fields(origin: str, method: str = "POST", more: str = "") -> str:
    return f"Origin: {origin}\r\nAccess-Control-Request-Method: {method}\r\n{more}"


@pytest.mark.parametrize("door", [door for door in DOORS if door != "check"])
async def test_none_reaches_an_app_that_ignores_methods(door) -> None:
    async with guarded(door) as world:
        for body in ("", "give me everything"):
            answered = await _ask(world, _fields(DECLARED), body=body)
            assert status_of(answered) == 204
            assert f"access-control-allow-origin: {DECLARED}".encode() in answered.lower()
            assert answered.partition(b"\r\n\r\n")[2] == b""
        assert status_of(await _ask(world, _fields(DECLARED), cookie=world.house.cookie())) == 204
        for refused, status in (
            (_fields("https://evil.example"), 401),
            (_fields("null"), 401),
            (_fields(f"{DECLARED}.evil.example"), 401),
            (_fields(DECLARED, "DELETE"), 403),
            (_fields(DECLARED, more="Access-Control-Request-Headers: x-limen-user\r\n"), 403),
            (f"Origin: {DECLARED}\r\n", 401),
            ("Access-Control-Request-Method: POST\r\n", 401),
        ):
            said = await _ask(world, refused)
            assert (status_of(said), refused) == (status, refused)
            assert b"access-control-allow" not in said.lower()
        assert status_of(await _ask(world, _fields(DECLARED), path="/a/%2e%2e/page")) in {400, 403}
        assert not world.app.requests
        assert "cors-undeclared" in world.house.journal.reasons()


async def test_the_check_server_makes_no_exception_for_them() -> None:
    """A front that asks it about one, instead of leaving it to the gateway, is told what anybody is told."""
    async with guarded("check") as world:
        head = "GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: OPTIONS\r\n"
        head += "X-Forwarded-Host: wiki.harbor.example\r\nX-Forwarded-Uri: /page\r\n"
        response = await raw(world.check.port, f"{head}{_fields(DECLARED)}Connection: close\r\n\r\n".encode())
        assert status_of(response) == 401


@pytest.mark.parametrize("what", ["writable", "lease"])
async def test_a_shut_door_answers_none(what) -> None:
    async with guarded("gateway") as world:
        if what == "writable":
            world.house.journal.writable = False
        else:
            world.house.known.lease_until = 0.0
        said = await _ask(world, _fields(DECLARED))
        assert status_of(said) == 503
        assert b"access-control-allow" not in said.lower()
