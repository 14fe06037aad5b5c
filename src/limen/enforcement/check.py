"""The check server: what nginx, Caddy and Envoy ask before they pass a request on. It decides every request.

A bare protocol on loopback or a unix socket, because its cost is paid by every request of every app. The answer is
200, 401 or 403 and nothing else: Envoy takes a 204 for a denial, and nginx turns any other status into a 500.

- `/check`: nginx `auth_request` and Caddy `forward_auth` say what is asked in `X-Forwarded-Method`, `-Host`, `-Uri`.
- `/envoy/…`: Envoy's HTTP `ext_authz` sends the request's own method, host and path, the path behind this prefix.
"""

from __future__ import annotations

import asyncio
import socket
import stat
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from typing import Final, cast

import httptools
import msgspec

from limen.enforcement import answers
from limen.enforcement.addresses import Network, client_address
from limen.enforcement.assertion import Identity
from limen.enforcement.doors import Answer, Doors
from limen.enforcement.headers import without_our_cookies
from limen.policy.decision import Effect

FORWARDED_PATH = b"/check"
ENVOY_PREFIX = b"/envoy"

_METHOD, _HOST, _URI, _COOKIE, _FOR, _MODE, _UPGRADE, _ORIGIN, _PREFLIGHT, _AUTHORITY, _SLOTS_IN_ALL = range(1, 12)
_SLOTS: Final = {
    b"x-forwarded-method": _METHOD,
    b"x-forwarded-host": _HOST,
    b"x-forwarded-uri": _URI,
    b"cookie": _COOKIE,
    b"x-forwarded-for": _FOR,
    b"sec-fetch-mode": _MODE,
    b"upgrade": _UPGRADE,
    b"origin": _ORIGIN,
    b"access-control-request-method": _PREFLIGHT,
    b"host": _AUTHORITY,
}
_SLOT_OF: Final = _SLOTS | {
    b"-".join(word.capitalize() for word in name.split(b"-")): slot for name, slot in _SLOTS.items()
}
"""By name as fronts write it; any other spelling is found through the lower-case name."""
_JOINED: Final = {_COOKIE: b"; ", _FOR: b", "}
"""Fields that may come in several lines (RFC 9110 section 5.3, RFC 9113 section 8.2.3)."""

_PERMITTED: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
_STATUS: Final = {401: b"HTTP/1.1 401 Unauthorized\r\n", 403: b"HTTP/1.1 403 Forbidden\r\n"}
_MEMO_LIMIT = 10_000


class Limits(msgspec.Struct, frozen=True):
    """How much of a front's patience and memory one request may take."""

    header_bytes: int = 65_536
    header_fields: int = 128
    read_seconds: float = 5.0
    connections: int = 1_024


