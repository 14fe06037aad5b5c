"""Frames in, durable events out: one batch is read and written while the next one gathers.

Nothing is acknowledged before the disk has it. Where the disk takes nothing, whoever waits for an answer is told so;
what came over a connection that has no answers (syslog) stays here and is tried again, and its connection is not read
meanwhile, so that its sender keeps what follows.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import msgspec

from limen.errors import LimenError
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.counts import Counts

MOST_WAITING_BYTES: Final = 32 << 20
MOST_WAITING_FRAMES: Final = 100_000
"""So much may wait to be kept; beyond it nothing more is taken."""
BATCH_BYTES: Final = 4 << 20
BATCH_FRAMES: Final = 5_000
OF_A_FRAME: Final = 200
"""What a frame takes in memory beside its data, in bytes."""
LONGEST_RAW: Final = 64 << 10
AGAIN_SECONDS: Final = 1.0

_log: Final = logging.getLogger("limen.monitor")


class NotKeptError(LimenError):
    """What was sent is not kept, and has to be sent again."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    frames: Sequence[Frame]
    size: int
    kept: asyncio.Future[None] | None


class Pipeline:
    """`understand` makes events of a frame and never raises; `append` returns when their lines are durable.

    `wrong` is why the disk takes nothing at this moment; "" while it does. Used on the event loop; what takes time is
    done in one thread.
    """

    def __init__(
        self,
        understand: Callable[[Frame], list[NormalEvent]],
        append: Callable[[Sequence[bytes]], object],
        counts: Counts,
        appended: Callable[[], None],
    ) -> None:
        self.wrong = ""
        self.waiting_bytes = 0
        self.waiting_frames = 0
        self._understand = understand
        self._append = append
        self._counts = counts
        self._appended = appended
        self._encoder = msgspec.json.Encoder()
        self._queue: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="limen-keep")
        self._running: asyncio.Task[None] | None = None
        self._keeping: asyncio.Task[bool] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run(), name="keep what comes")

    @property
    def has_room(self) -> bool:
        """Whether more may be put. The other half is for what waits for its answer, and proves who sends it."""
        return self.waiting_bytes < MOST_WAITING_BYTES // 2 and self.waiting_frames < MOST_WAITING_FRAMES // 2

    async def room(self) -> None:
        """Return when more may be put."""
        await self._room.wait()

    def put(self, frames: Sequence[Frame]) -> None:
        """Have these kept; nobody waits for it. Whoever puts has looked for room first."""
        self._put(frames, None)

    async def keep(self, frames: Sequence[Frame]) -> None:
        """Return when these are durable. Raises NotKeptError when they can't be, or there is no room for them."""
        if self.wrong and self._queue:
            raise NotKeptError(self.wrong)
        if self.waiting_bytes >= MOST_WAITING_BYTES or self.waiting_frames >= MOST_WAITING_FRAMES:
            raise NotKeptError("too much waits to be kept", "send it again in a moment")
        kept = asyncio.get_running_loop().create_future()
        self._put(frames, kept)
        await kept

    async def close(self) -> None:
        """Keep what waits, once more, and end."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
        if self._keeping is not None:
            await self._keeping
        if self._queue:
            await self._keep(self._next_batch(most=len(self._queue)))
        self._thread.shutdown()

    # Inside

    def _put(self, frames: Sequence[Frame], kept: asyncio.Future[None] | None) -> None:
        size = sum(len(frame.data) + OF_A_FRAME for frame in frames)
        self._queue.append(_Waiting(frames, size, kept))
        self._held(size, len(frames))
        self._arrived.set()

    def _held(self, size: int, number: int) -> None:
        self.waiting_bytes += size
        self.waiting_frames += number
        if self.has_room:
            self._room.set()
        else:
            self._room.clear()

    async def _run(self) -> None:
        while True:
            await self._arrived.wait()
            self._keeping = asyncio.create_task(self._keep(self._next_batch()))
            if not await asyncio.shield(self._keeping):
                await asyncio.sleep(AGAIN_SECONDS)

    def _next_batch(self, most: int = 0) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = number = 0
        while self._queue and (len(batch) < most or (size < BATCH_BYTES and number < BATCH_FRAMES)):
            batch.append(one := self._queue.popleft())
            size += one.size
            number += len(one.frames)
        if not self._queue:
            self._arrived.clear()
        return batch

    async def _keep(self, batch: list[_Waiting]) -> bool:
        """Keep one batch, and tell who waits for it. False where it can't be kept: what nobody waits for stays."""
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._thread, self._write, [frame for one in batch for frame in one.frames])
            why = ""
        except Exception as error:  # noqa: BLE001 -- whatever the disk says, nothing is acknowledged
            why = getattr(error, "what", "") or f"what comes can't be written ({type(error).__name__})"
            _log.error("what comes can't be kept: %s", error)
        self.wrong = why
        stays = [one for one in batch if why and one.kept is None]
        for one in batch:
            if one.kept is not None and not one.kept.done():
                if why:
                    one.kept.set_exception(NotKeptError(why))
                else:
                    one.kept.set_result(None)
        self._queue.extendleft(reversed(stays))
        if stays:
            self._arrived.set()
        gone = [one for one in batch if not why or one.kept is not None]
        self._held(-sum(one.size for one in gone), -sum(len(one.frames) for one in gone))
        if not why:
            self._appended()
        return not why

    def _write(self, frames: Sequence[Frame]) -> None:
        """In the thread: read, write, wait for the disk."""
        events = [event for frame in frames for event in self._understood(frame)]
        if events:
            self._append([self._encoder.encode(event) for event in events])
            self._counts.kept(events)

    def _understood(self, frame: Frame) -> list[NormalEvent]:
        """Its events. An error of ours costs what it says, never the frame."""
        try:
            return self._understand(frame)
        except Exception:  # noqa: BLE001 -- as it says
            _log.exception("a message of %s could not be understood", frame.source)
            uid = sha256(b"%s\n%s" % (frame.source.encode(), frame.data)).hexdigest()[:32]
            raw = frame.data[:LONGEST_RAW].decode(errors="replace")
            return [
                NormalEvent(uid=uid, at=frame.received_at, received_at=frame.received_at, source=frame.source, raw=raw)
            ]
