"""What answers on the wire: the ports, until the process is told to stop."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from limen.app import Limen
from limen.enforcement.check import listen_for_checks
from limen.events import Event
from limen.listening import cant_listen, listen_on
from limen.operations.health import Watched
from limen.pillar import Once
from limen.settings import Settings

if TYPE_CHECKING:
    import uvicorn

STOP_SECONDS: Final = 3
DRAIN_SECONDS: Final = 10.0
"""How long a worker that another takes over from answers on the connections that it has."""
MOST_WATCHERS: Final = 32
"""Connections to the local port for health and metrics."""


class _EndsWhenTold:
    """Of a server of uvicorn: it is woken when it has to end. By itself it would look ten times a second, also where
    nobody asks anything.
    """

    _is_told = False
    _wake: Callable[[], object] | None = None

    @property
    def should_exit(self) -> bool:
        """The flag by which all tell, uvicorn's own signal handlers too."""
        return self._is_told

    @should_exit.setter
    def should_exit(self, is_told: bool) -> None:
        self._is_told = is_told
        if is_told and self._wake is not None:
            self._wake()

    async def main_loop(self) -> None:
        ending, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = partial(loop.call_soon_threadsafe, ending.set)
        try:
            if not await super().on_tick(0):  # type: ignore[misc]
                await ending.wait()
        finally:
            self._wake = None  # it may be told once more when its loop is gone


def http_server(limen: Limen, leaving: asyncio.Event | None = None) -> uvicorn.Server:
    """The server for browsers and, behind it, every app; strict in what it reads off the wire.

    Once `leaving` is set another worker goes on: then it ends without a request that fails.
    """
    another_goes_on = leaving or asyncio.Event()
    import uvicorn  # noqa: PLC0415 -- heavy

    from limen.enforcement import strict_http  # noqa: PLC0415 -- heavy

    def refused(word: str, address: str) -> None:
        limen.doors.refuse(word, door="gateway", address=address)

    admission, trusted = limen.enforcement.admission, limen.settings.listen.trusted_proxies

    protocol = strict_http.protocol(refused, admission.listener("browsers"), trusted)

    class Server(_EndsWhenTold, uvicorn.Server):
        """Ends its live pages before it waits for what is still being answered."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            limen.journal.end_live()
            if another_goes_on.is_set():
                await self._let_go()
            logging.getLogger("uvicorn.error").addFilter(_is_no_cut_stream)
            await super().shutdown(sockets)

        async def _let_go(self) -> None:
            """Take no new connections, and end each of those that are open with its next answer."""
            for one in self.servers:
                one.close()
            protocol.says_last()
            for each in self.server_state.connections:
                if isinstance(each, strict_http.WireProtocol):
                    each.say_last()
            time = asyncio.get_running_loop().time
            ends_at, open_ones = time() + DRAIN_SECONDS, self.server_state.connections
            while open_ones and time() < ends_at:  # noqa: ASYNC110 -- uvicorn tells by this set alone
                await asyncio.sleep(0.05)

    return Server(
        uvicorn.Config(
            limen.asgi,
            http=protocol,
            backlog=admission.limits.backlog,
            ws="websockets-sansio",
            lifespan="off",
            log_level="error",  # what strangers send wrong stands in the journal, bounded; not in a log without end
            access_log=False,
            server_header=False,
            date_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_SECONDS,
        )
    )


def _is_no_cut_stream(record: logging.LogRecord) -> bool:
    """Whether a line of the log is news: that a stopping server cuts what an app still streams is not."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, asyncio.CancelledError) and "timeout graceful shutdown exceeded" not in record.msg


@dataclass(frozen=True, slots=True)
class Ports:
    """The sockets that browsers, fronts that check, and whoever watches connect to; None where one is turned off.

    A parent opens them once for all its workers.
    """

    browsers: socket.socket
    check: socket.socket | None = None
    health: socket.socket | None = None

    def close(self) -> None:
        """Also a socket with a path is gone then."""
        for each in (self.browsers, self.check, self.health):
            if each is not None:
                path = each.getsockname() if each.family == socket.AF_UNIX and each.fileno() >= 0 else ""
                each.close()
                if path:
                    Path(path).unlink(missing_ok=True)


