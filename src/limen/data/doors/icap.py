"""The ICAP server (RFC 3507): web proxies ask it about what people send to sites of others, and what comes back.

A message is judged when all of it is there; up to then nothing of it has gone on. Where the rules ask for nothing of
what passes, its preview is enough. A proxy that is told to wait for Limen (`bypass=off`) lets nothing through without.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import ExitStack, aclosing, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from limen.admission import Entry, Listener
from limen.data.documents import WhyNot
from limen.data.doors import icap_answers
from limen.data.doors.http_documents import asked_by, body_of, file_name
from limen.data.doors.icap_reading import Chunks, IcapRequest, UnreadableError, read_line, read_request
from limen.data.doors.judging import Passed, Protection, Verdict, judge
from limen.data.doors.peers import Network, Refused, is_named, is_of, may_connect
from limen.data.doors.refusal import STYLE_SOURCE, Refusal, RefusalOf, page, problem
from limen.data.doors.spool import budget
from limen.data.rules.model import Channel, Passing
from limen.http_bodies.spool import Budget, NoRoomError, Spool

CONNECTIONS: Final = 256
IDLE_SECONDS: Final = 300.0
"""So long a proxy's connection may rest between two messages."""
MOST_SKIPPED: Final = 64 << 20
"""So much of a refused message is read on before the connection is ended, so that its sender sees the answer."""
SERVICES: Final = {"reqmod": "REQMOD", "respmod": "RESPMOD"}

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an ICAP server has to know.

    `tag` is what changes when the same message may be judged otherwise. `person_of` gives the ID of who is signed in at
    the proxy by this name, "" for nobody that is known; only proxies of `named` addresses are believed. `refusal_of` is
    what people are told. `domains` are the company's own: a site of theirs, or below one, is not outside.
    """

    protection: Protection
    listener: Listener
    tag: Callable[[], str]
    person_of: Callable[[str], str]
    refusal_of: RefusalOf = Refusal
    named: Sequence[Network] = ()
    room: Budget = field(default_factory=budget)
    domains: frozenset[str] = frozenset()


class IcapServer:
    """One listener. `counts` holds how many messages were judged, by the step; and what was refused as unreadable."""

    def __init__(self, about: Surroundings) -> None:
        self.about = about
        self.counts: Counter[str] = Counter()
        self._refused = Refused("proxies")
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def start(self, host: str, port: int, context: ssl.SSLContext | None = None) -> int:
        """Listen there, by TLS where there is a context; the port. Raises OSError."""
        patience = {} if context is None else {"ssl": context, "ssl_handshake_timeout": 10.0}
        self._server = await asyncio.start_server(self._connected, host, port, limit=1 << 17, **patience)  # type: ignore[arg-type]
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        entry = None
        if may_connect(peer, self.about.named):
            entry = self.about.listener.enter(peer, lambda _word: writer.transport.abort())
        else:
            self._refused.tell(peer)
        if entry is None:
            self.counts["not-let-in"] += 1
            writer.transport.abort()
            return
        task = asyncio.ensure_future(_Connection(self, reader, writer, entry, peer).serve())
        self._open.add(task)
        task.add_done_callback(self._open.discard)


class _Connection:
    """A proxy's connection: one message after the other."""

    def __init__(
        self,
        server: IcapServer,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        entry: Entry,
        peer: str,
    ) -> None:
        self._server, self._about = server, server.about
        self._reader, self._writer, self._entry = reader, writer, entry
        self._is_believed = is_named(peer, server.about.named)

    async def serve(self) -> None:
        try:
            while await self._one():
                pass
        except UnreadableError as error:
            await self._refuse(error.status)
        except ValueError:  # a line without an end
            await self._refuse(400)
        except NoRoomError:
            await self._refuse(503)
        except (EOFError, ConnectionError):  # it went away
            pass
        except OSError as error:
            _log.warning("a message of a proxy could not be held: %s", error.strerror)
            await self._refuse(503)
        finally:
            self._entry.leave()
            self._writer.close()

    async def _one(self) -> bool:
        """Answer one message. False where the connection ends with it."""
        self._expect(IDLE_SECONDS)
        line = await read_line(self._reader)
        if line is None:
            return False
        self._expect(self._about.listener.limits.head_seconds)
        request = await read_request(self._reader, line)
        service = _service_of(line)
        if service is None:
            raise UnreadableError(404)
        if request.method == b"OPTIONS":
            return (
                await self._send(icap_answers.options(self._about.tag(), service, CONNECTIONS)) and not request.is_last
            )
        if request.method.decode() != service:
            raise UnreadableError(405)
        with ExitStack() as held:
            return await self._message(request, held) and not request.is_last

    async def _message(self, request: IcapRequest, held: ExitStack) -> bool:
        passing = self._passing(request)
        body = _Body(self, request)
        sender = self._sender(request, passing)
        spool = held.enter_context(Spool(self._about.room, sender))
        is_asked = self._asks(passing)
        async with aclosing(body.pieces(wants_all=is_asked or not body.may_say_unchanged)) as pieces:
            async for piece in pieces:
                if is_asked or not body.may_say_unchanged:
                    spool.write(piece)
                    if spool.is_full:
                        break
            self._entry.due = 0.0
            verdict = await self._judged(request, passing, spool, sender)
            self._server.counts[verdict.judged.step.name.lower()] += 1
            if not verdict.passes:
                held.close()  # the rest may take its time, and nothing is kept for it
                await self._send(self._refusal(request, verdict))
                return await self._skip(pieces, MOST_SKIPPED)
            if body.may_say_unchanged:
                await self._skip(pieces)
                return await self._send(icap_answers.unchanged(self._about.tag()))
            rest = _joined(spool.pieces(), pieces) if request.has_body else None
            async for piece in icap_answers.as_it_came(self._about.tag(), request, rest):
                await self._send(piece)
            return True

    async def _judged(self, request: IcapRequest, passing: Passing, spool: Spool, sender: str) -> Verdict:
        """What is judged of what came: of a body that is too large of its first part, and that it is."""
        is_response = request.method == b"RESPMOD"
        contents = () if is_response else asked_by(request.request.target)
        unread: frozenset[WhyNot] = frozenset({WhyNot.TOO_LARGE}) if spool.is_full else frozenset()
        head = request.response if is_response else request.request
        apart = body_of(head, passing.name, spool) if spool.size else None
        return await judge(self._about.protection, passing, Passed(contents, apart, unread, sender=sender))

    def _asks(self, passing: Passing) -> bool:
        """Where it can't be said, it is looked into: judging says what that means."""
        try:
            return self._about.protection.asks(passing)
        except Exception:  # noqa: BLE001 -- said where it is judged
            return True

    def _passing(self, request: IcapRequest) -> Passing:
        is_response = request.method == b"RESPMOD"
        host, said = request.request.host, request.fields.get(b"x-authenticated-user", b"")
        is_own = is_of(host, self._about.domains)
        return Passing(
            channel=Channel.DOWNLOAD if is_response else Channel.WEB,
            person=self._about.person_of(said.decode("latin-1")) if said and self._is_believed else "",
            app=host,
            name=file_name(request.response if is_response else request.request, request.request.target),
            outside=frozenset() if is_response or is_own or not host else frozenset({host}),
            stays_inside=is_own,
        )

    def _sender(self, request: IcapRequest, passing: Passing) -> str:
        """Whose it is, as the proxy says: a person, else an address; "" where it says neither."""
        address = request.fields.get(b"x-client-ip", b"") if self._is_believed else b""
        return passing.person or address.decode("latin-1")[:64]

    def _refusal(self, request: IcapRequest, verdict: Verdict) -> bytes:
        refusal, asked = self._about.refusal_of(verdict), request.request
        is_page = "text/html" in asked.text("accept")
        text = page(refusal, asked.text("accept-language")) if is_page else problem(refusal)
        kind = "text/html; charset=utf-8" if is_page else "application/problem+json"
        return icap_answers.instead(self._about.tag(), HTTPStatus.FORBIDDEN, kind, text, STYLE_SOURCE)

    # On the wire

    def came(self, size: int, began: float) -> None:
        """So much of a body has come since it began: it may take as long as that and a little more."""
        limits = self._about.listener.limits
        self._entry.due = began + limits.body_seconds + size / limits.body_bytes_per_second

    def _expect(self, seconds: float) -> None:
        self._entry.due = asyncio.get_running_loop().time() + seconds

    async def go_on(self) -> None:
        await self._send(icap_answers.CONTINUE)

    def chunks(self) -> Chunks:
        return Chunks(self._reader)

    async def _send(self, data: bytes) -> bool:
        self._writer.write(data)
        self._expect(self._about.listener.limits.stalled_seconds)
        await self._writer.drain()
        return True

    async def _skip(self, pieces: AsyncIterator[bytes], most: int | None = None) -> bool:
        """Read what is left. False where it is more than that."""
        left = most
        async for piece in pieces:
            if left is not None:
                left -= len(piece)
                if left < 0:
                    return False
        return True

    async def _refuse(self, status: int) -> None:
        self._server.counts["unreadable" if status < 500 else "no-room"] += 1
        with suppress(ConnectionError):
            await self._send(icap_answers.wrong(status, self._about.tag()))


