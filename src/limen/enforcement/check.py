"""The check server: what nginx, Caddy and Envoy ask before they pass a request on. It decides every request.

A bare protocol on loopback or a unix socket, because its cost is paid by every request of every app. The answer is
200, 401 or 403 and nothing else: Envoy takes a 204 for a denial and a 503 for a failure of its own, and nginx turns
any other status into a 500. That Limen can't decide at this moment is a 403 with `Retry-After`, of which nginx and
Caddy make the 503 that it is.

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

from limen.admission import TOO_MANY, Admission, Entry, Listener
from limen.enforcement import answers, authorization
from limen.enforcement.addresses import Network, client_address, under
from limen.enforcement.assertion import Assertions
from limen.enforcement.cross_site import Sender, sender_of
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.headers import CERTIFICATE_FIELD, without_our_cookies
from limen.policy.decision import Effect

FORWARDED_PATH = b"/check"
ENVOY_PREFIX = b"/envoy"
FRONTS: Final = "the fronts"
"""Whose connections to the check server are, once they have asked something."""

_JOINED: Final = {b"cookie": b"; ", b"x-forwarded-for": b", "}
"""Fields that may come in several lines (RFC 9110 section 5.3, RFC 9113 section 8.2.3)."""
_CERTIFICATE: Final = CERTIFICATE_FIELD.lower().encode()
_SAID_ONCE: Final = frozenset(
    {
        b"x-forwarded-method",
        b"x-forwarded-host",
        b"x-forwarded-uri",
        b"x-limen-client",
        _CERTIFICATE,
        b"x-limen-authorization",
        b"authorization",
        b"user-agent",
        b"host",
        b"origin",
        b"upgrade",
        b"sec-fetch-mode",
        b"sec-fetch-site",
    }
)

_PERMITTED: Final = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
_FORBIDDEN: Final = b"HTTP/1.1 403 Forbidden\r\n"
_STATUS: Final = {401: b"HTTP/1.1 401 Unauthorized\r\n", 403: _FORBIDDEN, 503: _FORBIDDEN}
_ADDRESSES_KEPT = 2_048


class Limits(msgspec.Struct, frozen=True):
    """How much of a front's patience and memory one request may take."""

    header_bytes: int = 65_536
    header_fields: int = 128
    read_seconds: float = 5.0


class CheckServer:
    """Listens, and knows what all connections share."""

    def __init__(
        self,
        *,
        doors: DecisionPoint,
        identity: Assertions,
        public_url: str,
        trusted: tuple[Network, ...] = (),
        limits: Limits | None = None,
        listener: Listener | None = None,
        certificate_domain: str = "",
    ) -> None:
        """`listener` is what its connections enter by, each front's as an owner's once it has asked something."""
        self.certificate_domain = certificate_domain
        self.doors = doors
        self.identity = identity
        self.public_url = public_url
        self.trusted = trusted
        self.limits = limits or Limits()
        self.listener = listener or Admission().listener("check")
        self.open: set[_Connection] = set()
        self.arrived: list[tuple[_Connection, bytes]] = []
        self._server: asyncio.Server | None = None
        self._socket_path: Path | None = None
        self.addresses: dict[bytes, str] = {}
        self.is_leaving = False

    async def start(self, listen: str | socket.socket) -> None:
        """Answer on a socket that listens, or on one made by `listen_for_checks`, which is removed at the end."""
        loop = asyncio.get_running_loop()
        own = listen_for_checks(listen) if isinstance(listen, str) else listen
        if isinstance(listen, str) and own.family == socket.AF_UNIX:
            self._socket_path = Path(own.getsockname())
        if own.family == socket.AF_UNIX:
            self._server = await loop.create_unix_server(self._connection, sock=own, backlog=1_024)
        else:
            self._server = await loop.create_server(self._connection, sock=own, backlog=1_024)

    def say_last(self) -> None:
        """Take no new connections, and end each with its next answer: another worker takes over."""
        self.is_leaving = True
        if self._server is not None:
            self._server.close()

    @property
    def port(self) -> int:
        """The TCP port it listens on; 0 for a unix socket."""
        sockets = self._server.sockets if self._server else ()
        return next((s.getsockname()[1] for s in sockets if s.family != socket.AF_UNIX), 0)

    async def close(self) -> None:
        """Stop listening and drop every connection: from here on the fronts refuse."""
        if self._server is not None:
            self._server.close()
        for connection in tuple(self.open):
            connection.abort()
        if self._socket_path is not None:
            self._socket_path.unlink(missing_ok=True)

    def address(self, forwarded_for: bytes) -> str:
        """The client's address as the front tells it."""
        known = self.addresses.get(forwarded_for)
        if known is None:
            if len(self.addresses) >= _ADDRESSES_KEPT:
                self.addresses.clear()
            known = client_address("", forwarded_for, self.trusted)
            if len(forwarded_for) <= 256:
                self.addresses[forwarded_for] = known
        return known

    def answer_all(self) -> None:
        """Answer everything that has arrived since the last time, and send the answers after that.

        Bytes are put aside until all that is there has been received: that keeps the code that decides in the
        processor's caches; between two calls to the kernel it would be cold each time, and cost twice as much.
        """
        arrived, self.arrived = self.arrived, []
        for connection, data in arrived:
            connection.read(data)
        for connection, _ in arrived:
            if connection.said:
                connection.send()

    def _connection(self) -> _Connection:
        return _Connection(self)


