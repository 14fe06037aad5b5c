"""What stays open: WebSockets and long downloads, decided again on every change of their facts, and cut on a no."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from limen.clock import HOUR, SECOND, Instant
from limen.enforcement.doors import Answer, Doors
from limen.events import Event, Outcome

LOOK_EVERY_SECONDS = 1.0
"""How often open streams are held against the lease and the journal, which no change of a fact announces."""


@dataclass(slots=True, eq=False)
class Stream:
    """One open stream. `cut` is called once, with the reason, on the event loop."""

    answer: Answer
    address: str
    door: str
    cut: Callable[[str], None]
    timer: asyncio.TimerHandle | None = None


class Streams:
    """Every open stream of this worker."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._open: set[Stream] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop_watching: Callable[[], None] | None = None
        self._looking_soon = False
        self._tick: asyncio.TimerHandle | None = None

    def __len__(self) -> int:
        return len(self._open)

    def add(self, stream: Stream) -> None:
        """Watch over `stream` until it is removed; it may be cut before this returns."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._stop_watching = self._doors.known.watch(self._told)
        self._open.add(stream)
        if self._tick is None:
            self._tick = self._loop.call_later(LOOK_EVERY_SECONDS, self._look_regularly)
        self._look(stream)

    def remove(self, stream: Stream) -> None:
        self._open.discard(stream)
        if stream.timer is not None:
            stream.timer.cancel()

    def close(self) -> None:
        """Cut everything: Limen stops."""
        if self._stop_watching is not None:
            self._stop_watching()
        if self._tick is not None:
            self._tick.cancel()
        for stream in tuple(self._open):
            self._cut(stream, "limen-stops")

    def _told(self, _subject: tuple[str, str]) -> None:
        """A fact has changed, perhaps on another thread. Many changes in one go are one look."""
        if self._loop is not None and not self._looking_soon and self._open:
            self._looking_soon = True
            self._loop.call_soon_threadsafe(self._look_at_all)

    def _look_regularly(self) -> None:
        self._tick = None
        if self._open and self._loop is not None:
            self._tick = self._loop.call_later(LOOK_EVERY_SECONDS, self._look_regularly)
            if self._doors.shut() is not None:
                self._look_at_all()

    def _look_at_all(self) -> None:
        self._looking_soon = False
        for stream in tuple(self._open):
            self._look(stream)

    def _look(self, stream: Stream) -> None:
        if stream.timer is not None:
            stream.timer.cancel()
            stream.timer = None
        word, until = self._doors.again(stream.answer, stream.address)
        if word:
            self._cut(stream, word)
        elif until is not None and self._loop is not None:
            stream.timer = self._loop.call_later(self._seconds_to(until), self._look, stream)

    def _seconds_to(self, until: Instant) -> float:
        return max(1, min(until - self._doors.clock.now(), HOUR)) / SECOND

    def _cut(self, stream: Stream, word: str) -> None:
        self.remove(stream)
        answer = stream.answer
        self._doors.journal.record(
            Event(
                at=self._doors.clock.now(),
                kind="stream.cut",
                outcome=Outcome.FAILURE,
                actor=answer.session.person_id if answer.session else "",
                session=answer.session.id if answer.session else "",
                address=stream.address,
                reason=word,
                details={"door": stream.door, "app": answer.app.id if answer.app else "", "decision": answer.id},
            )
        )
        stream.cut(word)
