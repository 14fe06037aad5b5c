"""What uvicorn reads off the wire, held to one reading: shapes that two parsers would split differently are refused.

Request smuggling lives on disagreement about where a request ends and for whom it is. llhttp refuses most of it;
this adds what it takes (RFC 9112 sections 3.2, 5.2, 6.1, 6.3), bounds on header fields, and a line in the journal for
each refusal. Each connection enters by its listener, which says how long a head, a body and a client that does not read
may take, and whose connection gives way where there are too many (see `limen.admission`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias, cast
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from limen.admission import TOO_MANY, TOO_SLOW, Admission, Entry, Listener
from limen.enforcement.addresses import Network, client_address, is_trusted
from limen.enforcement.headers import CONNECTION_FIELD

MAX_HEADER_BYTES = 65_536
MAX_HEADER_FIELDS = 128
MAX_TARGET_BYTES = 8_192
FRONT_IDLE_SECONDS = 75
"""How long a connection of a trusted proxy may idle: longer than proxies keep one that does, so that it is theirs to
end. Whoever ends it on this side may do so just when the next request is sent.
"""
LAST_LOOK_SECONDS = 0.02
"""Before a connection that idles is ended: whatever has come by then is read and answered. On a busy machine it may be
there for long already.
"""
LARGEST_COPIED = 65_536
"""A larger part of a body is not copied to be sent with its head."""
_CONNECTION_FIELD = CONNECTION_FIELD.lower().encode()

Refused: TypeAlias = Callable[[str, str], None]
"""Told of each refusal: `(word, the client's address)`."""


class _UnreadableError(Exception):
    """The request is not to be read any further; `word` says why."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.word = word
        self.status = status


def protocol(refused: Refused, listener: Listener | None = None, trusted: Sequence[Network] = ()) -> type[WireProtocol]:
    """The protocol class for `uvicorn.Config(http=…)` that tells `refused` of what it will not read.

    `trusted` are the proxies that may say for whom they ask. An application finds the connection's `Entry` as
    `scope["state"]["entry"]`, and says there whose request it is once it knows; see `entry_of`.
    """

    class _WireProtocol(WireProtocol):
        pass

    _WireProtocol.refused = staticmethod(refused)
    _WireProtocol.listener = listener or Admission().listener("http")
    _WireProtocol.trusted = tuple(trusted)
    return _WireProtocol


def entry_of(scope: Any) -> Entry | None:
    """The entry of the connection that a request came by; None where it came by none of these protocols."""
    entry = scope.get("state", {}).get("entry")
    return entry if isinstance(entry, Entry) else None


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """uvicorn's own, which leaves by the entry of the connection that it has taken over."""

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        entry = self.app_state.get("entry")
        if isinstance(entry, Entry):
            entry.leave()