class _Connection(asyncio.Protocol):
    """One connection of a front: requests in, answers out, in the order they came."""

    __slots__ = (
        "_entry",
        "_fed",
        "_fields",
        "_has_asked",
        "_is_strange",
        "_loop",
        "_parser",
        "_repeats",
        "_server",
        "_transport",
        "_url",
        "said",
    )

    def __init__(self, server: CheckServer) -> None:
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport = cast("asyncio.Transport", None)
        self._fields: dict[bytes, bytes] = {}
        self._url = b""
        self._fed = 0
        self._repeats = 0
        self._is_strange = False
        self.said = b""
        self._entry: Entry | None = None
        self._has_asked = False
        self._parser = httptools.HttpRequestParser(self)

    # What the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._server.open.add(self)
        peer = transport.get_extra_info("peername")
        if isinstance(peer, tuple) and not ip_address(peer[0]).is_loopback:
            self.refuse("check-untrusted-peer")
            return
        self._entry = self._server.listener.enter(peer[0] if isinstance(peer, tuple) else "", self.refuse)
        if self._entry is None:
            self.refuse(TOO_MANY)

    def connection_lost(self, _why: Exception | None) -> None:
        self._server.open.discard(self)
        if self._entry is not None:
            self._entry.leave()

    def data_received(self, data: bytes) -> None:
        server = self._server
        if not server.arrived:
            self._loop.call_soon(server.answer_all)
        server.arrived.append((self, data))

    def read(self, data: bytes) -> None:
        """Take in what arrived."""
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.send()
            self._transport.close()
        except httptools.HttpParserError:
            self.refuse("request-malformed")
        if self._fed:
            self._still_reading()

    def send(self) -> None:
        """Send what has been answered."""
        if self.said:
            self._transport.write(self.said)
            self.said = b""

    def _still_reading(self) -> None:
        """There is a part of a request: it may neither grow without end nor take for ever."""
        if self._fed > self._server.limits.header_bytes:
            self.refuse("request-too-large")
        elif self._entry is not None and not self._entry.due:
            self._entry.due = self._loop.time() + self._server.limits.read_seconds

    # What the parser says

    def on_url(self, url: bytes) -> None:
        self._url = self._url + url if self._url else url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        fields = self._fields
        if name in fields:
            self._repeat(name, value)
        else:
            fields[name] = value

    def _repeat(self, name: bytes, value: bytes) -> None:
        self._repeats += 1
        if name in _JOINED:
            self._fields[name] += _JOINED[name] + value
        elif name in _SAID_ONCE:
            self._is_strange = True

    def on_body(self, _body: bytes) -> None:
        self._is_strange = True

    def on_message_complete(self) -> None:
        if self._fed > self._server.limits.header_bytes:
            self.refuse("request-too-large")
            return
        if not self._has_asked:
            self._asks_first()
        said = self._answer()
        if self._parser.should_keep_alive() and not self._server.is_leaving:
            self.said = self.said + said if self.said else said
        elif not self._transport.is_closing():
            self._say_last(said)
        self._fields = {}
        self._url = b""
        self._fed = 0
        entry = self._entry
        if self._repeats or self._is_strange or entry is None or entry.due:
            self._forget()

    def _forget(self) -> None:
        self._fields = {}
        self._url = b""
        self._fed = 0
        self._repeats = 0
        self._is_strange = False
        if self._entry is not None:
            self._entry.due = 0.0

    def _asks_first(self) -> None:
        """A front asks: its connection stays for as long as it likes, and gives way to no other."""
        self._has_asked = True
        if self._entry is not None and not self._entry.belongs_to(FRONTS):
            self.refuse(TOO_MANY)

    # The answer

    def _answer(self) -> bytes:
        fields, server, url = self._fields, self._server, self._url
        get = fields.get
        method, host, uri = get(b"x-forwarded-method"), get(b"x-forwarded-host"), get(b"x-forwarded-uri")
        door = "check"
        if url != FORWARDED_PATH and not url.startswith(b"/check?"):  # Caddy keeps the query
            if not url.startswith(b"/envoy/") or method is not None or host is not None or uri is not None:
                return self._refused_before("check-not-one-request")
            door, method, host, uri = "envoy", self._parser.get_method(), get(b"host"), url[len(ENVOY_PREFIX) :]
            fields[b"x-forwarded-for"] = get(b"x-limen-client", b"")  # Envoy adds an address of its own to the former
        if not (method and host and uri) or self._is_strange or b"transfer-encoding" in fields:
            return self._refused_before("check-not-one-request")
        if len(fields) + self._repeats > server.limits.header_fields:
            return self._refused_before("request-too-large")
        if fields.get(b"upgrade"):
            return self._refused_before("check-upgrade")
        cookies = get(b"cookie", b"")
        forwarded_for = get(b"x-forwarded-for")
        address = (server.addresses.get(forwarded_for) or server.address(forwarded_for)) if forwarded_for else ""
        # nginx and Caddy say it under this name alone: one that does not would hand the token on to the app.
        said = get(b"x-limen-authorization" if door == "check" else b"authorization")
        presented = self._presented(said, door, address, host) if said else None
        sender = None if method == b"GET" else self._sender(method)
        certificate = self._certificate(host) if _CERTIFICATE in fields else b""
        answer = server.doors.decide_request(door, method, host, uri, cookies, address, presented, sender, certificate)
        if answer.effect is not Effect.PERMIT:
            return self._refused(answer, method, uri)
        if answer.route is not None and answer.route.is_for_the_gateway:  # an answer once is not enough
            return self._refused_before("check-stream")
        who = server.identity.block(answer)
        if said:
            who += self._rest_of(said, door)
        if door == "envoy":
            return b"%bcookie: %b\r\n%b\r\n" % (_PERMITTED, without_our_cookies(cookies), who)
        if b";" in cookies or answer.session is None:
            rest = without_our_cookies(cookies)
            if rest:
                return b"%bX-Limen-Cookie: %b\r\n%b\r\n" % (_PERMITTED, rest, who)
        return _PERMITTED + who + b"\r\n"

    def _presented(self, said: bytes, door: str, address: str, host: bytes) -> authorization.Presented | None:
        presented = authorization.presented(said)
        if presented is not None and presented.is_basic and self._is_browser():
            self._server.doors.tell("request.stripped", "token-in-a-browser", door=door, address=address, host=host)
            return None
        return presented

    def _certificate(self, host: bytes) -> bytes:
        """The client certificate as the front sent it, on a host where fronts ask for one."""
        return self._fields[_CERTIFICATE] if under(host, self._server.certificate_domain) else b""

    def _sender(self, method: bytes) -> Sender | None:
        get = self._fields.get
        return sender_of(method, get(b"sec-fetch-site", b""), get(b"origin", b""), self._server.public_url)

    def _rest_of(self, said: bytes, door: str) -> bytes:
        """What the front passes on of the Authorization field: the app's own, never a token of ours."""
        rest = authorization.for_upstream(said)
        if door == "envoy":
            return b"" if rest else b"x-envoy-auth-headers-to-remove: authorization\r\n"
        return b"X-Limen-Authorization: %b\r\n" % rest if rest else b""

    def _is_browser(self) -> bool:
        get = self._fields.get
        return authorization.is_browser(get(b"sec-fetch-mode", b""), get(b"user-agent", b""))

    def _refused(self, answer: Answer, method: bytes, target: bytes) -> bytes:
        # Without a User-Agent the front may have left it out: then it is taken for a browser's.
        is_program = b"user-agent" in self._fields and not self._is_browser()
        refused = answers.refusal(answer, target, self._server.public_url, is_program=is_program)
        is_navigation = self._fields.get(b"sec-fetch-mode") == b"navigate" and answers.may_lead_on(answer, method)
        fields: list[tuple[bytes, bytes]]
        if is_navigation and refused.location:
            body = answers.refusal_page(refused, answer)
            fields = [*answers.PAGE_HEADERS, (b"x-limen-location", refused.location.encode())]
        else:
            body = refused.body
            fields = [*answers.PLAIN_HEADERS, (b"content-type", b"application/json")]
        if refused.challenge:
            fields.append((b"www-authenticate", refused.challenge.encode()))
        if refused.again:
            fields.append((b"retry-after", b"%d" % answers.RETRY_AFTER_SECONDS))
        fields += [(b"x-limen-refusal", refused.body), (b"content-length", b"%d" % len(body))]
        lines = [b"%b: %b\r\n" % field for field in fields]
        return b"".join((_STATUS[refused.status], *lines, b"\r\n", body))

    def _refused_before(self, word: str) -> bytes:
        forwarded_for = self._fields.get(b"x-forwarded-for")
        address = self._server.address(forwarded_for) if forwarded_for else ""
        return self._refused(self._server.doors.refuse(word, door="check", address=address), b"", b"/")

    def refuse(self, word: str) -> None:
        """Answer 403 and hang up: what came is no request, or not from one of our fronts."""
        if self._transport.is_closing():
            return
        self._say_last(self._refused_before(word))
        self._forget()

    def _say_last(self, said: bytes) -> None:
        self.said += said.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        self.send()
        self._transport.close()

    def abort(self) -> None:
        self._transport.abort()


def listen_for_checks(listen: str) -> socket.socket:
    """A socket on `host:port` (loopback only) or `unix:/path`. Raises OSError or ValueError when that can't be."""
    if listen.startswith("unix:"):
        path = _free_socket_path(listen[5:])
        own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            own.bind(str(path))
            path.chmod(0o660)
            own.listen(1_024)
        except OSError:
            own.close()
            raise
        return own
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    if not ip_address(host).is_loopback:
        raise ValueError(f"the check server listens on loopback or a unix socket only, not on {host}")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=1_024)


def _free_socket_path(text: str) -> Path:
    """The path for a socket; a dead socket left there by a hard stop is removed, anything else is an error."""
    path = Path(text)
    with suppress(FileNotFoundError):
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise ValueError(f"{text} exists and is no socket")
        path.unlink()
    return path
