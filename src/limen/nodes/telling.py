"""Tells other nodes what this disk holds of the journal, and hears from them what they hold."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from limen.admission import Listener
from limen.nodes.certificates import shown_key
from limen.nodes.model import Node
from limen.nodes.wire import CHAINS, Answer, Asked, MalformedError, Told, receive, send
from limen.storage.journal.held import beginning, held_chains, lines_after
from limen.storage.segments.name import segments_in

CONNECTIONS: Final = 64
IDLE_SECONDS: Final = 60.0
LONGEST_WAIT_MS: Final = 10_000
LOOK_SECONDS: Final = 0.05
"""How often it looks for what other workers of this machine wrote; what this one wrote is told at once."""
AT_ONCE: Final = 16 << 20
"""Bytes that are told in one answer."""

_log: Final = logging.getLogger("limen.nodes")


class Telling:
    """The listener of a node. `others` are the other nodes, `acknowledged` is called with what one of them has."""

    def __init__(
        self,
        root: Path,
        listener: Listener,
        *,
        others: Callable[[], Mapping[str, Node]],
        acknowledged: Callable[[str, Mapping[str, int]], object],
    ) -> None:
        self._root = root
        self._listener = listener
        self._others = others
        self._acknowledged = acknowledged
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: dict[asyncio.Task[None], Node] = {}
        self.refused = 0

    async def start(self, host: str, port: int, context: ssl.SSLContext) -> int:
        """Listen there; the port. Raises OSError."""
        self._server = await asyncio.start_server(
            self._connected, host, port, ssl=context, ssl_handshake_timeout=5.0, limit=1 << 17
        )
        return int(self._server.sockets[0].getsockname()[1])

    def wake(self) -> None:
        """There is something new. On the event loop."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def drop_strangers(self) -> None:
        """End the connections of whoever is no node any more, or shows another key by now. On the event loop."""
        for task, peer in list(self._open.items()):
            if not self._knows(peer):
                task.cancel()

    async def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*list(self._open), return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = str((writer.get_extra_info("peername") or ("",))[0])
        entry = self._listener.enter(peer, lambda _word: writer.transport.abort())
        found = self._who(writer)
        is_open = self._server is not None  # or its handshake took until after the end
        if not is_open or entry is None or found is None or not entry.belongs_to(f"node {found.name}"):
            self.refused += 1
            if entry is not None:
                entry.leave()
            writer.transport.abort()
            return
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 -- asyncio calls this in one
        self._open[task] = found
        try:
            await self._serve(found, reader, writer)
        except asyncio.CancelledError:  # by `close` or `drop_strangers`; whoever else would hear of it is asyncio's log
            pass
        finally:
            del self._open[task]
            entry.leave()
            writer.transport.abort()

    def _who(self, writer: asyncio.StreamWriter) -> Node | None:
        """The node whose key the certificate shows; None for one that is not, or no longer, in the database."""
        secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
        key = shown_key(secured.getpeercert(binary_form=True))
        return next((node for node in self._others().values() if key and node.key == key), None)

    def _knows(self, peer: Node) -> bool:
        known = self._others().get(peer.name)
        return known is not None and known.key == peer.key

    async def _serve(self, peer: Node, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while self._knows(peer):
                async with asyncio.timeout(IDLE_SECONDS):
                    asked = await receive(reader, Asked)
                if len(asked.has) > CHAINS:
                    raise MalformedError("it asks for too many chains")  # noqa: TRY301 -- caught with all the others
                self._acknowledged(peer.name, asked.has)
                told = await self._news_for(asked)
                async with asyncio.timeout(IDLE_SECONDS):
                    parts = [part for one in told for part in one[1:]]
                    heads = tuple(Told(name, len(begins), len(lines)) for name, begins, lines in told)
                    await send(writer, Answer(heads), *parts)
        except MalformedError as error:
            _log.warning("node %s asks for something that is not understood: %s", peer.name, error)
        except (EOFError, OSError):  # it went away, or said nothing for too long
            pass

    async def _news_for(self, asked: Asked) -> list[tuple[str, bytes, bytes]]:
        """What it lacks, as soon as there is anything, or nothing after its time."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + min(asked.wait_ms, LONGEST_WAIT_MS) / 1_000
        seen: dict[str, tuple[str, int]] = {}
        while True:
            news, there = self._news, await loop.run_in_executor(None, self._ends)
            if there != seen:
                seen = there
                told = await loop.run_in_executor(None, self._lacking, asked)
                if told or loop.time() >= ends_at:
                    return told
            if loop.time() >= ends_at:
                return []
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await news.wait()
            except TimeoutError:
                pass

    def _ends(self) -> dict[str, tuple[str, int]]:
        """The newest segment of each chain, and its size: equal as long as nothing was written."""
        found = {}
        for writer in held_chains(self._root):
            try:
                _, path = segments_in(self._root / writer)[-1]
                found[writer] = (path.name, path.stat().st_size)
            except (OSError, IndexError):  # it was sealed or went just now
                found[writer] = ("", -1)
        return found

    def _lacking(self, asked: Asked) -> list[tuple[str, bytes, bytes]]:
        told: list[tuple[str, bytes, bytes]] = []
        size = 0
        for writer in held_chains(self._root):
            if any(writer == own or writer.startswith(f"{own}-") for own in asked.own) or size >= AT_ONCE:
                continue
            folder, after = self._root / writer, asked.has.get(writer, 0)
            lines = lines_after(folder, after)
            if lines:
                follows = lines.startswith(b'{"n":%d,' % (after + 1))
                told.append((writer, b"" if follows else beginning(folder), lines))
                size += len(lines)
        return told
