"""Who waits for somebody to type the code that they show (RFC 8628 section 3.3): for all workers, hard to guess.

A stranger can begin this and send the code to somebody: whoever shows a page for it says what asks and from where, and
gives no link that has the code in it. A full room keeps nobody out: the oldest of the network with the most gives way.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

import msgspec

from limen.admission import network_of
from limen.clock import SECOND, Clock, Instant, Milliseconds
from limen.rate_limit import RateLimit
from limen.storage.kept_briefly import KeptBriefly, Rows, Shelf, WhenFull
from limen.storage.kept_rate_limit import KeptRateLimit

MOST: Final = 1_000
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes about, and nothing that is read as something else (RFC 8628 section 6.1)."""
LENGTH: Final = 8
"""20 to the 8th are 2.6e10 codes: with a thousand waiting and ten guesses a person, one in 2.6 million is right."""
GUESSES_AT_ONCE: Final = 10
GUESS_EVERY: Final[Milliseconds] = 60 * SECOND


class Waiting(Protocol):
    """Somebody who waits, a dataclass of plain values. `waits(now)`: a code that is typed now is theirs."""

    @property
    def user_code(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def at(self) -> Instant: ...
    def waits(self, now: Instant) -> bool: ...


W = TypeVar("W", bound=Waiting)


class UserCodes(Generic[W]):
    """Those who wait, by names of their own that nobody guesses; each is forgotten `kept_for` after they came.

    `of` is what they are, and `kind` their class. What is kept raises StorageError where nothing can be kept or read.
    """

    def __init__(self, kept: KeptBriefly, clock: Clock, of: str, kind: type[W], kept_for: Milliseconds) -> None:
        self._kept = kept
        self._clock = clock
        self._of = of
        self._kind = kind
        self._kept_for = kept_for
        self._guesses = KeptRateLimit(of, GUESS_EVERY, GUESSES_AT_ONCE)
        self._begun = RateLimit(per_second=0.1, at_once=20)

    def admits(self, address: str) -> bool:
        """Whether one more may begin there now, at this worker."""
        return self._begun.admits(network_of(address), self._clock.now())

    async def begin(self, name: str, make: Callable[[str], W]) -> W:
        """From now on this one waits under this name; `make` makes it with the code that it shows."""

        def work(rows: Rows) -> W:
            until = rows.now + self._kept_for
            while not rows.put_first(self._codes, code := _new_code(), name.encode(), until):
                pass
            one = make(code)
            rows.put(self._waiting, name, msgspec.msgpack.encode(one), until, network_of(one.address))
            return one

        return await self._kept.do(work)

    async def get(self, name: str) -> W | None:
        """Who waits under this name, also when their time is over."""
        return await self._kept.do(lambda rows: self._look(rows, name))

    async def change(self, name: str, changed: Callable[[W], W | None]) -> W | None:
        """Who waits under this name, as `changed` makes them of who they are at that instant, whoever else changes them
        at the same time; None where nobody waits, and where it makes nothing of them.
        """

        def work(rows: Rows) -> W | None:
            rows.hold(self._waiting, name)
            found = self._look(rows, name)
            new = None if found is None else changed(found)
            if new is not None:
                rows.change(self._waiting, name, msgspec.msgpack.encode(new))
            return new

        return await self._kept.do(work)

    async def drop(self, name: str) -> bool:
        """They wait no more. Of many who say so at once one gets True."""

        def work(rows: Rows) -> bool:
            found = self._look(rows, name)
            if found is not None:
                rows.drop(self._codes, found.user_code)
            return rows.drop(self._waiting, name)

        return await self._kept.do(work)

    async def typed(self, code: str, person_id: str) -> tuple[str, W] | None:
        """The name of who shows this code and waits, and who it is; None also where a person guesses too often."""
        read = "".join(letter for letter in code.upper()[:40] if letter.isalnum())

        def work(rows: Rows) -> tuple[str, W] | None:
            if not self._guesses.admits(rows, person_id):
                return None
            kept = rows.look(self._codes, read)
            name = "" if kept is None else kept.data.decode()
            one = self._look(rows, name) if name else None
            return (name, one) if one is not None and one.waits(rows.now) else None

        return await self._kept.do(work)

    # Inside

    def _look(self, rows: Rows, name: str) -> W | None:
        found = rows.look(self._waiting, name)
        return None if found is None else msgspec.msgpack.decode(found.data, type=self._kind)

    @property
    def _waiting(self) -> Shelf:
        return Shelf(f"{self._of}: waiting", MOST, when_full=WhenFull.OF_THE_LARGEST)

    @property
    def _codes(self) -> Shelf:
        return Shelf(f"{self._of}: codes", 2 * MOST)


def shown(user_code: str) -> str:
    """In two halves, as people read it."""
    return f"{user_code[:4]}-{user_code[4:]}"


def _new_code() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