class _Body:
    """A message's body as it comes. `may_say_unchanged`: the proxy still has all of it, so a word is answer enough."""

    def __init__(self, connection: _Connection, request: IcapRequest) -> None:
        self._connection, self._request = connection, request
        self.may_say_unchanged = request.allows_204 or request.preview is not None

    async def pieces(self, *, wants_all: bool) -> AsyncGenerator[bytes, None]:
        """Its preview, and what follows where that is wanted."""
        if not self._request.has_body:
            return
        chunks, preview, came = self._connection.chunks(), self._request.preview, 0
        began = asyncio.get_running_loop().time()
        self._connection.came(0, began)
        async for piece in chunks.read(preview):
            came += len(piece)
            self._connection.came(came, began)
            yield piece
        if preview is None or chunks.is_whole or not wants_all:
            return
        self.may_say_unchanged = self._request.allows_204
        await self._connection.go_on()
        began = asyncio.get_running_loop().time()
        async for piece in chunks.read():
            came += len(piece)
            self._connection.came(came, began)
            yield piece


async def _joined(*bodies: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for body in bodies:
        async for piece in body:
            yield piece


def _service_of(line: bytes) -> str | None:
    """The method of the service that a request is for, by the path of its address."""
    path = urlsplit(line.split(b" ")[1].decode("latin-1")).path
    return SERVICES.get(path.strip("/"))
