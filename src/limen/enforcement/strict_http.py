"""What uvicorn reads off the wire, held to one reading: shapes that two parsers would split differently are refused.

Request smuggling lives on disagreement about where a request ends and for whom it is. llhttp refuses most of it;
this adds what it takes (RFC 9112 sections 3.2, 5.2, 6.1, 6.3), bounds on header fields and reading time, and a line
in the journal for each refusal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

MAX_HEADER_BYTES = 65_536
MAX_HEADER_FIELDS = 128
MAX_TARGET_BYTES = 8_192
HEADER_SECONDS = 10.0

Refused: TypeAlias = Callable[[str, str], None]
"""Told of each refusal: `(word, the peer's address)`."""


class _UnreadableError(Exception):
    """The request is not to be read any further; `word` says why."""

    def __init__(self, word: str, status: int = 400) -> None:
        super().__init__(word)
        self.word = word
        self.status = status


def protocol(refused: Refused, *, header_seconds: float = HEADER_SECONDS) -> type[HttpToolsProtocol]:
    """The protocol class for `uvicorn.Config(http=…)` that tells `refused` of what it will not read."""

    class _WireProtocol(WireProtocol):
        pass

    _WireProtocol.refused = staticmethod(refused)
    _WireProtocol.header_seconds = header_seconds
    return _WireProtocol


class WireProtocol(HttpToolsProtocol):
    """uvicorn's own protocol with a stricter reading."""

    refused: Refused
    header_seconds: float = HEADER_SECONDS

    _wrong: _UnreadableError | None = None
    _header_bytes = 0
    _head_is_read = False
    _has_begun = False
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._late = self.loop.call_later(self.header_seconds, self._too_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self.transport.is_closing():
            self._has_begun = True
            super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._header_bytes = 0
        self._head_is_read = False
        if self._late is None:
            self._late = self.loop.call_later(self.header_seconds, self._too_slow)

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
        self._on_time()
        self._one_reading()
        self._head_is_read = True
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Called for whatever the parser, or one of the rules here, would not read."""
        wrong = self._wrong or _UnreadableError("request-malformed")
        type(self).refused(wrong.word, self.client[0] if self.client else "")
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is not None and cycle.response_started and not cycle.response_complete:
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

    def _too_slow(self) -> None:
        """The time for a request's head is over. A connection that never said anything is closed without a word."""
        self._late = None
        if self.transport.is_closing():
            return
        if not self._has_begun:
            self.transport.close()
            return
        self._wrong = _UnreadableError("request-too-slow", HTTPStatus.REQUEST_TIMEOUT)
        self.send_400_response("")

    def _on_time(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
