"""States and their numbers: whoever follows says which state it has, and is answered as soon as there is another.

So what turned reaches it at once, and the question says that the state before is in force there.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from limen.clock import DAY, SECOND, Clock
from limen.following.keys import SigningKey
from limen.following.wire import signed

WAITS_SECONDS: Final = 25.0
"""How long a question is left unanswered while there is nothing new."""
MOST_APART: Final = 10 * SECOND
"""So far the clocks of two machines, and the numbers of many changes within an instant, may be apart."""
MOST_AHEAD: Final = 100 * 366 * DAY
"""Beyond this no clock was ever wrong, and numbers stay ones that any reader of JSON reads whole."""


@dataclass(frozen=True, slots=True)
class State:
    """What one that follows is told, as JSON, and the signature of it."""

    number: int
    text: str
    signature: str


def signed_state(number: int, said: dict[str, Any], key: SigningKey, namespace: str) -> State:
    """What is said as a state. A signature is good for the state of this namespace, and for nothing else."""
    text = msgspec.json.encode(said)
    return State(number, text.decode(), signed(key.private, namespace, text))


@dataclass
class Turns:
    """The number of the state in force, and who waits for the next. Used on the event loop alone."""

    clock: Clock
    _number: int = field(default=0, init=False)
    _turn: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    @property
    def number(self) -> int:
        return self._number or self.change()

    def change(self) -> int:
        """There is another state from now on; its number. Numbers grow, also over a restart."""
        self._number = max(self._number + 1, self.clock.now())
        before, self._turn = self._turn, asyncio.Event()
        before.set()
        return self._number

    def outgrow(self, number: int) -> bool:
        """Be ahead of a state that somebody has: none takes one with a smaller number. Whether it is one that no worker
        gave: it was signed by a wrong clock, or it is a lie, which goes so far only. Numbers are instants, so what
        another worker gave is of now at most.
        """
        now = self.clock.now()
        if number <= self.number:
            return False
        if number < now + MOST_AHEAD:
            self._number = number
            self.change()
        return number > now + MOST_APART

    async def next(self, after: int) -> None:
        """Return when there is another state than this one, or nothing was new for long."""
        if after != self.number:
            return
        turn = self._turn
        try:
            async with asyncio.timeout(WAITS_SECONDS):
                await turn.wait()
        except TimeoutError:
            return
