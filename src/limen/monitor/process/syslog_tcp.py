"""Syslog over TCP (RFC 6587) and over TLS (RFC 5425): who may connect, and what comes of it.

Syslog has no answers, so nobody can be told that something is kept. Where there is no room the connection is not read:
the sender notices, and keeps what follows in its own queue.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
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


class SyslogStreams:
    """Everything that all connections of one listener need. `context`: TLS; None for plain TCP."""

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
        self.open: set[_Connection] = set()

    @property
    def way(self) -> str:
        return "tcp" if self.context is None else "tls"

    def protocol(self) -> asyncio.Protocol:
        """For each connection that is accepted."""
        return _Connection(self)

    def look_again(self) -> None:
        """End the connections of those who may not send any more."""
        for one in list(self.open):
            one.look_again()

    def close(self) -> None:
        for one in list(self.open):
            one.drop("over")


class _Connection(asyncio.Protocol):
    """One sender's connection: first as it was accepted, then, where it is encrypted, inside."""

    def __init__(self, streams: SyslogStreams) -> None:
        self._streams = streams
        self._framing = Framing()
        self._entry: Entry | None = None
        self._sender: Sender | None = None
        self._fingerprint = ""
        self._peer = ""
        self._cut = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        streams = self._streams
        self._transport = transport
        self._peer = plain((transport.get_extra_info("peername") or ("",))[0])
        if streams.context is None and not self._find_sender():
            transport.abort()
            return
        self._entry = streams.listener.enter(self._peer, self.drop)
        if self._entry is None:
            transport.abort()
            return
        streams.open.add(self)
        if streams.context is not None:
            self._entry.due = asyncio.get_running_loop().time() + HANDSHAKE_SECONDS
            transport.pause_reading()
            self._begin(self._encrypt(streams.context))
        else:
            self._known()

    async def _encrypt(self, context: ssl.SSLContext) -> None:
        """Shake hands. Who shows no certificate of ours gets no further."""
        loop = asyncio.get_running_loop()
        inside = _Inside(self)
        try:
            transport = await loop.start_tls(
                self._transport, inside, context, server_side=True, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except (OSError, ssl.SSLError):
            self._refuse()
            return
        if transport is None or self not in self._streams.open:
            return
        self._transport = transport
        shown = transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        self._fingerprint = sha256(shown or b"").hexdigest()
        if self._find_sender():
            self._known()
            inside.open()
        else:
            self._refuse()

    def _known(self) -> None:
        if self._entry is not None and self._sender is not None:
            self._entry.due = 0.0
            if self._sender.id and not self._entry.belongs_to(self._sender.id):
                self.drop("too many connections")

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def _take(self, data: bytes) -> None:
        if self._sender is None or not data:
            return
        self._put(self._framing.feed(data))
        if self._framing.cut > self._cut:
            self._streams.counts.lost(self._sender.source.name, self._framing.cut - self._cut)
            self._cut = self._framing.cut
        if self._entry is not None:
            if not self._framing.is_within:
                self._entry.due = 0.0
            elif not self._entry.due:
                self._entry.due = asyncio.get_running_loop().time() + MESSAGE_SECONDS
        if not self._streams.pipeline.has_room:
            self._transport.pause_reading()
            self._begin(self._go_on())

    async def _go_on(self) -> None:
        await self._streams.pipeline.room()
        if self in self._streams.open:
            self._transport.resume_reading()

    def connection_lost(self, _exception: Exception | None) -> None:
        if self._sender is not None:
            self._put(self._framing.end())
        self._leave()

    def drop(self, _word: str) -> None:
        """End it: it is late, in the way, or may not send any more."""
        if self._sender is not None:
            self._put(self._framing.end())
        self._transport.abort()
        self._leave()

    def look_again(self) -> None:
        if self._sender is not None and not self._find_sender():
            self.drop("may not send any more")

    # Inside

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
            Frame(source=source.name, kind=source.kind, received_at=now, data=one, peer=self._peer, zone=source.zone)
            for one in messages
        ]
        self._streams.pipeline.put(frames)

    def _refuse(self) -> None:
        if not self._fingerprint:
            self._streams.counts.refused(self._streams.way)
        self._transport.abort()
        self._leave()

    def _leave(self) -> None:
        self._sender = None
        self._streams.open.discard(self)
        if self._entry is not None:
            self._entry.leave()

    def _begin(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Inside(asyncio.Protocol):
    """The encrypted inside of a connection. What comes before it is known who sends waits."""

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._early = b""
        self._is_open = False

    def open(self) -> None:
        """It is known who sends."""
        self._is_open = True
        self._connection.data_received(self._early)

    def data_received(self, data: bytes) -> None:
        if self._is_open:
            self._connection.data_received(data)
        else:
            self._early += data

    def connection_lost(self, exception: Exception | None) -> None:
        self._connection.connection_lost(exception)
