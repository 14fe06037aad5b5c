"""What must hold behind every front, told once. Each is a coroutine over a running front."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
from base64 import b64encode
from time import monotonic
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.enforcement.house import PUBLIC_URL, raw, status_of
from tests.interop.fronts import Guarded
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from limen.clock import HOUR
from limen.enforcement.assertion import verify
from limen.enforcement.headers import STRIPPED_PREFIXES, known_stripped
from limen.facts.tokens import new_secret, token_hash
from limen.identity.app_token import AppToken

HOST = "wiki.harbor.example"
NAVIGATE = "Sec-Fetch-Mode: navigate\r\n"


async def ask(world: Guarded, path: str = "/", *, method: str = "GET", cookie: str = "", fields: str = "") -> bytes:
    cookies = f"Cookie: {cookie}\r\n" if cookie else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: {HOST}\r\n{cookies}{fields}Connection: close\r\n\r\n"
    return await raw(world.port, head.encode())


def goes_on_to(response: bytes) -> str:
    """Where a browser goes from here: a redirect, or a page that goes on by itself."""
    location = re.search(rb"\r\n[Ll]ocation: ([^\r]+)", response)
    if status_of(response) in {302, 303} and location:
        return location[1].decode()
    refresh = re.search(rb'content="0;url=([^"]+)"', response)
    return refresh[1].decode().replace("&amp;", "&") if refresh else ""


def cookie_in(response: bytes, name: str) -> str:
    found = re.search(rf"\r\nset-cookie: ({name}=[^;]+)".encode(), response, re.IGNORECASE)
    return found[1].decode() if found else ""


async def the_whole_flow_from_first_click_to_open_app(world: Guarded) -> None:
    start = goes_on_to(await ask(world, "/page?n=1", fields=NAVIGATE))
    assert start == "/.limen/start?to=%2Fpage%3Fn%3D1"

    started = await ask(world, start, fields=NAVIGATE)
    to_sign_in = urlsplit(goes_on_to(started))
    assert f"{to_sign_in.scheme}://{to_sign_in.netloc}{to_sign_in.path}" == f"{PUBLIC_URL}/open"
    asked = {name: values[0] for name, values in parse_qs(to_sign_in.query).items()}
    assert asked["app"] == "wiki"
    binding = cookie_in(started, "__Host-limen-start")

    house = world.house
    code = await house.app_logins.issue(house.sign_in("ana"), "wiki", asked["bind"], asked["to"])
    came_back = await ask(world, f"/.limen/callback?code={code}", cookie=binding, fields=NAVIGATE)
    assert goes_on_to(came_back) == "/page?n=1"
    session = cookie_in(came_back, "__Host-limen-app")

    opened = await ask(world, "/page?n=1", cookie=f"{session}; theirs=1", fields=NAVIGATE)
    assert status_of(opened) == 200
    assert world.app.last["target"] == "/page?n=1"
    told = world.app.last["headers"]
    assert told["x-limen-user"] == "ana"
    assert told["x-limen-groups"] == "editors,finance,staff"
    assert told["cookie"] == "theirs=1"

    keys = json.loads((await ask(world, "/.limen/keys")).partition(b"\r\n\r\n")[2])
    claims = verify(told["x-limen-assertion"], keys, origin=f"https://{HOST}", issuer=PUBLIC_URL, now=house.clock.now())
    assert claims["sub"] == "ana"


async def forged_identity_is_removed(world: Guarded) -> None:
    """Every name that Limen knows of, other spellings of some, and what `Connection` would take away."""
    known = [name.decode() for name in sorted(known_stripped() - {b"expect"})]
    assert len(known) > 140
    spelt = [name.replace("-", "_", 1) for name in known[:20]] + [name.upper() for name in known[20:40]]
    invented = [] if world.front == "nginx" else [f"{prefix.decode()}invented" for prefix in STRIPPED_PREFIXES]
    names = [*known, *spelt, *invented, *(["x-auth-a_b", "anything_else"])]
    for start in range(0, len(names), 40):
        forged = "".join(f"{name}: mallory\r\n" for name in names[start : start + 40])
        for path, cookie in (("/page", world.house.cookie()), ("/assets/logo.svg", "")):
            assert status_of(await ask(world, path, cookie=cookie, fields=forged)) == 200
            told = world.app.last["headers"]
            assert "mallory" not in str(told), told
            assert told.get("x-limen-user", "") == ("ana" if cookie else "")


async def connection_takes_nothing_away(world: Guarded) -> None:
    """RFC 9110 section 7.6.1 lets a sender name fields of one hop: never those that Limen adds."""
    said = "X-Limen-User, X-Limen-Assertion"
    asked = "X-Forwarded-For, X-Forwarded-Host, Cookie, Origin, Sec-Fetch-Site"
    cookies = f"Cookie: {world.house.cookie()}; theirs=1\r\n"
    for path, cookie, seen, named in (
        ("/page", cookies, "ana", said),
        ("/page", cookies, "ana", asked),
        ("/assets/logo.svg", "", "", said),
    ):
        head = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{cookie}Connection: close, {named}\r\n\r\n"
        response = await raw(world.port, head.encode())
        assert status_of(response) in ({200} if named is said else {200, 400, 401})  # a refusal is as good
        if status_of(response) == 200:
            told = world.app.last["headers"]
            assert told.get("x-limen-user", "") == seen, told
            assert bool(told.get("x-limen-assertion")) == bool(seen)
            assert told["x-forwarded-for"] == "127.0.0.1"
            assert told["x-forwarded-host"] == HOST


async def the_method_is_the_one_that_is_judged(world: Guarded) -> None:
    staff = world.house.cookie(person="bo", strength=2)
    override = "X-HTTP-Method-Override: GET\r\nX-Forwarded-Method: GET\r\nContent-Length: 0\r\n"
    assert status_of(await ask(world, "/page", method="POST", cookie=staff, fields=override)) == 403
    assert not world.app.requests
    assert world.house.journal.last.request.method == "POST"
    assert status_of(await ask(world, "/page", method="GET", cookie=staff)) == 200


async def only_the_front_says_where_a_request_comes_from(world: Guarded) -> None:
    fields = "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Host: payroll.harbor.example\r\nX-Real-IP: 203.0.113.9\r\n"
    assert status_of(await ask(world, "/page", cookie=world.house.cookie(), fields=fields)) == 200
    decision, _, address = world.house.journal.decisions[-1]
    assert (address, decision.request.host) == ("127.0.0.1", HOST)
    assert world.app.last["headers"]["x-forwarded-for"] == "127.0.0.1"


async def a_refused_navigation_leads_to_the_page_that_says_why(world: Guarded) -> None:
    refused = await ask(world, "/admin", cookie=world.house.cookie(), fields=NAVIGATE)
    assert goes_on_to(refused).startswith(f"{PUBLIC_URL}/withheld?decision=")
    assert not world.app.requests


async def a_token_opens_and_stays_at_the_threshold(world: Guarded) -> None:
    secret, now = new_secret(), world.house.clock.now()
    token = AppToken("t_1", "ana", "git", "wiki", frozenset({"view"}), 2, now, now, now + HOUR)
    world.house.sign_in("ana")
    world.house.known.tokens.put(token_hash(secret.encode()), token.session)
    git = f"User-Agent: git/2.47\r\nAuthorization: Basic {b64encode(f'ana:{secret}'.encode()).decode()}\r\n"
    assert status_of(await ask(world, "/page", fields=git)) == 200
    assert not world.app.last["headers"].get("authorization")
    assert secret not in str(world.app.last)
    refused = await ask(world, "/page", fields="User-Agent: git/2.47\r\n")
    assert status_of(refused) == 401
    assert b"www-authenticate: basic realm=" in refused.lower()


async def a_program_is_told_in_json(world: Guarded) -> None:
    response = await ask(world, "/page")
    assert status_of(response) == 401
    head, _, body = response.partition(b"\r\n\r\n")
    assert json.loads(body)["error"] == "insufficient_user_authentication"
    assert len(re.findall(rb"www-authenticate: ", head.lower())) == 1
    assert b'error="insufficient_user_authentication"' in head


async def a_websocket_goes_through_limen_and_is_cut_when_access_ends(world: Guarded) -> None:
    cookie = world.house.cookie()
    async with _websocket(world, cookie, await _to(world.port)) as there:
        await there.send("hello")
        assert await there.recv() == "hello"
        world.house.revoke("ana")
        with pytest.raises(ConnectionClosed) as closed:
            await asyncio.wait_for(there.recv(), 5)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1008
    assert world.house.journal.reasons("stream.cut") == ["session-revoked"]
    with pytest.raises(InvalidStatus) as refused:
        await _websocket(world, cookie, await _to(world.port))
    assert refused.value.response.status_code == 401


async def a_declared_stream_is_cut_whatever_the_client_says_it_is(world: Guarded) -> None:
    said = ("Accept: */*", "Accept: text/event-stream", "Accept: TEXT/Event-Stream", "Accept: image/png", "X-None: 1")
    for path in ("/stream", "/stream?as=a-download", "/%73tream"):
        for accept in said if path == "/stream" else said[:1]:
            reader, writer = await asyncio.open_connection("127.0.0.1", world.port)
            cookie = world.house.cookie()
            writer.write(f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {cookie}\r\n{accept}\r\n\r\n".encode())
            head = await asyncio.wait_for(reader.read(64), 5)
            if path == "/%73tream" and world.front == "envoy":  # it does not decode: the check server refuses
                assert status_of(head) == 403
                assert world.house.journal.reasons()[-1] == "check-stream"
            else:
                assert status_of(head) == 200
                world.house.revoke("ana")
                revoked = last = monotonic()
                async with asyncio.timeout(5.0):  # Envoy hangs up a second after the last byte
                    with contextlib.suppress(ConnectionResetError):
                        while await reader.read(65_536):
                            last = monotonic()
                assert last - revoked < 1.0
                world.house.clock.ahead += 10
            writer.close()


async def the_check_server_leaves_streams_to_the_gateway(world: Guarded) -> None:
    """Also where a front was told nothing of them."""
    head = "GET /check HTTP/1.1\r\nHost: check\r\nX-Forwarded-Method: GET\r\nX-Forwarded-Host: wiki.harbor.example\r\n"
    for path in ("/stream", "/STREAM", "/%73tream", "/live/a/b", "/live"):
        asked = f"{head}X-Forwarded-Uri: {path}\r\nCookie: {world.house.cookie()}\r\nConnection: close\r\n\r\n"
        assert status_of(await raw(world.check.port, asked.encode())) == 403, path
    assert set(world.house.journal.reasons()) == {"check-stream"}


async def a_check_server_that_is_down_lets_nothing_through(world: Guarded) -> None:
    cookie = world.house.cookie()
    assert status_of(await ask(world, "/page", cookie=cookie)) == 200
    await world.check.close()
    for _ in range(3):
        assert status_of(await ask(world, "/page", cookie=cookie)) in {403, 500, 502, 503}
    assert len(world.app.requests) == 1


async def with_all_of_limen_down_nothing_goes_through(world: Guarded) -> None:
    cookie = world.house.cookie()
    assert status_of(await ask(world, "/page", cookie=cookie)) == 200
    await world.check.close()
    await world.stop_limen()
    for path in ("/page", "/.limen/start?to=/page", "/assets/logo.svg"):
        assert status_of(await ask(world, path, cookie=cookie)) in {403, 500, 502, 503}, path
    assert len(world.app.requests) == 1


async def a_check_server_that_hangs_lets_nothing_through(world: Guarded) -> None:
    """Something listens there, but never answers."""
    port = world.check.port
    await world.check.close()
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", port)
    response = await raw(
        world.port, f"GET /page HTTP/1.1\r\nHost: {HOST}\r\nCookie: {world.house.cookie()}\r\n\r\n".encode(), wait=1.5
    )
    assert status_of(response) != 200
    assert not world.app.requests
    silent.close()
    for writer in held:
        writer.close()


def _websocket(world: Guarded, cookie: str, sock: socket.socket) -> connect:
    return connect(f"ws://{HOST}:{world.port}/ws", additional_headers={"Cookie": cookie}, proxy=None, sock=sock)


async def _to(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
    return sock


ALL = (
    the_whole_flow_from_first_click_to_open_app,
    forged_identity_is_removed,
    connection_takes_nothing_away,
    the_method_is_the_one_that_is_judged,
    only_the_front_says_where_a_request_comes_from,
    a_refused_navigation_leads_to_the_page_that_says_why,
    a_program_is_told_in_json,
    a_token_opens_and_stays_at_the_threshold,
    a_websocket_goes_through_limen_and_is_cut_when_access_ends,
    a_declared_stream_is_cut_whatever_the_client_says_it_is,
    the_check_server_leaves_streams_to_the_gateway,
    a_check_server_that_is_down_lets_nothing_through,
    with_all_of_limen_down_nothing_goes_through,
    a_check_server_that_hangs_lets_nothing_through,
)
