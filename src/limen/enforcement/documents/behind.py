"""Bodies that nothing can stop: they pass as they come, and are looked into meanwhile and behind.

Whoever sends faster than it is looked into waits at the end of a body until fewer of theirs are behind, so that
nothing is left out and nothing piles up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from typing import Any, Final

from limen.admission.at_once import AtOnce

MOST_BEHIND: Final = 4
"""So many bodies of one owner are looked into after they have passed."""
_LAST_SECONDS: Final = 5.0
"""So long it may take when Limen ends."""
_AHEAD: Final = 16
"""So many pieces may be read before the one that is passed on: the slower of both sides sets the speed."""


class Behind:
    """What is looked into after it has passed. Used on the event loop."""

    def __init__(self) -> None:
        self._turns = AtOnce(MOST_BEHIND)
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, look: Coroutine[Any, Any, None]) -> None:
        """Have this go on whatever becomes of the request."""
        task = asyncio.create_task(look)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def turn(self, owner: str) -> Turn:
        """The owner's turn to be looked into behind: `take` it at the end of a body, `leave` when it is judged."""
        return Turn(self._turns, owner)

    async def settled(self) -> None:
        """Return when all of it is looked into."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give what is not looked into yet some seconds, and end it then."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_LAST_SECONDS)
            for one in late:
                one.cancel()
            await asyncio.gather(*late, return_exceptions=True)


class Turn:
    """Taken once and left once; who never took it leaves nothing."""

    def __init__(self, turns: AtOnce, owner: str) -> None:
        self._turns, self._owner, self._is_taken = turns, owner, False

    async def take(self) -> None:
        await self._turns.take(self._owner)
        self._is_taken = True

    def leave(self) -> None:
        if self._is_taken:
            self._is_taken = False
            self._turns.leave(self._owner)


class Doubled:
    """A body that is read once and goes two ways: `looked_into`, which reads it, and `onward`, as it comes.

    Where it breaks off, or is passed on no further (`close`), what is looked into ends there.
    """

    def __init__(self, source: AsyncIterator[bytes], turn: Turn) -> None:
        self._source, self._turn = source, turn
        self._pieces: asyncio.Queue[bytes | BaseException | None] = asyncio.Queue()
        self._room = asyncio.Semaphore(_AHEAD)
        self._is_closed = False

    async def looked_into(self) -> AsyncIterator[bytes]:
        """The pieces, each after it was given to whoever passes it on."""
        try:
            async for piece in self._source:
                await self._room.acquire()
                if self._is_closed:
                    break
                self._pieces.put_nowait(piece)
                yield piece
            await self._turn.take()
        except BaseException as wrong:
            is_of_the_body = isinstance(wrong, Exception)
            self._pieces.put_nowait(wrong if is_of_the_body else ConnectionResetError())
            if not is_of_the_body:
                raise
        else:
            self._pieces.put_nowait(None)

    async def onward(self) -> AsyncIterator[bytes]:
        """The pieces as they come. Raises what reading them raised."""
        while (piece := await self._pieces.get()) is not None:
            if isinstance(piece, BaseException):
                raise piece
            self._room.release()
            yield piece

    def close(self) -> None:
        """Nothing more is passed on."""
        self._is_closed = True
        self._room.release()
