"""What browsers connect to: Limen's own listener, which admits each connection and passes its bytes on to Caddy.

Caddy has no bound of its own: a connection of a stranger may hold 250 streams (RFC 9113), and each of them an answer
that nobody reads. So a connection enters by the one admission before Caddy sees it, and leaves where its source has
too many, its client does not read, or Caddy holds too much (`limen.front.pressure`). Nothing of it is read here: it
stays encrypted from the browser to Caddy.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from limen.admission import TOO_MANY, Admission, Crowd, Entry
from limen.front.proxy_protocol import header

MOST_CONNECTIONS: Final = 4_096
"""Of all browsers at once, where there are descriptors enough: each connection takes two."""
OF_A_PERSON: Final = 64
"""One for each host and browser of somebody, with room; more of theirs count as a stranger's."""
MANY_OF_A_PERSON: Final = 8
"""Whoever has more than these, and more than any source of strangers, gives way before strangers do: with so many alone
nobody takes Caddy to where connections have to end (see `pressure`).
"""
WAITING_BYTES: Final = 32_768
"""How much waits for either side before the other is no longer read."""
PIECE_BYTES: Final = 32_768
"""How much is read at once: a piece is all that waits beyond `WAITING_BYTES`."""
KEEPALIVE_SECONDS: Final = 15
TELL_SECONDS: Final = 60.0
"""How often a flood is spoken of in the log, at the most."""

_log: Final = logging.getLogger("limen.front")


