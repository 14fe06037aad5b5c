"""The process that watches runs once on a machine: how workers that do not have it deliver to it, and hear how it goes.

The worker that has it listens on a socket for them, in a folder that is its own user's. They speak as the process does:
frames are delivered and answered, and each second comes how it goes.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.monitor.link import Deliver, Health, Kept, Link, LinkError, Listening, Message
from limen.monitor.normal_form.frame import Frame
from limen.pillar import NotTakenError
from limen.storage.wake_ups import short

FILE: Final = "monitor.sock"
MOST_WORKERS: Final = 128


class Sharing:
    """The side of the worker that has the process; `deliver` is its own way to it."""

    def __init__(self, folder: Path, deliver: Callable[[Sequence[Frame]], Awaitable[None]]) -> None:
        self._folder = folder
        self._deliver = deliver
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._listening = Listening()

    async def start(self, listening: Listening) -> None:
        """Let others deliver from now on. Raises OSError."""
        self._listening = listening
        if self._server is not None:
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        file = self._folder / FILE
        file.unlink(missing_ok=True)
        with short(self._folder) as folder:
            own.bind(f"{folder}/{FILE}")
        file.chmod(0o600)
        own.listen(MOST_WORKERS)
        self._server = await asyncio.start_unix_server(self._serve, sock=own)

    async def tell(self, health: Health) -> None:
        for link in tuple(self._links):
            with suppress(ConnectionError):
                await link.send(health)

    async def close(self) -> None:
        """End it: others connect to whoever has the process next."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for link in tuple(self._links):
            link.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Inside

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = Link(reader, writer)
        self._links.add(link)
        try:
            await link.send(self._listening)
            while (message := await link.receive()) is not None:
                if isinstance(message, Deliver):
                    task = asyncio.create_task(self._delivered(link, message))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        except (ConnectionError, LinkError):
            pass  # it comes again
        finally:
            self._links.discard(link)
            link.close()

    async def _delivered(self, link: Link, message: Deliver) -> None:
        answer: Message
        try:
            await self._deliver(message.frames)
            answer = Kept(number=message.number)
        except NotTakenError as refused:
            answer = Kept(number=message.number, why=refused.what)
        with suppress(ConnectionError):
            await link.send(answer)


async def reach(folder: Path) -> Link:
    """A link to the worker that has the process. Raises OSError where none listens."""
    own = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with short(folder) as place:
            own.connect(f"{place}/{FILE}")
    except OSError:
        own.close()
        raise
    return await Link.over(own)