class _OnePacket:
    """The connection as an answer writes to it: the head waits for the first of the body, until the loop's next turn.

    One packet and one call to the kernel, where there were two of each for every answer.
    """

    __slots__ = ("_has_begun", "_head", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._has_begun = False
        self._head = b""

    def write(self, data: bytes) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._head = data
            self._loop.call_soon(self._let_go)
        elif self._head and len(data) <= LARGEST_COPIED:
            head, self._head = self._head, b""
            self._transport.write(head + data)
        else:
            self._let_go()
            self._transport.write(data)

    def close(self) -> None:
        self._let_go()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _let_go(self) -> None:
        head, self._head = self._head, b""
        if head and not self._transport.is_closing():
            self._transport.write(head)


class WireProtocol(HttpToolsProtocol):
    """uvicorn's own protocol with a stricter reading."""

    refused: Refused
    listener: Listener
    trusted: tuple[Network, ...] = ()
    is_leaving = False
    """Whether each connection ends with its next answer, because another worker takes over."""

    _wrong: _UnreadableError | None = None
    _entry: Entry | None = None
    _address = ""
    _header_bytes = 0
    _head_is_read = False
    _is_whole = True
    _has_begun = False
    _upgraded: WebSocketProtocol | None = None
    _body_began = 0.0
    _body_bytes = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if self.ws_protocol_class is not None:
            self.ws_protocol_class = self._websocket  # type: ignore[assignment]
        self._address = self.client[0] if self.client else ""
        is_front = not self._address or is_trusted(self._address, self.trusted)
        self.timeout_keep_alive = FRONT_IDLE_SECONDS if is_front else self.listener.limits.idle_seconds
        self._entry = self.listener.enter(self._address, self._drop, is_front=is_front)
        if self._entry is None:
            type(self).refused(TOO_MANY, self._address)
            self.transport.abort()
            return
        self.app_state = {**self.app_state, "entry": self._entry}
        self.app = self._unless_it_gave_way
        self._expect(self.listener.limits.head_seconds)

    @classmethod
    def says_last(cls) -> None:
        """From now on each connection ends with its next answer."""
        cls.is_leaving = True

    def say_last(self) -> None:
        """End with the answer that is under way, where its head has not gone out yet; else with the next."""
        cycle = self._newest()
        if cycle is not None and not cycle.response_started:
            cycle.keep_alive = False

    def timeout_keep_alive_handler(self) -> None:
        """Called when it has idled for long. What comes before the last look takes it back, as it does before this."""
        self.timeout_keep_alive_task = self.loop.call_later(LAST_LOOK_SECONDS, super().timeout_keep_alive_handler)

    def shutdown(self) -> None:
        """The server ends: so does this, with its next answer where a request has begun to come, else at once."""
        self.is_leaving = True
        cycle = self._newest()
        if cycle is not None and not cycle.response_complete:
            cycle.keep_alive = False
        self.loop.call_later(LAST_LOOK_SECONDS, self._end_if_idle)

    def _end_if_idle(self) -> None:
        cycle = self._newest()
        if self._is_whole and (cycle is None or cycle.response_complete):
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._entry is not None:
            self._entry.leave()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self._has_begun = True
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._head_is_read = self._is_whole = False
        self._expect(self.listener.limits.head_seconds)

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        if b"#" in url:
            self._refuse("target-fragment")
        if len(self.url) > MAX_TARGET_BYTES:
            self._refuse("target-too-long", HTTPStatus.REQUEST_URI_TOO_LONG)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._header_bytes += len(name) + len(value) + 4
        if self._header_bytes > MAX_HEADER_BYTES or len(self.headers) >= MAX_HEADER_FIELDS:
            self._refuse("headers-too-large", HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if b"\n" in value or b"\r" in value or b"\0" in value:
            self._refuse("header-injection")
        if not self._head_is_read:  # RFC 9110 section 6.5.1: what comes after the body is no header, and is dropped
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._one_reading()
        self._head_is_read = True
        if self._entry is not None:
            forwarded = b", ".join(value for name, value in self.headers if name == b"x-forwarded-for")
            self._address = client_address(self.client[0] if self.client else "", forwarded, self.trusted)
            self._entry.came_from(self._address)
            self._entry.front_connection = self._named_by_our_front()
            self._entry.took(self._header_bytes)
        self._body_began, self._body_bytes = self.loop.time(), 0
        self._expect(self.listener.limits.body_seconds)
        before = self.cycle
        super().on_headers_complete()
        if self.cycle is not before:
            if self.is_leaving:
                self.cycle.keep_alive = False
            self.cycle.transport = cast("asyncio.Transport", _OnePacket(self.transport, self.loop))

    def on_body(self, body: bytes) -> None:
        super().on_body(body)
        if self._entry is not None:
            self._body_bytes += len(body)
            if not self.cycle.response_complete:
                self._entry.took(len(body))
            self._entry.due = self._body_due()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._is_whole = True
        self._expect(0.0)
        cycle = self._newest()
        if cycle is not None and cycle.response_complete:
            self._done()

    def on_response_complete(self) -> None:
        if self._is_whole:
            self._done()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """More waits for the client than it has read; it must go on reading."""
        super().pause_writing()
        if self._is_whole:
            self._expect(self.listener.limits.stalled_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_whole:
            self._expect(0.0)

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser, or one of the rules here, would not read."""
        wrong = self._wrong or _UnreadableError("request-malformed")
        type(self).refused(wrong.word, self._address)
        if self._is_being_answered():
            self.transport.close()
            return
        if wrong.status == HTTPStatus.BAD_REQUEST:
            super().send_400_response(msg)
            return
        phrase = HTTPStatus(wrong.status).phrase
        self.transport.write(
            f"HTTP/1.1 {wrong.status:d} {phrase}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()
        )
        self.transport.close()

    def _named_by_our_front(self) -> str:
        """What Limen's own front calls the browser's connection. Only that front reaches a socket of ours."""
        if self.client and self.client[0]:
            return ""
        named = [value for name, value in self.headers if name == _CONNECTION_FIELD]
        return named[0].decode("latin-1") if len(named) == 1 else ""

    def _one_reading(self) -> None:
        """Refuse what leaves open where the request ends, or for which host it is."""
        named: dict[bytes, list[bytes]] = {}
        for name, value in self.headers:
            named.setdefault(name, []).append(value)
        hosts = named.get(b"host", [])
        if len(hosts) != 1 or not hosts[0]:
            self._refuse("host-not-one")
        lengths = named.get(b"content-length", [])
        codings = named.get(b"transfer-encoding", [])
        if len(lengths) > 1 or (lengths and not (lengths[0].isdigit() and len(lengths[0]) <= 18)):
            self._refuse("content-length-not-one")
        if codings and lengths:
            self._refuse("content-length-and-transfer-encoding")
        if codings and ([c.lower() for c in codings] != [b"chunked"] or self.parser.get_http_version() != "1.1"):
            self._refuse("transfer-encoding-not-chunked")
        self._one_authority(hosts[0])
        self._no_other_protocol(named, has_body=bool(codings) or lengths not in ([], [b"0"]))

    def _one_authority(self, host: bytes) -> None:
        """Absolute-form names the host twice (RFC 9112 section 3.2.2): both must say the same."""
        if self.url.startswith(b"/"):
            return
        if self.parser.get_method() == b"OPTIONS" and self.url == b"*":
            self._refuse("target-asterisk")
        authority = urlsplit(self.url.decode("latin-1")).netloc
        if authority.lower() != host.decode("latin-1").lower():
            self._refuse("target-for-another-host")

    def _no_other_protocol(self, named: dict[bytes, list[bytes]], *, has_body: bool) -> None:
        """After an Upgrade, what follows is no HTTP; a body there would be read as the next request."""
        if not self.parser.should_upgrade():
            return
        upgrades = [value.lower() for value in named.get(b"upgrade", [])]
        if upgrades != [b"websocket"] or has_body or self.parser.get_method() != b"GET":
            self._refuse("upgrade-refused")

    def _refuse(self, word: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        self._wrong = _UnreadableError(word, status)
        raise self._wrong

    async def _unless_it_gave_way(self, scope: Any, receive: Any, send: Any) -> None:
        """The application, for a request that nobody waits for no longer: one that has gone costs nothing more."""
        if self._entry is None or self._entry in self.listener.open:
            await self.config.loaded_app(scope, receive, send)

    # What admission asks

    def _expect(self, seconds: float) -> None:
        """The peer must go on within so many seconds; with 0, nothing is expected of it."""
        if self._entry is not None:
            self._entry.due = self.loop.time() + seconds if seconds else 0.0

    def _body_due(self) -> float:
        """When the rate is missed; nobody who was fast for a while may rest on that for longer than a stall."""
        limits = self.listener.limits
        by_its_rate = self._body_began + limits.body_seconds + self._body_bytes / limits.body_bytes_per_second
        return min(by_its_rate, self.loop.time() + limits.stalled_seconds)

    def _done(self) -> None:
        """The request is over on both sides."""
        if self._entry is not None:
            self._entry.done()

    def _drop(self, word: str) -> None:
        """The connection is late, or in the way of others. One that never said anything is closed without a word."""
        if self.transport.is_closing():
            return
        if word == TOO_SLOW and not self._is_whole and self._head_is_read and self.flow.read_paused:
            # It is we who don't read: what the body goes to is slow. Its time begins anew.
            self._body_began = self.loop.time() - self._body_bytes / self.listener.limits.body_bytes_per_second
            self._expect(self.listener.limits.body_seconds)
            return
        if self._upgraded is not None:
            type(self).refused(word, self._address)
            self.transport.abort()
        elif not self._has_begun or self._is_answered():
            self.transport.close()  # a second answer to one request would be taken for the next one's
        elif self._is_being_answered():
            type(self).refused(word, self._address)
            self.transport.abort()
        else:
            late = HTTPStatus.REQUEST_TIMEOUT if word == TOO_SLOW else HTTPStatus.TOO_MANY_REQUESTS
            self._wrong = _UnreadableError(word, late)
            self.send_400_response("")
        self._hear_no_more()

    def _hear_no_more(self) -> None:
        """What the application still says, or leaves unsaid, is for nobody."""
        cycle = self._newest()
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()

    def _newest(self) -> RequestResponseCycle | None:
        """The newest request whose head was read, and its answer."""
        return self.cycle

    def _is_being_answered(self) -> bool:
        cycle = self._newest()
        return cycle is not None and cycle.response_started and not cycle.response_complete

    def _is_answered(self) -> bool:
        """Whether there is no request, or one that was answered before its body had come."""
        cycle = self._newest()
        is_over = cycle is None or cycle.response_complete
        return is_over and (self._is_whole or self._head_is_read)

    def _websocket(self, **told: Any) -> WebSocketProtocol:
        """What takes the connection over after a WebSocket's handshake was read."""
        self._is_whole = True
        self._expect(0.0)
        self._upgraded = WebSocketProtocol(**told)
        return self._upgraded