class TcpProxy:
    """The listener for browsers. Every connection is in `connections` under what Caddy calls it, `address:port`."""

    def __init__(self, admission: Admission) -> None:
        limits = admission.limits
        most = min(MOST_CONNECTIONS, limits.connections // 2)
        self.listener = admission.listener("front", connections=most, owned=OF_A_PERSON)
        self.limits = limits
        self.connections: dict[str, Connection] = {}
        self.bytes_from_browsers = 0
        self.piece = memoryview(bytearray(PIECE_BYTES))
        """Where all connections read into, one after the other: each takes its bytes out at once."""
        self._known: Crowd[Connection] = Crowd()
        self._servers: list[asyncio.Server] = []
        self._told_at = 0.0
        self._cut: dict[str, int] = {}

    async def listen(self, listening: socket.socket, caddy: Path) -> None:
        """Take connections there, and pass them on to what listens on the socket `caddy`."""
        loop = asyncio.get_running_loop()
        backlog = self.limits.backlog
        self._servers.append(await loop.create_server(lambda: Connection(self, caddy), sock=listening, backlog=backlog))

    def close(self) -> None:
        for server in self._servers:
            server.close()
        for connection in list(self.connections.values()):
            connection.end()

    def belongs_to(self, connection: str, owner: str, sign_in: str) -> None:
        """It stays with whom it belonged to first; where they have too many, it stays a stranger's."""
        found = self.connections.get(connection)
        if found is None or found.entry is None or found.owner or not found.entry.belongs_to(owner, sign_in):
            return
        found.owner = owner
        self._known.add(owner, found)

    def gave_way(self, connection: str) -> None:
        """All that it holds goes with the request that was one too many, unless it is somebody's."""
        found = self.connections.get(connection)
        if found is not None and not found.owner:
            found.drop(TOO_MANY)

    def make_way(self, number: int) -> int:
        """End so many connections, and return how many there were to end: the oldest of the source with the most, and
        of people only when there are no strangers left, or where somebody has many and more than any source.
        """
        for done in range(number):
            most = max(MANY_OF_A_PERSON, self.listener.strangers.most)
            if self._known.most <= most and self.listener.make_way():
                continue
            one = self._known.oldest_of_the_largest()
            if one is None:
                return done
            one.drop(TOO_MANY)
        return number

    def came(self, connection: Connection) -> None:
        """One port of a client is good for a connection to each of ours. Only one of them can be told of by its name:
        the one before it ends, so that none is held that nobody can end.
        """
        before = self.connections.get(connection.name)
        if before is not None:
            before.end()
        self.connections[connection.name] = connection

    def left(self, connection: Connection) -> None:
        if self.connections.get(connection.name) is connection:
            del self.connections[connection.name]
        self._known.remove(connection.owner, connection)

    def count(self, word: str) -> None:
        """Tell the log of what was cut, now and then."""
        self._cut[word] = self._cut.get(word, 0) + 1
        now = time.monotonic()
        if not self._told_at or now - self._told_at > TELL_SECONDS:
            said = ", ".join(f"{word} ({number})" for word, number in sorted(self._cut.items()))
            _log.warning("front: connections of browsers were cut: %s", said)
            self._told_at, self._cut = now, {}


class Connection(asyncio.BufferedProtocol):
    """One connection of a browser, with the one to Caddy that carries it on."""

    def __init__(self, proxy: TcpProxy, caddy: Path) -> None:
        self._proxy = proxy
        self._path = caddy
        self._caddy: _ToCaddy | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._has_begun = False
        self._early = b""
        self.name = ""
        self.owner = ""
        self.entry: Entry | None = None
        self.transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        peer, own = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        self.entry = self._proxy.listener.enter(peer[0], self.drop) if peer and own else None
        if self.entry is None:
            self._proxy.count(TOO_MANY)
            transport.abort()
            return
        address = peer[0].partition("%")[0]
        self.name = f"[{address}]:{peer[1]}" if ":" in address else f"{address}:{peer[1]}"
        self._proxy.came(self)
        transport.set_write_buffer_limits(high=WAITING_BYTES)
        transport.pause_reading()
        _keep_alive(transport.get_extra_info("socket"))
        self._expect(self._proxy.limits.head_seconds)
        self._connecting = asyncio.create_task(self._connect(header(peer[:2], own[:2])), name="connect to Caddy")

    async def _connect(self, first: bytes) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, caddy = await loop.create_unix_connection(lambda: _ToCaddy(self, self._proxy.piece), str(self._path))
        except OSError:  # it is being started again
            self.transport.abort()
            return
        if self.transport.is_closing():
            caddy.transport.abort()
            return
        self._caddy = caddy
        caddy.transport.write(first + self._early)
        self._early = b""
        self.transport.resume_reading()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 -- as asyncio calls it
        return self._proxy.piece

    def buffer_updated(self, nbytes: int) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._expect(0.0)
        self._proxy.bytes_from_browsers += nbytes
        data = bytes(self._proxy.piece[:nbytes])
        if self._caddy is not None:
            self._caddy.transport.write(data)
        else:  # uvloop hands over one piece although it was told to pause
            self._early += data
            self.transport.pause_reading()

    def eof_received(self) -> bool:
        """The browser has said all; what Caddy still says is passed on."""
        if self._caddy is not None and self._caddy.transport.can_write_eof():
            self._caddy.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        """More waits for the browser than it reads: nothing more is taken from Caddy, and it must go on reading."""
        self._expect(self._proxy.limits.stalled_seconds)
        if self._caddy is not None:
            self._caddy.transport.pause_reading()

    def resume_writing(self) -> None:
        # After Caddy has ended nothing pauses any more, so what is left has its time from here on.
        self._expect(self._proxy.limits.stalled_seconds if self.transport.is_closing() else 0.0)
        if self._caddy is not None and not self._caddy.transport.is_closing():
            self._caddy.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio calls it
        self._leave()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._caddy is not None:
            self._caddy.transport.abort()

    def caddy_has_ended(self) -> None:
        """What it has said so far still goes out, for as long as the browser reads it."""
        self._expect(self._proxy.limits.stalled_seconds)
        self.transport.close()

    def drop(self, word: str) -> None:
        """It is late, or in the way of others: whatever Caddy holds for it ends with it."""
        self._proxy.count(word)
        self.end()

    def end(self) -> None:
        self._leave()
        if self._caddy is not None:
            self._caddy.transport.abort()
        self.transport.abort()

    def _leave(self) -> None:
        """It is out of all counts at once, whatever its ends take to end."""
        if self.entry is not None:
            self.entry.leave()
            self._proxy.left(self)

    def _expect(self, seconds: float) -> None:
        """The browser must go on within so many seconds; with 0, nothing is expected of it."""
        if self.entry is not None:
            self.entry.due = asyncio.get_running_loop().time() + seconds if seconds else 0.0


class _ToCaddy(asyncio.BufferedProtocol):
    """The other half of a connection."""

    def __init__(self, browser: Connection, piece: memoryview) -> None:
        self._browser = browser
        self._piece = piece
        self.transport: asyncio.Transport

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.set_write_buffer_limits(high=WAITING_BYTES)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 -- as asyncio calls it
        return self._piece

    def buffer_updated(self, nbytes: int) -> None:
        self._browser.transport.write(bytes(self._piece[:nbytes]))

    def pause_writing(self) -> None:
        self._browser.transport.pause_reading()

    def resume_writing(self) -> None:
        if not self._browser.transport.is_closing():
            self._browser.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 -- as asyncio calls it
        self._browser.caddy_has_ended()


def _keep_alive(connected: Any) -> None:
    """Have the system find out whether the other end is still there at all."""
    with suppress(OSError):
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name in ("TCP_KEEPIDLE", "TCP_KEEPINTVL"):
            if hasattr(socket, name):
                connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), KEEPALIVE_SECONDS)
