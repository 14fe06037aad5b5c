"""Syslog over TCP (RFC 6587) and over TLS (RFC 5425): who may connect, and what comes of it.

Syslog has no answers, so nobody can be told that something is kept. Where there is no room the connection is not read:
the sender notices, and keeps what follows in its own queue.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Any, Final

from limen.admission import Entry, Listener
from limen.clock import Clock
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.counts import Counts
from limen.monitor.process.pipeline import Pipeline
from limen.monitor.process.senders import Sender, Senders, plain
from limen.monitor.process.syslog_framing import Framing

HANDSHAKE_SECONDS: Final = 10.0
MESSAGE_SECONDS: Final = 60.0
"""So long a message may take from its first byte to its last; between messages a connection may rest for days."""
OF_A_SENDER: Final = 32
"""Connections of one certificate at once."""
BACKLOG: Final = 128
_AGAIN_SECONDS: Final = 0.2

_log: Final = logging.getLogger("limen.monitor")


class SyslogStreams:
    """One listener, with everything that its connections need. `context`: TLS; None for plain TCP."""

    def __init__(
        self,
        senders: Senders,
        pipeline: Pipeline,
        counts: Counts,
        clock: Clock,
        listener: Listener,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.senders = senders
        self.pipeline = pipeline
        self.counts = counts
        self.clock = clock
        self.listener = listener
        self.context = context
        self.open: set[Connection] = set()
        self._accepting: asyncio.Task[None] | None = None

    @property
    def way(self) -> str:
        return "tcp" if self.context is None else "tls"

    def listen(self, host: str, port: int) -> int:
        """Take connections there; the port. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
        listening.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(listening), name=f"accept syslog over {self.way}")
        return int(listening.getsockname()[1])

    def look_again(self) -> None:
        """End the connections of those who may not send any more."""
        for one in list(self.open):
            one.look_again()

    async def close(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
            with suppress(asyncio.CancelledError):
                await self._accepting
        for one in list(self.open):
            one.drop("over")

    async def _accept(self, listening: socket.socket) -> None:
        """Each connection is counted before anything is done for it: a handshake costs us more than its sender."""
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                try:
                    accepted, address = await loop.sock_accept(listening)
                except OSError as error:  # too many are open, or it was gone at once
                    _log.warning("a connection could not be accepted: %s", error.strerror)
                    await asyncio.sleep(_AGAIN_SECONDS)
                    continue
                Connection(self, plain(address[0])).begin(accepted)


class Connection(asyncio.Protocol):
    """One sender's connection, from when it was accepted."""

    def __init__(self, streams: SyslogStreams, peer: str) -> None:
        self._streams = streams
        self._peer = peer
        self._framing = Framing()
        self._entry: Entry | None = None
        self._sender: Sender | None = None
        self._fingerprint = ""
        self._cut = 0
        self._transport: Any = None
        self._connecting: asyncio.Task[None] | None = None
        self._waiting: asyncio.Task[None] | None = None

    def begin(self, accepted: socket.socket) -> None:
        """Let it in, as far as anybody from there may be let in."""
        streams = self._streams
        is_wanted = streams.context is not None or self._find_sender()
        self._entry = streams.listener.enter(self._peer, self.drop) if is_wanted else None
        if self._entry is None:
            accepted.close()
            return
        streams.open.add(self)
        self._connecting = asyncio.get_running_loop().create_task(self._connect(accepted))

    async def _connect(self, accepted: socket.socket) -> None:
        """With TLS: shake hands. Who shows no certificate of ours gets no further."""
        context = self._streams.context
        patience = {} if context is None else {"ssl": context, "ssl_handshake_timeout": HANDSHAKE_SECONDS}
        try:
            await asyncio.get_running_loop().connect_accepted_socket(lambda: self, accepted, **patience)  # type: ignore[arg-type]
        except (OSError, ssl.SSLError):
            self._streams.counts.refused(self._streams.way)
            self._leave()
        finally:
            if self._transport is None:
                accepted.close()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        if self._streams.context is not None:
            shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
            self._fingerprint = sha256(shown or b"").hexdigest()
        if self._entry is None or not self._find_sender() or self._sender is None:
            self.drop("nobody who may send")
        elif self._sender.id and not self._entry.belongs_to(self._sender.id):
            self.drop("too many connections")

    def data_received(self, data: bytes) -> None:
        if self._sender is None:
            return
        self._put(self._framing.feed(data))
        if self._framing.cut > self._cut:
            self._streams.counts.lost(self._sender.source.name, self._framing.cut - self._cut)
            self._cut = self._framing.cut
        if self._entry is not None:
            self._expect(self._entry)
        if not self._streams.pipeline.has_room and self._waiting is None:
            self._transport.pause_reading()
            self._waiting = asyncio.get_running_loop().create_task(self._go_on())

    def connection_lost(self, _exception: Exception | None) -> None:
        if self._sender is not None:
            self._put(self._framing.end())
        self._leave()

    def drop(self, _word: str) -> None:
        """End it: it is late, in the way, or may not send any more."""
        if self._sender is not None:
            self._put(self._framing.end())
        if self._transport is not None:
            self._transport.abort()
        elif self._connecting is not None:
            self._connecting.cancel()
        self._leave()

    def look_again(self) -> None:
        """End it where its sender may not send any more."""
        if self._sender is not None and not self._find_sender():
            self.drop("may not send any more")

    # Inside

    def _expect(self, entry: Entry) -> None:
        """A message that has begun ends within a while."""
        if not self._framing.is_within:
            entry.due = 0.0
        elif not entry.due:
            entry.due = asyncio.get_running_loop().time() + MESSAGE_SECONDS

    async def _go_on(self) -> None:
        """Read on when there is room."""
        await self._streams.pipeline.room()
        self._waiting = None
        if self in self._streams.open:
            self._transport.resume_reading()

    def _find_sender(self) -> bool:
        senders = self._streams.senders
        if self._streams.context is None:
            self._sender = senders.by_address("tcp", self._peer)
        else:
            self._sender = senders.by_certificate(self._fingerprint, self._peer)
        if self._sender is None:
            self._streams.counts.refused(self._streams.way)
        return self._sender is not None

    def _put(self, messages: Sequence[bytes]) -> None:
        if self._sender is None or not messages:
            return
        (source, sender_id), now = self._sender, self._streams.clock.now()
        self._streams.counts.came(source.name, sum(map(len, messages)), now, sender_id)
        frames = [
            Frame(
                source=source.name,
                kind=source.kind,
                received_at=now,
                data=one,
                peer=self._peer,
                zone=source.zone,
                sender=sender_id or self._peer,
                products=source.products,
            )
            for one in messages
        ]
        self._streams.pipeline.put(frames)

    def _leave(self) -> None:
        self._sender = None
        self._streams.open.discard(self)
        if self._waiting is not None:
            self._waiting.cancel()
        if self._entry is not None:
            self._entry.leave()
