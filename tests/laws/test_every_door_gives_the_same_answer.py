"""One table of requests, put to every door: the embedded gateway, the check server, nginx, Caddy and Envoy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from tests.enforcement.house import House, raw, status_of
from tests.interop.fronts import DOORS, Guarded, guarded

from limen.clock import HOUR
from limen.enforcement.answers import RETRY_AFTER_SECONDS
from limen.policy import Effect

PERMIT, CHALLENGE, DENY, REFUSED = "permit", "challenge", "deny", "refused"

Prepare = Callable[[House], str]


def ana(house: House) -> str:
    return house.cookie()


def nobody(_house: House) -> str:
    return ""


def bo(house: House) -> str:
    return house.cookie(person="bo", strength=1)


def with_a_password(house: House) -> str:
    return house.cookie("payroll", "ana", strength=1)


def with_a_passkey(house: House) -> str:
    return house.cookie("payroll", "ana", strength=3)


def ended(house: House) -> str:
    root = house.sign_in()
    cookie = f"__Host-limen-app={house.app_session(root=root)}"
    house.known.set_not_before(("session", root.id), house.clock.now() + 1)
    return cookie


def twice(house: House) -> str:
    return f"{house.cookie()}; {house.cookie()}"


@dataclass(frozen=True)
class Case:
    """`reason` is what the journal must say; `effect` is what the door must do."""

    name: str
    who: Prepare
    effect: str
    reason: str = ""
    method: str = "GET"
    path: str = "/page"
    host: str = "wiki.harbor.example"
    fields: str = ""


CASES = (
    Case("a member of staff views", ana, PERMIT, "staff-view"),
    Case("with a query", ana, PERMIT, "staff-view", path="/page?q=a%20b&x=%2e%2e"),
    Case("HEAD is judged as GET", ana, PERMIT, "staff-view", method="HEAD"),
    Case("an editor edits", ana, PERMIT, "editors-edit", method="POST"),
    Case("who may only view does not edit", bo, DENY, "nothing-permits", method="POST"),
    Case("who may only view does not delete", bo, DENY, "nothing-permits", method="DELETE"),
    Case("there is no administrator", ana, DENY, "nothing-permits", path="/admin/users"),
    Case("another spelling of admin is no way in", ana, DENY, "nothing-permits", path="/ADMIN/users"),
    Case("nobody is signed in", nobody, CHALLENGE, "not-signed-in"),
    Case(
        "a restricted app asks for a passkey",
        with_a_password,
        CHALLENGE,
        "payroll-needs-a-passkey",
        host="payroll.harbor.example",
    ),
    Case("and opens for it", with_a_passkey, PERMIT, "finance-payroll", host="payroll.harbor.example"),
    Case("another app's cookie is no session", ana, CHALLENGE, "session-of-another-app", host="payroll.harbor.example"),
    Case("a revoked session", ended, CHALLENGE, "session-revoked"),
    Case("two session cookies", twice, CHALLENGE, "duplicate-cookie"),
    Case("an unknown cookie", lambda _: "__Host-limen-app=" + "x" * 43, CHALLENGE, "session-unknown"),
    Case("a look-alike cookie name", lambda h: h.cookie().replace("-app", "-App"), CHALLENGE, "not-signed-in"),
    Case("a declared public route", nobody, PERMIT, "public-route", path="/assets/logo.svg"),
    Case("only what is declared is public", nobody, CHALLENGE, "not-signed-in", path="/assetsx/logo.svg"),
    Case(
        "a preflight from anywhere else",
        nobody,
        CHALLENGE,
        "not-signed-in",
        method="OPTIONS",
        fields="Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
    ),
    Case("an encoded slash", ana, REFUSED, path="/page%2fx"),
    Case("an encoded dot", ana, REFUSED, path="/a/%2e%2e/admin"),
    Case("a dot segment", ana, REFUSED, path="/a/../admin"),
    Case("an empty segment", ana, REFUSED, path="/a//admin"),
    Case("double encoding", ana, REFUSED, path="/a%252fadmin"),
    Case("a path parameter", ana, REFUSED, path="/a/..;/admin"),
    Case("TRACE", ana, REFUSED, method="TRACE"),
    Case("an unknown host", ana, REFUSED, host="nowhere.harbor.example"),
)


async def _ask(door: str, world: Guarded, case: Case) -> bytes:
    cookie = case.who(world.house)
    fields = (f"Cookie: {cookie}\r\n" if cookie else "") + case.fields
    if door == "check":
        head = (
            f"GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: {case.method}\r\n"
            f"X-Forwarded-Host: {case.host}\r\nX-Forwarded-Uri: {case.path}\r\n"
        )
        return await raw(world.check.port, f"{head}{fields}Connection: close\r\n\r\n".encode())
    length = "Content-Length: 0\r\n" if case.method in {"POST", "DELETE"} else ""
    head = f"{case.method} {case.path} HTTP/1.1\r\nHost: {case.host}\r\n"
    return await raw(world.port, f"{head}{fields}{length}Connection: close\r\n\r\n".encode())


def _did(door: str, case: Case, response: bytes, reached: int) -> str:
    status = status_of(response)
    if door != "check" and (status == 200) != (reached == 1):
        return f"status {status}, but the app saw {reached} requests"
    if case.effect == REFUSED:
        return REFUSED if 400 <= status < 500 else f"status {status}"
    return {200: PERMIT, 401: CHALLENGE, 403: DENY}.get(status, f"status {status}")


@pytest.mark.parametrize("door", DOORS)
async def test_every_door_does_what_the_table_says(door):
    async with guarded(door) as world:
        wrong = []
        for case in CASES:
            before = len(world.app.requests)
            decided = len(world.house.journal.decisions)
            response = await _ask(door, world, case)
            did = _did(door, case, response, len(world.app.requests) - before)
            if did != case.effect:
                wrong.append(f"{case.name}: {did}, not {case.effect}\n{response[:300]!r}")
            elif case.reason:
                made = world.house.journal.decisions[decided:]
                said = [decision.reasons[0].policy for decision, _, _ in made]
                if said != [case.reason]:
                    wrong.append(f"{case.name}: journaled {said}, not {case.reason}")
        assert not wrong, "\n".join(wrong)


def _says_later(door: str, response: bytes) -> bool:
    """Whether it is a 503 with the time to ask again (RFC 9110 section 10.2.3); from the check server to a front a 403,
    since the fronts know no other refusal.
    """
    head = response.partition(b"\r\n\r\n")[0].lower()
    later = b"retry-after: %d\r\n" % RETRY_AFTER_SECONDS in head + b"\r\n"
    return later and status_of(response) == (403 if door == "check" else 503)


@pytest.mark.parametrize("door", DOORS)
async def test_a_lost_lease_shuts_every_door(door):
    async with guarded(door) as world:
        world.house.known.lease_until = 0.0
        response = await _ask(door, world, CASES[0])
        assert _says_later(door, response)
        assert not world.app.requests
        assert world.house.journal.last.reasons[0].policy == "lease-expired"


@pytest.mark.parametrize("door", DOORS)
async def test_an_unwritable_journal_shuts_every_door(door):
    async with guarded(door) as world:
        world.house.journal.writable = False
        response = await _ask(door, world, CASES[0])
        assert _says_later(door, response)
        assert not world.app.requests


@pytest.mark.parametrize("door", DOORS)
async def test_a_session_is_refused_at_the_very_next_request(door):
    async with guarded(door) as world:
        cookie = world.house.cookie()
        case = Case("ana again", lambda _: cookie, PERMIT)
        assert status_of(await _ask(door, world, case)) == 200
        world.house.revoke("ana")
        assert status_of(await _ask(door, world, case)) == 401
        assert world.house.journal.last.effect is Effect.CHALLENGE


@pytest.mark.parametrize("door", DOORS)
async def test_a_session_that_nobody_uses_ends_at_every_door(door):
    async with guarded(door) as world:
        cookie = world.house.cookie()
        case = Case("ana later", lambda _: cookie, PERMIT)
        assert status_of(await _ask(door, world, case)) == 200
        world.house.clock.ahead += 3 * HOUR
        assert status_of(await _ask(door, world, case)) == 401
        assert world.house.journal.last.reasons[0].policy == "session-ended"