class CheckServer:
    """Listens, and knows what all connections share."""

    def __init__(
        self,
        *,
        doors: Doors,
        identity: Identity,
        public_url: str,
        trusted: tuple[Network, ...] = (),
        limits: Limits | None = None,
    ) -> None:
        self.doors = doors
        self.identity = identity
        self.public_url = public_url
        self.trusted = trusted
        self.limits = limits or Limits()
        self.open: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._sweeping: asyncio.Task[None] | None = None
        self._socket_path: Path | None = None
        self._addresses: dict[bytes, str] = {}

    async def start(self, listen: str) -> None:
        """Listen on `host:port` (loopback only) or `unix:/path`. Raises OSError or ValueError when that can't be."""
        loop = asyncio.get_running_loop()
        if listen.startswith("unix:"):
            self._socket_path = _free_socket_path(listen[5:])
            self._server = await loop.create_unix_server(self._connection, str(self._socket_path), backlog=1_024)
            self._socket_path.chmod(0o660)
        else:
            host, _, port = listen.rpartition(":")
            if not ip_address(host.strip("[]")).is_loopback:
                raise ValueError(f"the check server listens on loopback or a unix socket only, not on {host}")
            self._server = await loop.create_server(self._connection, host.strip("[]"), int(port), backlog=1_024)
        self._sweeping = asyncio.create_task(self._sweep())

    @property
    def port(self) -> int:
        """The TCP port it listens on; 0 for a unix socket."""
        sockets = self._server.sockets if self._server else ()
        return next((s.getsockname()[1] for s in sockets if s.family != socket.AF_UNIX), 0)

    async def close(self) -> None:
        """Stop listening and drop every connection: from here on the fronts refuse."""
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.open):
            connection.abort()
        if self._socket_path is not None:
            self._socket_path.unlink(missing_ok=True)

    def address(self, forwarded_for: bytes) -> str:
        """The client's address as the front tells it."""
        known = self._addresses.get(forwarded_for)
        if known is None:
            if len(self._addresses) >= _MEMO_LIMIT:
                self._addresses.clear()
            known = client_address("", forwarded_for, self.trusted)
            if len(forwarded_for) <= 256:
                self._addresses[forwarded_for] = known
        return known

    def _connection(self) -> _Connection:
        return _Connection(self)

    async def _sweep(self) -> None:
        """Drop what takes too long to say its request: one look at all connections instead of a timer for each."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(min(1.0, self.limits.read_seconds / 2))
            late = loop.time() - self.limits.read_seconds
            for connection in tuple(self.open):
                if 0 < connection.since < late:
                    connection.refuse("request-too-slow", close=True)


class _Connection(asyncio.Protocol):
    """One connection of a front: requests in, answers out, in the order they came."""

    __slots__ = (
        "_count",
        "_fed",
        "_has_body",
        "_loop",
        "_parser",
        "_server",
        "_transport",
        "_twice",
        "_url",
        "_values",
        "since",
    )

    def __init__(self, server: CheckServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._fed = 0
        self.since = 0.0
        self._forget()

    def _forget(self) -> None:
        self._url = b""
        self._values: list[bytes | None] = [None] * _SLOTS_IN_ALL
        self._count = 0
        self._twice = False
        self._has_body = False

    # What the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.open.add(self)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple) and not ip_address(peer[0]).is_loopback:
            self.refuse("check-untrusted-peer", close=True)
        elif len(self._server.open) > self._server.limits.connections:
            self.refuse("check-too-many-connections", close=True)

    def connection_lost(self, _why: Exception | None) -> None:
        self._server.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._transport.close()
        except httptools.HttpParserError:
            self.refuse("request-malformed", close=True)
        if self._fed:
            self._still_reading()

    def _still_reading(self) -> None:
        if self._fed > self._server.limits.header_bytes:
            self.refuse("request-too-large", close=True)
        elif not self.since:
            self.since = self._loop.time()

    # What the parser says

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count += 1
        slot = _SLOT_OF.get(name) or _SLOTS.get(name.lower())
        if slot is None:
            return
        values = self._values
        before = values[slot]
        if before is None:
            values[slot] = value
        elif slot in _JOINED:
            values[slot] = before + _JOINED[slot] + value
        else:
            self._twice = True

    def on_body(self, _body: bytes) -> None:
        self._has_body = True

    def on_message_complete(self) -> None:
        if self._transport.is_closing():
            return
        if self._count > self._server.limits.header_fields or self._fed > self._server.limits.header_bytes:
            self.refuse("request-too-large", close=True)
            return
        keep = self._parser.should_keep_alive()
        answer = self._answer()
        self._transport.write(answer if keep else answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        if not keep:
            self._transport.close()
        self._forget()
        self._fed = 0
        self.since = 0.0

    # The answer

    def _answer(self) -> bytes:
        _, method, host, uri, cookies, forwarded_for, _, upgrade, origin, preflight, authority = self._values
        server = self._server
        url = self._url
        door = "check"
        if url != FORWARDED_PATH:
            if not url.startswith(b"/envoy/") or method is not None or host is not None or uri is not None:
                return self._refused_before("check-not-one-request")
            door = "envoy"
            method, host, uri = self._parser.get_method(), authority, url[len(ENVOY_PREFIX) :]
        if not method or not host or not uri or self._twice or self._has_body:
            return self._refused_before("check-not-one-request")
        if upgrade:
            return self._refused_before("check-upgrade")
        address = server.address(forwarded_for) if forwarded_for else ""
        preflight_from = (origin or b"") if preflight else b""
        answer = server.doors.ask(door, method, host, uri, cookies or b"", address, preflight_from=preflight_from)
        if answer.effect is Effect.PERMIT:
            return self._permitted(answer, cookies, door)
        return self._refused(answer, uri)

    def _permitted(self, answer: Answer, cookies: bytes | None, door: str) -> bytes:
        said = self._server.identity.block(answer)
        if (cookies is not None and b";" in cookies) or answer.session is None:
            rest = without_our_cookies(cookies or b"")
        else:
            rest = b""
        if door == "envoy":
            return b"%bcookie: %b\r\n%b\r\n" % (_PERMITTED, rest, said)
        if rest:
            return b"%bX-Limen-Cookie: %b\r\n%b\r\n" % (_PERMITTED, rest, said)
        return b"%b%b\r\n" % (_PERMITTED, said)

    def _refused(self, answer: Answer, target: bytes) -> bytes:
        refused = answers.refusal(answer, target, self._server.public_url)
        lines = [_STATUS[refused.status]]
        is_navigation = self._values[_MODE] == b"navigate" and b"GET" in (
            self._values[_METHOD],
            self._parser.get_method(),
        )
        fields = list(answers.PLAIN_HEADERS)
        body = refused.body
        fields.append((b"x-limen-refusal", refused.body))
        if is_navigation and refused.location:
            body = answers.refusal_page(refused, answer)
            fields = [*answers.PAGE_HEADERS, *fields[-1:], (b"x-limen-location", refused.location.encode())]
        else:
            fields.append((b"content-type", b"application/json"))
        if refused.challenge:
            fields.append((b"www-authenticate", refused.challenge.encode()))
        fields.append((b"content-length", b"%d" % len(body)))
        lines += [b"%b: %b\r\n" % field for field in fields]
        return b"".join((*lines, b"\r\n", body))

    def _refused_before(self, word: str) -> bytes:
        answer = self._server.doors.refuse(word, door="check", address=self._peer_told(), detail="")
        return self._refused(answer, b"/")

    def _peer_told(self) -> str:
        forwarded_for = self._values[_FOR]
        return self._server.address(forwarded_for) if forwarded_for else ""

    def refuse(self, word: str, *, close: bool) -> None:
        """Answer 403 out of turn: what came is no request, or not from one of our fronts."""
        if self._transport.is_closing():
            return
        self._transport.write(self._refused_before(word).replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
        self._forget()
        self._fed = 0
        self.since = 0.0
        if close:
            self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


def _free_socket_path(text: str) -> Path:
    """The path for a socket; a dead socket left there by a hard stop is removed, anything else is an error."""
    path = Path(text)
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ValueError(f"{text} exists and is no socket")
        path.unlink()
    return path
