"""Clients of several workers, some of which keep their connections for long."""

from __future__ import annotations

import asyncio
import random
import ssl

from tests.supervising.company_of_workers import HOST, Company, token_of
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

ENDED_AS_TOLD = {1001, 1012}
"""A WebSocket's end by a server that goes away, or starts again (RFC 6455 section 7.4.1, its registry)."""


class Load:
    """Clients that keep their connections, and do as servers say: what fails is counted, and nothing is repeated."""

    def __init__(self, company: Company, https: int = 0) -> None:
        """`https`: where a balancer stands before the company, 0 where none does: then fronts ask it, too."""
        self.company, self.https = company, https
        self.answered = 0
        self.failed: list[str] = []
        self._is_over = False

    async def run(self, until: asyncio.Task[object]) -> None:
        pages = [self._page(n) for n in range(8 if self.https else 3)]
        others = [] if self.https else [self._check(n) for n in range(3)] + [self._socket(n) for n in (4, 5)]
        tasks = [asyncio.create_task(one) for one in pages + others]
        await asyncio.wait([until])
        self._is_over = True
        await asyncio.gather(*tasks)
        await until  # what went wrong in it

    async def _check(self, number: int) -> None:
        await self._keep_asking(self.company.check, self.company.ask(number))

    async def _page(self, number: int) -> None:
        asked = f"GET /page HTTP/1.1\r\nHost: {HOST}:{self.company.port}\r\nCookie: __Host-limen-app={token_of(number)}"
        pause = 0.3 * (number % 2) if self.https else 0.0
        await self._keep_asking(self.https or self.company.port, f"{asked}\r\n\r\n".encode(), pause)

    async def _keep_asking(self, port: int, request: bytes, pause: float = 0.0) -> None:
        """`pause`: up to how many seconds lie between two requests, beside a moment."""
        chosen, context = random.Random(7), _believing() if port == self.https else None
        while not self._is_over:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
            try:
                while not self._is_over and await self._asked(reader, writer, request):  # noqa: ASYNC110 -- load
                    await asyncio.sleep(0.005 + chosen.uniform(0, pause))
            except (OSError, asyncio.IncompleteReadError) as error:
                self.failed.append(repr(error))
            writer.close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> bool:
        """One request and its answer; False where the server ends the connection with it."""
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(length)
        if not head.startswith(b"http/1.1 200"):
            self.failed.append(f"{head.decode()}{body.decode()}")
            return False
        self.answered += 1
        return b"connection: close" not in head

    async def _socket(self, number: int) -> None:
        url = f"ws://{HOST}:{self.company.port}/ws"
        headers = {"Cookie": f"__Host-limen-app={token_of(number)}", "Origin": f"http://{HOST}:{self.company.port}"}
        while not self._is_over:
            try:
                async with connect(url, host="127.0.0.1", additional_headers=headers) as socket:
                    while not self._is_over:
                        await socket.send("hello")
                        assert await socket.recv() == "hello"
                        self.answered += 1
                        await asyncio.sleep(0.02)
            except ConnectionClosed as closed:
                if closed.rcvd is None or closed.rcvd.code not in ENDED_AS_TOLD:
                    self.failed.append(repr(closed))
            except (OSError, InvalidHandshake) as error:
                self.failed.append(repr(error))


def _believing() -> ssl.SSLContext:
    """Whatever certificate the balancer of a test shows."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
