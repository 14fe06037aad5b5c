"""The life of the process: it is set up, listens, keeps and looks, and ends when the server does."""

from __future__ import annotations

import asyncio
import logging
import resource
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from limen.admission import Admission
from limen.clock import Clock, SystemClock
from limen.events import Event
from limen.monitor.detections.hit import Hit
from limen.monitor.link import (
    Deliver,
    Found,
    Given,
    Health,
    Kept,
    Link,
    Listening,
    Recorded,
    SetUp,
    Sources,
    Taken,
)
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, Frame
from limen.monitor.process.counts import Counts
from limen.monitor.process.detecting import Detecting
from limen.monitor.process.journal_tail import JournalTail
from limen.monitor.process.lateness import Lateness
from limen.monitor.process.listening import Receivers
from limen.monitor.process.parts import Parts
from limen.monitor.process.pipeline import NotKeptError, Pipeline
from limen.monitor.process.readers import Readers
from limen.monitor.process.senders import Senders
from limen.monitor.process.silence import Silence
from limen.monitor.process.state import read_state

HEALTH_SECONDS: Final = 1.0
ANSWER_SECONDS: Final = 60.0
"""So long the server may take to commit hits, before they are sent anew."""
MOST_DELIVERIES: Final = 256
"""At once; what comes beyond waits in the link."""

_log: Final = logging.getLogger("limen.monitor")


