"""What answers on the wire: the ports, until the process is told to stop."""

from __future__ import annotations

import asyncio
import errno
import gc
import logging
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from limen.app import Limen
from limen.errors import LimenError
from limen.events import Event
from limen.operations.health import Watched

if TYPE_CHECKING:
    import uvicorn

STOP_SECONDS: Final = 3
MOST_WATCHERS: Final = 32
"""Connections to the local port for health and metrics."""


class AddressInUseError(LimenError):
    """Something else listens there."""


def http_server(limen: Limen) -> uvicorn.Server:
    """The server for browsers and, behind it, every app; strict in what it reads off the wire."""
    import uvicorn  # noqa: PLC0415 -- heavy

    from limen.enforcement import strict_http  # noqa: PLC0415 -- heavy

    def refused(word: str, address: str) -> None:
        limen.doors.refuse(word, door="gateway", address=address)

    admission, trusted = limen.enforcement.admission, limen.settings.listen.trusted_proxies

    class Server(uvicorn.Server):
        """Ends its live pages before it waits for what is still being answered."""

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            limen.journal.end_live()
            logging.getLogger("uvicorn.error").addFilter(_is_no_cut_stream)
            await super().shutdown(sockets)

    return Server(
        uvicorn.Config(
            limen.asgi,
            http=strict_http.protocol(refused, admission.listener("browsers"), trusted),
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


async def serve(limen: Limen, told: Callable[[], Awaitable[None]], at: str = "") -> None:
    """Answer on both ports until the process is told to stop. `told` is awaited once everything listens.

    `at` is where the gateway listens, "" for what the settings say. Raises LimenError where a port can't be had.
    """
    server = http_server(limen)
    listening = listen_on(at or limen.settings.listen.address)
    if limen.settings.listen.check:
        try:
            await limen.enforcement.check.start(limen.settings.listen.check)
        except (OSError, ValueError) as error:
            raise _cant_listen(limen.settings.listen.check, error) from None
    async with AsyncExitStack() as closing:
        if limen.settings.listen.health:
            await _watch(closing, limen)
        await _answer(limen, server, listening, told)


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
        listening.close()
        await limen.enforcement.check.close()
        limen.journal.record(Event(id="", at=limen.clock.now(), kind="limen.stopped"))


async def _watch(closing: AsyncExitStack, limen: Limen) -> None:
    """Answer on the local port for health and metrics until `closing` ends it."""
    import uvicorn  # noqa: PLC0415 -- heavy

    from limen.enforcement import strict_http  # noqa: PLC0415 -- heavy
    from limen.operations.local_port import answers  # noqa: PLC0415 -- heavy

    def refused(word: str, address: str) -> None:
        limen.doors.refuse(word, door="health", address=address)

    own = limen.enforcement.admission.listener("health", connections=MOST_WATCHERS)

    watched = Watched(limen.doors, limen.in_force, limen.journal, lambda: limen.disk.space, limen.figures)
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

    class Beside(uvicorn.Server):
        """Signals are the main server's; this one ends with it."""

        @contextmanager
        def capture_signals(self) -> Generator[None, None, None]:
            yield

    server, listening = Beside(config), listen_on(limen.settings.listen.health)
    closing.callback(listening.close)
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


def listen_on(address: str) -> socket.socket:
    """A listening socket on `host:port` or `unix:/path`. Raises LimenError where that can't be had: AddressInUseError
    where somebody else has it.

    A socket at a path is for this user alone, and takes the place of one that was left over. No host would be every
    interface of the machine, which must be said (0.0.0.0), never meant by leaving it out.
    """
    if address.startswith("unix:"):
        return _listen_at(Path(address.removeprefix("unix:")))
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not host:
        raise _cant_listen(address, ValueError("it has no host"))
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, int(port)), family=family, backlog=1_024)
    except (OSError, ValueError, OverflowError) as error:
        raise _cant_listen(address, error) from None


def _listen_at(path: Path) -> socket.socket:
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        path.unlink(missing_ok=True)
        listening.bind(str(path))
        path.chmod(0o600)
        listening.listen(1_024)
    except OSError as error:
        listening.close()
        raise _cant_listen(f"unix:{path}", error) from None
    return listening


def _cant_listen(address: str, error: Exception) -> LimenError:
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return AddressInUseError(
            f"Limen can't listen on {address}, because something else does: perhaps the demo, or another Limen",
            "stop it, or choose another under [listen] in limen.toml; `limen doctor` shows what it is",
        )
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return LimenError(
        f"Limen can't listen on {address}: {why}",
        "stop whatever is listening there, or choose another under [listen] in limen.toml",
    )
