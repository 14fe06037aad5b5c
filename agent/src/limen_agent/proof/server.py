"""The listener on loopback: few connections, one request each, three seconds for all of it."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import h11

from limen_agent.errors import AgentError
from limen_agent.proof.callers import uid_of
from limen_agent.proof.request import LONGEST_BODY, Asked, Challenge, Said, judge, refusal
from limen_agent.rate import AtMost

SECONDS: Final = 3.0
MOST_CONNECTIONS: Final = 64
MOST_OF_ONE: Final = 16
"""Connections of one user, so that none of them keeps the others out."""
MOST_PROOFS: Final = 30
"""In a minute, for each user: a page re-proves every 15 minutes, and a person has a few browsers."""
_LONGEST_HEAD: Final = 8192


class ProofServer:
    """Listens in a thread of its own. `prove` signs; `may_ask` says which users may."""

    def __init__(
        self,
        *,
        ports: Sequence[int],
        origins: Sequence[str],
        device: str,
        prove: Callable[[Challenge], str],
        may_ask: Callable[[], frozenset[int]],
    ) -> None:
        self._ports = ports
        self._origins = frozenset(origins)
        self._device = device
        self._prove = prove
        self._may_ask = may_ask
        self._open: Counter[int] = Counter()
        self._proofs: defaultdict[int, AtMost] = defaultdict(lambda: AtMost(MOST_PROOFS))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self._thread: threading.Thread | None = None
        self.port = 0

    def start(self) -> None:
        """Take the first free port. Raises AgentError where none is."""
        for port in self._ports:
            taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            try:
                if (
                    sys.platform == "linux"
                ):  # so that a restart gets its port; who listens can't be joined by it (socket(7))
                    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                taken.bind(("127.0.0.1", port))
                taken.listen(MOST_CONNECTIONS)
            except OSError:
                taken.close()
                continue
            self.port = taken.getsockname()[1]
            self._thread = threading.Thread(target=asyncio.run, args=(self._serve(taken),), name="proof", daemon=True)
            self._thread.start()
            return
        raise AgentError(
            f"none of the ports {', '.join(map(str, self._ports))} is free on 127.0.0.1", "see who has them: ss -ltnp"
        )

    def stop(self) -> None:
        """Close the port, and whatever is open."""
        if self._thread is not None and self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._ended.set)
            self._thread.join(SECONDS)

    async def _serve(self, taken: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._connected, sock=taken, limit=_LONGEST_HEAD)
        await self._ended.wait()
        server.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid = uid_of(writer.get_extra_info("peername"), writer.get_extra_info("sockname"))
        if uid is None or self._open.total() >= MOST_CONNECTIONS or self._open[uid] >= MOST_OF_ONE:
            writer.transport.abort()
            return
        self._open[uid] += 1
        try:
            async with asyncio.timeout(SECONDS):
                await self._one_request(reader, writer, uid)
                writer.close()
                await writer.wait_closed()
        except (TimeoutError, OSError, h11.ProtocolError):
            writer.transport.abort()
        finally:
            self._open[uid] -= 1

    async def _one_request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, uid: int) -> None:
        connection = h11.Connection(h11.SERVER, max_incomplete_event_size=_LONGEST_HEAD)
        try:
            asked = await _read(connection, reader)
            said = await self._answer(asked, uid)
        except h11.RemoteProtocolError as error:
            said = refusal(error.error_status_hint, "malformed")
        if connection.our_state not in {h11.IDLE, h11.SEND_RESPONSE}:
            return
        parts = [connection.send(h11.Response(status_code=said.status, headers=said.headers()))]
        if body := said.content():
            parts.append(connection.send(h11.Data(data=body)))
        parts.append(connection.send(h11.EndOfMessage()))
        writer.write(b"".join(part for part in parts if part))
        await writer.drain()

    async def _answer(self, asked: Asked, uid: int) -> Said:
        judged = judge(asked, origins=self._origins, port=self.port, device=self._device)
        if isinstance(judged, Said) and judged.status == 403:
            return judged
        if uid not in await asyncio.to_thread(self._may_ask):
            return refusal(403, "refused")
        if isinstance(judged, Said):
            return judged
        if not self._proofs[uid].lets_through():
            return refusal(429, "slow_down", judged.origin)
        try:
            proof = await asyncio.to_thread(self._prove, judged)
        except AgentError:
            return refusal(503, "unavailable", judged.origin)
        return Said(200, {"proof": proof}, judged.origin)


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Asked:
    """One request, whole. Raises h11.RemoteProtocolError for one that is malformed or too long."""
    head: h11.Request | None = None
    body = b""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            part = await reader.read(_LONGEST_HEAD)
            connection.receive_data(part)
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > LONGEST_BODY:
                raise h11.RemoteProtocolError("too long", error_status_hint=413)
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _asked(head, body)
        else:
            raise h11.RemoteProtocolError("no request", error_status_hint=400)


def _asked(head: h11.Request, body: bytes) -> Asked:
    names = [name.decode("ascii") for name, _ in head.headers]
    twice = {name for name in names if names.count(name) > 1}
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in head.headers}
    return Asked(head.method.decode("ascii"), head.target.decode("latin-1"), headers, twice, body)
