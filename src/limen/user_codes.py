"""Who waits for somebody to type the code that they show (RFC 8628 section 3.3): in memory, bounded, hard to guess.

A stranger can begin this and send the code to somebody: whoever shows a page for it says what asks and from where, and
gives no link that has the code in it. A full room keeps nobody out: the oldest of the network with the most gives way.
"""

from __future__ import annotations

import secrets
from collections.abc import Hashable
from typing import Final, Generic, Protocol, TypeVar

from limen.admission import Crowd, network_of
from limen.clock import Clock, Instant, Milliseconds
from limen.rate_limit import RateLimit

MOST: Final = 1_000
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""No vowels, so that no word comes about, and nothing that is read as something else (RFC 8628 section 6.1)."""
LENGTH: Final = 8
"""20 to the 8th are 2.6e10 codes: with a thousand waiting and ten guesses a person, one in 2.6 million is right."""


class Waiting(Protocol):
    """Somebody who waits. `waits(now)`: a code that is typed now is theirs."""

    @property
    def user_code(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def at(self) -> Instant: ...
    def waits(self, now: Instant) -> bool: ...


K = TypeVar("K", bound=Hashable)
W = TypeVar("W", bound=Waiting)


class UserCodes(Generic[K, W]):
    """Those who wait, by keys of their own; each is forgotten `kept_for` after they came. For the event loop."""

    def __init__(self, clock: Clock, kept_for: Milliseconds) -> None:
        self._clock = clock
        self._kept_for = kept_for
        self._waiting: dict[K, W] = {}
        self._of: Crowd[K] = Crowd()
        self._begun = RateLimit(per_second=0.1, at_once=20)
        self._guesses = RateLimit(per_second=1 / 60, at_once=10)

    def __len__(self) -> int:
        return len(self._waiting)

    def admits(self, address: str) -> bool:
        """Whether one more may begin there now."""
        return self._begun.admits(network_of(address), self._clock.now())

    def new_code(self) -> str:
        """A code that nobody shows."""
        taken = {one.user_code for one in self._waiting.values()}
        while (code := "".join(secrets.choice(LETTERS) for _ in range(LENGTH))) in taken:
            pass
        return code

    def put(self, key: K, one: W) -> None:
        """From now on this one waits under this key, or has changed."""
        now = self._clock.now()
        for gone in [other for other, its in self._waiting.items() if now >= its.at + self._kept_for]:
            self.drop(gone)
        if key not in self._waiting and len(self._waiting) >= MOST:
            oldest = self._of.oldest_of_the_largest()
            if oldest is not None:
                self.drop(oldest)
        self._waiting[key] = one
        self._of.add(network_of(one.address), key)

    def get(self, key: K) -> W | None:
        """Who waits under this key, also when their time is over."""
        return self._waiting.get(key)

    def drop(self, key: K) -> None:
        """They wait no more."""
        one = self._waiting.pop(key, None)
        if one is not None:
            self._of.remove(network_of(one.address), key)

    def typed(self, code: str, person_id: str) -> W | None:
        """Who shows this code and waits; None also where a person guesses too often."""
        now = self._clock.now()
        if not self._guesses.admits(person_id, now):
            return None
        read = "".join(letter for letter in code.upper()[:40] if letter.isalnum())
        for one in self._waiting.values():
            if one.waits(now) and secrets.compare_digest(one.user_code.encode(), read.encode()):
                return one
        return None


def shown(user_code: str) -> str:
    """In two halves, as people read it."""
    return f"{user_code[:4]}-{user_code[4:]}"