def open_ports(settings: Settings, at: str = "") -> Ports:
    """Listen as the settings say; `at` is where browsers' requests come in, "" for what the settings say.

    Raises LimenError where a port can't be had.
    """
    with ExitStack() as closing:
        browsers = listen_on(at or settings.listen.address)
        closing.callback(browsers.close)
        check = None
        if settings.listen.check:
            try:
                check = listen_for_checks(settings.listen.check)
            except (OSError, ValueError) as error:
                raise cant_listen(settings.listen.check, error) from None
            closing.callback(check.close)
        health = listen_on(settings.listen.health) if settings.listen.health else None
        closing.pop_all()
        return Ports(browsers, check, health)


async def serve(
    limen: Limen, told: Callable[[], Awaitable[None]], ports: Ports | None = None, leaving: asyncio.Event | None = None
) -> None:
    """Answer on all ports until the process is told to stop. `told` is awaited once everything listens.

    Without `ports` they are what the settings say. Once `leaving` is set another worker goes on, and this one ends.
    Raises LimenError where a port can't be had.
    """
    if ports is None:
        ports = open_ports(limen.settings)
        try:
            await serve(limen, told, ports, leaving)
        finally:
            ports.close()
        return
    leaving = leaving or asyncio.Event()
    server = http_server(limen, leaving)
    if ports.check is not None:
        await limen.enforcement.check.start(ports.check)
    async with AsyncExitStack() as closing:
        if ports.health is not None:
            watching = asyncio.create_task(_watch_once(closing, limen, ports.health), name="begin to be watched")
            closing.push_async_callback(_cancelled, watching)
        left = asyncio.create_task(_leave(server, limen, leaving), name="leave")
        closing.push_async_callback(_cancelled, left)
        await _answer(limen, server, ports.browsers, told)


async def _leave(server: uvicorn.Server, limen: Limen, leaving: asyncio.Event) -> None:
    await leaving.wait()
    limen.enforcement.check.say_last()
    server.should_exit = True


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _watch_once(closing: AsyncExitStack, limen: Limen, listening: socket.socket) -> None:
    """Of all workers of a machine the one that leads answers on the port for health and metrics."""
    await limen.core.leader.led(Once.PER_MACHINE)
    await _watch(closing, limen, listening)


async def _answer(
    limen: Limen, server: uvicorn.Server, listening: socket.socket, told: Callable[[], Awaitable[None]]
) -> None:
    limen.journal.record(Event(id="", at=limen.clock.now(), kind="limen.started"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        spare_the_collector()
        while not server.started and not serving.done():  # noqa: ASYNC110 -- uvicorn tells by this flag alone
            await asyncio.sleep(0.01)
        await told()
        await serving
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        await limen.enforcement.check.close()
        limen.journal.record(Event(id="", at=limen.clock.now(), kind="limen.stopped"))


async def _watch(closing: AsyncExitStack, limen: Limen, listening: socket.socket) -> None:
    """Answer on the local port for health and metrics until `closing` ends it."""
    import uvicorn  # noqa: PLC0415 -- heavy

    from limen.enforcement import strict_http  # noqa: PLC0415 -- heavy
    from limen.operations.local_port import answers  # noqa: PLC0415 -- heavy

    def refused(word: str, address: str) -> None:
        limen.doors.refuse(word, door="health", address=address)

    own = limen.enforcement.admission.listener("health", connections=MOST_WATCHERS)

    watched = Watched(
        limen.doors, limen.in_force, limen.journal, lambda: limen.disk.space, limen.figures, limen.warnings
    )
    config = uvicorn.Config(
        answers(watched),
        http=strict_http.protocol(refused, own),
        ws="none",
        backlog=MOST_WATCHERS,
        lifespan="off",
        log_level="error",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )

    class Beside(_EndsWhenTold, uvicorn.Server):
        """Signals are the main server's; this one ends with it."""

        @contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            yield

    server = Beside(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]), name="health and metrics")

    async def end() -> None:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)

    closing.push_async_callback(end)


def spare_the_collector() -> None:
    """Take what stands by now out of the garbage collector's rounds, and have it look less often.

    Deciding makes many short-lived values and no cycles; each look at everything else would be paid by a request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
