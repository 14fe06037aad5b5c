"""The server's side of the process that watches: started, told what it must know, started again when it ends.

While it does not run nothing is taken: whoever sends over HTTP is told to send again, and syslog finds nobody. It goes
on from its own place, so that what was kept before is looked at, too.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.events import Event
from limen.monitor.detections.hit import Hit
from limen.monitor.link import (
    Deliver,
    Found,
    Given,
    Health,
    Kept,
    Link,
    LinkError,
    Listening,
    Message,
    Recorded,
    SetUp,
    Sources,
    Taken,
)
from limen.monitor.normal_form.frame import Frame
from limen.monitor.pieces import pieces
from limen.monitor.sharing import Sharing, reach
from limen.pillar import NotTakenError

DELIVER_SECONDS: Final = 30.0
"""So long whoever delivers waits for an answer."""
MOST_DELIVERING_BYTES: Final = 48 << 20
"""What may be on its way to the process at once; beyond it senders are told to come again."""
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 30.0
STEADY_SECONDS: Final = 60.0
"""After running so long, the next pause is the first again."""
MOST_UNANSWERED: Final = 8
"""Pieces of one delivery that are on their way at once; the next is sent when the first of them is kept."""
OF_A_FRAME: Final = 100
"""What a frame takes on its way beside its data, in bytes."""
END_SECONDS: Final = 15.0
OF_THE_STORE: Final = "event_store."
"""Nothing else does the process say in the journal, whoever may have got hold of it."""
COMMAND: Final = (sys.executable, "-P", "-m", "limen.monitor.process")
_HANDED_ON: Final = ("PATH", "PYTHONPATH", "LANG", "TZ")

_log: Final = logging.getLogger("limen.monitor")


class Supervision:
    """`setup` says how the process is set up, anew at each start; `sources` who may send. `take` returns when hits are
    committed; `record` takes events for the journal. `pauses_seconds`, the first and the longest, lie between the end
    of the process and the next start. Of several workers the one of which `is_ours` says so has the process; the others
    deliver to it by a socket in `folder` (None: there are no others). Used on the event loop.
    """

    def __init__(
        self,
        setup: Callable[[], Awaitable[SetUp]],
        sources: Callable[[], Sources],
        take: Callable[[Sequence[Hit]], Awaitable[object]],
        record: Callable[[Event], object],
        command: Sequence[str] = COMMAND,
        pauses_seconds: tuple[float, float] = (FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS),
        folder: Path | None = None,
        is_ours: Callable[[], bool] = lambda: True,
    ) -> None:
        self.health: Health | None = None
        self.listening = Listening()
        self.restarts = 0
        self._setup = setup
        self._sources = sources
        self._take = take
        self._record = record
        self._command = command
        self._first_pause, self._longest_pause = pauses_seconds
        self._is_ours = is_ours
        self._folder = folder
        self._sharing = None if folder is None else Sharing(folder, self.deliver)
        self._given: dict[str, bytes] = {}
        self._link: Link | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._number = 0
        self._delivering: dict[int, asyncio.Future[Kept]] = {}
        self._delivering_bytes = 0
        self._taking: set[asyncio.Task[None]] = set()

    # What the server asks of it

    def start(self) -> None:
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch_over(), name="watch over the process that watches")

    async def close(self) -> None:
        """End the process: it keeps what it has, and its place."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
            self._watching = None

    @property
    def is_running(self) -> bool:
        return self._watching is not None

    @property
    def is_own(self) -> bool:
        """Whether the process is this worker's."""
        return self._is_ours()

    @property
    def pid(self) -> int:
        """The process; 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    async def ready(self) -> None:
        """Return when it listens."""
        await self._ready.wait()

    async def deliver(self, frames: Sequence[Frame]) -> None:
        """Return when these are durable. Raises NotTakenError: then all must be sent again, though some may be kept."""
        link, size = self._link, sum(len(one.data) for one in frames)
        if link is None or not self._ready.is_set():
            raise NotTakenError("Limen does not watch at this moment", "send it again in a moment")
        if self._delivering_bytes + size > MOST_DELIVERING_BYTES and self._delivering:
            raise NotTakenError("too much is on its way already", "send it again in a moment")
        self._delivering_bytes += size
        sent: deque[int] = deque()
        try:
            async with asyncio.timeout(DELIVER_SECONDS):
                for piece in pieces(frames, [len(one.data) + OF_A_FRAME for one in frames]):
                    if len(sent) >= MOST_UNANSWERED:
                        await self._answered(sent.popleft())
                    sent.append(self._awaited())
                    await link.send(Deliver(number=sent[-1], frames=tuple(piece)))
                    await asyncio.sleep(0)  # whoever waits for a decision goes first
                while sent:
                    await self._answered(sent.popleft())
        except (TimeoutError, ConnectionError):
            raise NotTakenError("it was not kept in time", "send it again in a moment") from None
        finally:
            self._delivering_bytes -= size
            for number in sent:
                self._delivering.pop(number).cancel()

    def _awaited(self) -> int:
        """A number of which the answer is waited for."""
        self._number += 1
        self._delivering[self._number] = asyncio.get_running_loop().create_future()
        return self._number

    async def _answered(self, number: int) -> None:
        """Return when what has this number is kept. Raises NotTakenError, ConnectionError."""
        try:
            answer = await self._delivering[number]
        finally:
            del self._delivering[number]
        if answer.why:
            raise NotTakenError(answer.why, "send it again in a moment")

    async def give(self, kind: str, value: bytes) -> None:
        """What a part of the process is to know from now on; given again whenever it is started anew."""
        if self._given.get(kind) != value:
            self._given[kind] = value
            await self._tell(Given(kind=kind, value=value))

    async def tell_sources(self) -> None:
        """Who may send has changed."""
        await self._tell(self._sources())

    # Watching over it

    async def _watch_over(self) -> None:
        pause = self._first_pause
        while True:
            if self._folder is not None and not self._is_ours():
                await self._deliver_to_another(self._folder)
                await asyncio.sleep(self._first_pause)
                continue
            began = time.monotonic()
            try:
                await self._live()
            except asyncio.CancelledError:
                raise
            except Exception:  # noqa: BLE001 -- whatever it was, the next try comes
                _log.exception("the process that watches could not be run")
            if time.monotonic() - began > STEADY_SECONDS:
                pause = self._first_pause
            self.restarts += 1
            _log.error("the process that watches has ended and is started again")
            await asyncio.sleep(pause)
            pause = min(pause * 2, self._longest_pause)

    async def _deliver_to_another(self, folder: Path) -> None:
        """For as long as another worker has the process."""
        try:
            self._link = link = await reach(folder)
            while (message := await link.receive()) is not None:
                if isinstance(message, Listening | Kept | Health):
                    await self._heed(link, message)
        except (OSError, LinkError):
            return  # the next try comes
        finally:
            self._forget()

    async def _live(self) -> None:
        """One life of it, from its start to its end."""
        setup = await self._setup()
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = process = await asyncio.to_thread(self._started, theirs)
        try:
            link = await Link.over(ours)
            await link.send(setup)
            for kind, value in self._given.items():
                await link.send(Given(kind=kind, value=value))
            await link.send(self._sources())
            self._link = link
            while (message := await link.receive()) is not None:
                await self._heed(link, message)
        except (ConnectionError, LinkError) as error:
            _log.error("the link to the process that watches broke: %s", error)
        finally:
            if self._sharing is not None:
                await self._sharing.close()
            self._forget()
            ours.close()
            await _ended(process)

    def _started(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        """It gets nothing from the server's environment but where Python finds its modules: no secret of Limen's."""
        environment = {name: value for name in _HANDED_ON if (value := os.environ.get(name))}
        return subprocess.Popen(  # noqa: S603 -- ours
            self._command,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env=environment,
        )

    async def _heed(self, link: Link, message: Message) -> None:
        match message:
            case Listening():
                self.listening = message
                for way, wrong in message.wrong.items():
                    _log.error("syslog by %s can't be taken: %s", way, wrong)
                if self._sharing is not None and self._is_ours():
                    await self._sharing.start(message)
                self._ready.set()
            case Kept(number=number):
                if (waits := self._delivering.get(number)) is not None and not waits.done():
                    waits.set_result(message)
            case Health():
                self.health = message
                if self._sharing is not None and self._is_ours():
                    await self._sharing.tell(message)
            case Recorded(event=event) if event.kind.startswith(OF_THE_STORE):
                self._record(event)
            case Found():
                task = asyncio.create_task(self._commit(link, message))
                self._taking.add(task)
                task.add_done_callback(self._taking.discard)

    async def _commit(self, link: Link, found: Found) -> None:
        """Only what is committed is answered: else it comes again."""
        try:
            await self._take(found.hits)
        except Exception:  # noqa: BLE001 -- whatever it was, it comes again
            _log.exception("what was found could not be taken; it comes again")
            return
        with suppress(ConnectionError):
            await link.send(Taken(number=found.number))

    async def _tell(self, message: Message) -> None:
        if self._link is not None and self._is_ours():
            with suppress(ConnectionError):
                await self._link.send(message)

    def _forget(self) -> None:
        """The process is gone, and with it every answer that somebody waits for."""
        if self._link is not None:
            self._link.close()
        self._link, self._process, self.health = None, None, None
        self._ready.clear()
        self.listening = Listening()
        for waits in self._delivering.values():
            if not waits.done():
                waits.set_result(Kept(number=0, why="the process that watches has ended"))


async def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait until it has ended by itself, for a while."""
    until = time.monotonic() + END_SECONDS
    while process.poll() is None and time.monotonic() < until:  # noqa: ASYNC110 -- a process tells nobody
        await asyncio.sleep(0.02)
    if process.poll() is None:
        process.kill()
        await asyncio.to_thread(process.wait)
