"""What Limen tells agents by itself: look again, report as often, this device is ended. One stream for each device."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

MOST_WAITING: Final = 20
"""What an agent that does not read misses beyond it: it looks again anyway at the next interval."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event of a stream."""

    event: str
    data: dict[str, Any]


@dataclass(slots=True, eq=False)
class Stream:
    """An agent that listens."""

    device_id: str
    is_over: bool = False
    _waiting: deque[Told] = field(default_factory=lambda: deque(maxlen=MOST_WAITING))
    _something: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, told: Told) -> None:
        self._waiting.append(told)
        self._something.set()

    def end(self) -> None:
        self.is_over = True
        self._something.set()

    async def next(self, seconds: float) -> Told | None:
        """What there is to tell; None where nothing was for so long, or the stream is over."""
        if not self._waiting and not self.is_over:
            try:
                async with asyncio.timeout(seconds):
                    await self._something.wait()
            except TimeoutError:
                return None
        self._something.clear()
        return self._waiting.popleft() if self._waiting else None


class Streams:
    """Who listens, by device. A second listener of one device takes the place of the first."""

    def __init__(self) -> None:
        self._of: dict[str, Stream] = {}

    def __len__(self) -> int:
        return len(self._of)

    def listens(self, device_id: str) -> bool:
        return device_id in self._of

    def listening(self) -> tuple[str, ...]:
        """The devices whose agents listen now."""
        return tuple(self._of)

    def open(self, device_id: str) -> Stream:
        before = self._of.pop(device_id, None)
        if before is not None:
            before.end()
        stream = self._of[device_id] = Stream(device_id)
        return stream

    def close(self, stream: Stream) -> None:
        stream.end()
        if self._of.get(stream.device_id) is stream:
            del self._of[stream.device_id]

    def tell(self, device_id: str, event: str, **data: Any) -> bool:
        """Whether somebody listens."""
        stream = self._of.get(device_id)
        if stream is not None:
            stream.tell(Told(event, data))
        return stream is not None

    def end_all(self) -> None:
        for stream in tuple(self._of.values()):
            self.close(stream)