class Watching:
    """Everything that runs in the process. `parts` are made when it is set up."""

    def __init__(self, link: Link, setup: SetUp, parts: Parts, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self._link = link
        self._clock = clock
        self._parts = parts
        self._counts = Counts()
        self._senders = Senders()
        self._silence = Silence(self._counts.last_heard, clock.now())
        self._readers = Readers(parts.understands)
        self._pipeline = Pipeline(self._readers, parts.store.append, self._counts, self._appended)
        folder, lateness = Path(setup.data), Lateness()
        state = read_state(folder)
        journal = JournalTail(Path(setup.journal), state.journal)
        self._detecting = Detecting(
            folder,
            state,
            parts.store,
            journal,
            self._understood,
            parts.detectors,
            lambda state, now: [*self._silence(state, now), *lateness(state, now)],
            self._found,
            clock,
        )
        self._receivers = Receivers(setup.listen, self._senders, self._pipeline, self._counts, clock, Admission())
        self._given: asyncio.Queue[Given] = asyncio.Queue()
        self._deliveries: set[asyncio.Task[None]] = set()
        self._found_number = 0
        self._taken: dict[int, asyncio.Future[None]] = {}
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """Until the server ends."""
        self._readers.start()
        self._pipeline.start()
        await self._take_sources()
        self._detecting.start()
        ports, wrong = await self._receivers.start()
        with suppress(ConnectionError):  # where the server has ended meanwhile, there is nothing more to answer
            await self._link.send(Listening(ports=ports, wrong=wrong))
        tasks = [
            asyncio.create_task(self._tell_health(), name="tell how it goes"),
            asyncio.create_task(self._take_given(), name="take what is given"),
        ]
        try:
            await self._answer()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._end()

    async def _take_sources(self) -> None:
        """Nothing is taken before it is known who may send."""
        while not isinstance(message := await self._link.receive(), Sources | None):
            if isinstance(message, Given):
                await self._give(message.kind, message.value)
        if message is not None:
            self._set_sources(message)

    async def _answer(self) -> None:
        while (message := await self._link.receive()) is not None:
            await self._heed(message)

    async def _heed(self, message: object) -> None:
        match message:
            case Deliver():
                while len(self._deliveries) >= MOST_DELIVERIES:
                    await asyncio.wait(self._deliveries, return_when=asyncio.FIRST_COMPLETED)
                task = asyncio.create_task(self._deliver(message))
                self._deliveries.add(task)
                task.add_done_callback(self._deliveries.discard)
            case Taken(number=number):
                if (waits := self._taken.pop(number, None)) is not None and not waits.done():
                    waits.set_result(None)
            case Sources():
                self._set_sources(message)
            case Given():
                self._given.put_nowait(message)

    def _set_sources(self, message: Sources) -> None:
        self._senders.set(message.sources)
        self._silence.sources = message.sources
        self._receivers.look_again()
        self._parts.store.keep({one.name: one.keep_ms for one in message.sources})

    async def _take_given(self) -> None:
        """One after the other. Rules take seconds to compile: in a thread, beside what comes."""
        while True:
            message = await self._given.get()
            await self._give(message.kind, message.value)

    async def _give(self, kind: str, value: bytes) -> None:
        try:
            take_over = await asyncio.to_thread(self._parts.given, kind, value)
        except Exception:  # noqa: BLE001 -- what was before goes on
            _log.exception("what was said of %s can't be taken over", kind)
            return
        self._detecting.between(take_over)

    async def _deliver(self, message: Deliver) -> None:
        now = self._clock.now()
        for frame in message.frames:
            self._counts.came(frame.source, len(frame.data), now)
        try:
            await self._pipeline.keep(message.frames)
            answer = Kept(number=message.number)
        except NotKeptError as error:
            answer = Kept(number=message.number, why=error.what)
        with suppress(ConnectionError):
            await self._link.send(answer)

    # Detections

    def _appended(self) -> None:
        self._detecting.wake()

    def _understood(self, body: bytes) -> list[NormalEvent]:
        """A body of the journal, as any other event."""
        frame = Frame(source=LIMEN, kind=LIMEN, received_at=self._clock.now(), data=body)
        return list(self._parts.understands.events(frame))

    def _found(self, hits: Sequence[Hit]) -> None:
        """From the thread of detections: return when the server has them. Raises ConnectionError when it is gone."""
        while True:
            sending = asyncio.run_coroutine_threadsafe(self._send_found(tuple(hits)), self._loop)
            try:
                sending.result(ANSWER_SECONDS)
            except TimeoutError:
                sending.cancel()
                _log.error("what was found is not taken; it is sent anew")
            else:
                return

    async def _send_found(self, hits: tuple[Hit, ...]) -> None:
        self._found_number += 1
        number = self._found_number
        waits = self._taken[number] = self._loop.create_future()
        try:
            await self._link.send(Found(number=number, hits=hits))
            await waits
        finally:
            self._taken.pop(number, None)

    # As time passes

    async def _tell_health(self) -> None:
        while True:
            figures, refused = self._counts.figures()
            detecting = self._detecting
            wrong = (self._pipeline.wrong, detecting.wrong)
            await self._link.send(
                Health(
                    at=self._clock.now(),
                    sources=figures,
                    refused=refused,
                    waiting=self._pipeline.waiting_frames,
                    detected_at=detecting.detected_at,
                    behind=int(detecting.is_behind),
                    late=detecting.late,
                    hits=detecting.hits,
                    forgotten=detecting.forgotten,
                    resident_bytes=_resident_bytes(),
                    stored_bytes=self._parts.store.size,
                    wrong=tuple([one for one in wrong if one]),
                    rules=self._parts.rules(),
                    elsewhere=self._parts.elsewhere(),
                    streamed=self._parts.streamed(),
                )
            )
            await asyncio.sleep(HEALTH_SECONDS)

    async def _end(self) -> None:
        self._link.close()
        for waits in self._taken.values():
            if not waits.done():
                waits.set_exception(ConnectionError("the server has ended"))
        await self._receivers.close()
        for task in self._deliveries:
            task.cancel()
        await self._pipeline.close()
        await self._readers.close()
        await asyncio.to_thread(self._detecting.close)
        self._parts.store.close()


def _resident_bytes() -> int:
    """What the process has in memory now; where the system does not tell, the most that it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        return pages * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


async def watch(link: Link, parts_of: Callable[[SetUp, Callable[[Event], object]], Parts]) -> None:
    """Take the first message, and live by it. `parts_of` is given what takes events for the journal."""
    setup = await link.receive()
    if not isinstance(setup, SetUp):
        return
    loop, telling = asyncio.get_running_loop(), set[asyncio.Task[None]]()

    async def tell(event: Event) -> None:
        with suppress(ConnectionError):
            await link.send(Recorded(event=event))

    def begin(event: Event) -> None:
        task = loop.create_task(tell(event))
        telling.add(task)
        task.add_done_callback(telling.discard)

    def record(event: Event) -> None:
        """From any thread, and nobody waits."""
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(begin, event)

    parts = await asyncio.to_thread(parts_of, setup, record)
    await Watching(link, setup, parts).run()
