"""Frames in, durable events out: one batch is written while the next ones are read and more gathers.

Nothing is acknowledged before the disk has it. Where the disk takes nothing, whoever waits for an answer is told so;
what came over a connection that has no answers (syslog) stays here and is tried again, and its connection is not read
meanwhile, so that its sender keeps what follows. Batches are written in the order in which they came, whoever reads
them (`readers.py`).
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from limen.errors import LimenError
from limen.monitor.normal_form.frame import Frame
from limen.monitor.process.batch import ReadBatch
from limen.monitor.process.counts import Counts
from limen.monitor.process.readers import Readers

MOST_WAITING_BYTES: Final = 32 << 20
MOST_WAITING_FRAMES: Final = 100_000
"""So much may wait to be kept; beyond it nothing more is taken."""
BATCH_BYTES: Final = 2 << 20
BATCH_FRAMES: Final = 5_000
AHEAD_BYTES: Final = 512 << 10
AHEAD_FRAMES: Final = 1_000
"""So much is worth a batch of its own while another one is on its way; less goes with what comes meanwhile."""
OF_A_FRAME: Final = 200
"""What a frame takes in memory beside its data, in bytes."""
AGAIN_SECONDS: Final = 1.0

_log: Final = logging.getLogger("limen.monitor")


class NotKeptError(LimenError):
    """What was sent is not kept, and has to be sent again."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    frames: Sequence[Frame]
    size: int
    kept: asyncio.Future[None] | None


@dataclass(frozen=True, slots=True)
class _Batch:
    waiting: list[_Waiting]
    read: asyncio.Task[ReadBatch]


class Pipeline:
    """`readers` make lines of frames, and never raise; `append` returns when these are durable.

    `wrong` is why the disk takes nothing at this moment; "" while it does. Used on the event loop; what takes time is
    done in one thread.
    """

    def __init__(
        self,
        readers: Readers,
        append: Callable[[Sequence[bytes]], object],
        counts: Counts,
        appended: Callable[[], None],
    ) -> None:
        self.wrong = ""
        self.waiting_bytes = 0
        self.waiting_frames = 0
        self._readers = readers
        self._append = append
        self._counts = counts
        self._appended = appended
        self._queue: deque[_Waiting] = deque()
        self._queued_bytes = 0
        self._queued_frames = 0
        self._batches: deque[_Batch] = deque()
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
            self._keeping = None
        is_kept = True
        while is_kept and (self._batches or self._queue):
            self._read_ahead()
            is_kept = await self._keep(self._batches.popleft())
        self._thread.shutdown()

    # Inside

    def _put(self, frames: Sequence[Frame], kept: asyncio.Future[None] | None) -> None:
        size = sum(len(frame.data) + OF_A_FRAME for frame in frames)
        self._queue.append(_Waiting(frames, size, kept))
        self._queued_bytes += size
        self._queued_frames += len(frames)
        self._held(size, len(frames))
        self._arrived.set()
        if self._keeping is not None:
            self._read_ahead()

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
            self._read_ahead()
            if not self._batches:
                self._arrived.clear()
                continue
            self._keeping = asyncio.create_task(self._keep(self._batches.popleft()))
            is_kept = await asyncio.shield(self._keeping)
            self._keeping = None
            if not is_kept:
                await asyncio.sleep(AGAIN_SECONDS)

    def _read_ahead(self) -> None:
        """Have what waits read, as far as it is worth it now. While the disk takes nothing, one batch is tried."""
        while self._queue:
            on_their_way = len(self._batches) + (self._keeping is not None)
            if on_their_way and (self.wrong or on_their_way >= self._readers.at_once or not self._is_worth_it):
                return
            waiting = self._next_batch()
            frames = [frame for one in waiting for frame in one.frames]
            self._batches.append(_Batch(waiting, asyncio.create_task(self._readers.read(frames))))

    @property
    def _is_worth_it(self) -> bool:
        return self._queued_bytes >= AHEAD_BYTES or self._queued_frames >= AHEAD_FRAMES

    def _next_batch(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = number = 0
        while self._queue and size < BATCH_BYTES and number < BATCH_FRAMES:
            batch.append(one := self._queue.popleft())
            size += one.size
            number += len(one.frames)
        self._queued_bytes -= size
        self._queued_frames -= number
        return batch

    async def _keep(self, batch: _Batch) -> bool:
        """Keep one batch, and tell who waits for it. False where it can't be kept: what nobody waits for stays."""
        try:
            read = await batch.read
            await asyncio.get_running_loop().run_in_executor(self._thread, self._write, read)
            why = ""
        except Exception as error:  # noqa: BLE001 -- whatever the disk says, nothing is acknowledged
            why = getattr(error, "what", "") or f"what comes can't be written ({type(error).__name__})"
            _log.error("what comes can't be kept: %s", error)
        self.wrong = why
        for one in batch.waiting:
            if one.kept is not None and not one.kept.done():
                if why:
                    one.kept.set_exception(NotKeptError(why))
                else:
                    one.kept.set_result(None)
        if why:
            self._put_back(one for one in batch.waiting if one.kept is None)
        gone = [one for one in batch.waiting if not why or one.kept is not None]
        self._held(-sum(one.size for one in gone), -sum(len(one.frames) for one in gone))
        if not why:
            self._appended()
        return not why

    def _put_back(self, stays: Iterable[_Waiting]) -> None:
        """Before all that came later, which has been read in vain: what one sender said stays in its order."""
        back = [*stays]
        for batch in self._batches:
            batch.read.cancel()
            back += batch.waiting
        self._batches.clear()
        self._queue.extendleft(reversed(back))
        self._queued_bytes += sum(one.size for one in back)
        self._queued_frames += sum(len(one.frames) for one in back)

    def _write(self, read: ReadBatch) -> None:
        """In the thread: write, and wait for the disk."""
        if read.lines:
            self._append(read.lines)
            self._counts.kept(read.tallies)
