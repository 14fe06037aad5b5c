"""One request to a server that may answer anything: the head of its response is read, bounded, and nothing more."""

from __future__ import annotations

import asyncio
import ssl
import warnings
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final

import httptools

from limen.clock import Instant
from limen.doctor.certificate_reading import (
    Encryption,
    Fault,
    Served,
    encryption_of,
    fault_of,
    read_certificate,
    served_by,
)

CONNECT_SECONDS: Final = 4.0
ANSWER_SECONDS: Final = 5.0
MAX_HEAD_BYTES: Final = 65_536
MOST_COOKIES: Final = 20
_PIECE: Final = 16_384
_AGENT: Final = b"limen-doctor"


class NoAnswerError(Exception):
    """No response came. `detail` says more.

    `word`: refused, unreachable, slow, tls, garbage, too-much, ca-file or off-limits.
    """

    def __init__(self, word: str, detail: str = "", fault: Fault | None = None) -> None:
        super().__init__(word)
        self.word = word
        self.detail = detail
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Target:
    """Where to connect, and as what. `trust` None is plain http; `name` is what the certificate must be for."""

    address: str
    port: int
    name: str
    trust: ssl.SSLContext | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The head of a response. `sent_at` is its Date, None where it has none that can be read.

    `cookies` are those it sets, as `name=value`, to be sent along on the next step of a redirect.
    """

    status: int
    location: str = ""
    sent_at: Instant | None = None
    served: Served | None = None
    cookies: tuple[str, ...] = ()
    encryption: Encryption | None = None


async def ask(target: Target, path: str, headers: dict[str, str], seconds: float = ANSWER_SECONDS) -> Reply:
    """`GET path` and the head of what comes back. Nothing is followed, and of the body nothing is read.

    Raises NoAnswerError.
    """
    reader, writer = await _open(target)
    try:
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join(lines).encode("ascii", "replace") + b"\r\nUser-Agent: " + _AGENT
        writer.write(head + b"\r\nAccept: text/html, */*\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(seconds):
            answer = await _read_head(reader)
        cookies = tuple(answer.cookies)
        shown, encryption = served_by(writer), encryption_of(writer)
        return Reply(answer.status, answer.location, answer.sent_at, shown, cookies, encryption)
    except TimeoutError:
        raise NoAnswerError("slow") from None
    except (OSError, ValueError) as error:
        raise NoAnswerError("garbage", str(error)) from None
    finally:
        writer.transport.abort()


async def greet(target: Target) -> Served | None:
    """What certificate the server shows in a verified handshake; None for plain http. Raises NoAnswerError."""
    served, _ = await greeted(target)
    return served


async def greeted(target: Target) -> tuple[Served | None, Encryption | None]:
    """The same, and how the connection is encrypted."""
    _, writer = await _open(target)
    found = served_by(writer), encryption_of(writer)
    writer.transport.abort()
    return found


async def old_version(target: Target) -> str:
    """`TLSv1.1` or `TLSv1` where the server still takes it (RFC 8996: it must not); "" where it does not.

    Its certificate is not looked at: whoever is asked so is asked for nothing else.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                target.address, target.port, ssl=_old(), server_hostname=target.name
            )
    except (OSError, ValueError, TimeoutError):
        return ""
    found = encryption_of(writer)
    writer.transport.abort()
    return found.version if found is not None else ""


def _old() -> ssl.SSLContext:
    """What speaks TLS 1.0 and 1.1 alone, as no client of Limen's does."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname = False
        old.verify_mode = ssl.CERT_NONE
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    return old


async def _open(target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            return await asyncio.open_connection(
                target.address,
                target.port,
                limit=MAX_HEAD_BYTES,
                ssl=target.trust,
                server_hostname=target.name if target.trust else None,
            )
    except TimeoutError:
        raise NoAnswerError("slow") from None
    except ssl.SSLError as error:
        raise NoAnswerError("tls", fault=await _fault(target, error)) from None
    except ConnectionRefusedError:
        raise NoAnswerError("refused") from None
    except (OSError, ValueError) as error:
        raise NoAnswerError("unreachable", getattr(error, "strerror", "") or type(error).__name__) from None


async def _fault(target: Target, error: ssl.SSLError) -> Fault:
    """What is wrong with the certificate, which is looked at once more, this time without believing it."""
    blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    served = None
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(
                target.address, target.port, ssl=blind, server_hostname=target.name
            )
        shown = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        writer.transport.abort()
        served = read_certificate(shown or b"")
    except (OSError, ValueError, TimeoutError):
        served = None
    return fault_of(error, served)


class _Head:
    """What httptools tells of the head of a response."""

    def __init__(self) -> None:
        self.status = 0
        self.location = ""
        self.sent_at: Instant | None = None
        self.cookies: list[str] = []
        self.is_whole = False
        self.parser = httptools.HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self.location, self.sent_at = "", None

    def on_header(self, name: bytes, value: bytes) -> None:
        match name.lower():
            case b"location":
                self.location = value.decode("utf-8", "replace")
            case b"date":
                self.sent_at = _instant(value.decode("ascii", "replace"))
            case b"set-cookie" if len(self.cookies) < MOST_COOKIES:
                self.cookies.append(value.partition(b";")[0].decode("latin-1").strip())

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()
        self.is_whole = self.status >= 200 or self.status == 101


async def _read_head(reader: asyncio.StreamReader) -> _Head:
    head, left = _Head(), MAX_HEAD_BYTES
    while not head.is_whole:
        piece = await reader.read(min(_PIECE, left))
        if not piece:
            raise NoAnswerError("garbage", "the connection was closed before an answer")
        left -= len(piece)
        try:
            head.parser.feed_data(piece)
        except httptools.HttpParserUpgrade:
            break
        except httptools.HttpParserError:
            if not head.is_whole:
                raise NoAnswerError("garbage", "the answer is not HTTP") from None
        if left <= 0 and not head.is_whole:
            raise NoAnswerError("too-much")
    return head


def _instant(date: str) -> Instant | None:
    try:
        return int(parsedate_to_datetime(date).timestamp() * 1_000)
    except (ValueError, OverflowError, TypeError):
        return None
