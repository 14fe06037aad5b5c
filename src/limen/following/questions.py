"""Who asks, and how often: each that follows knows itself by a secret of which Limen keeps the hash, has one question
open at a time, and is not told the same again and again.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Iterable
from typing import Final, Protocol, TypeVar

from limen.admission import network_of
from limen.clock import DAY, SECOND, Instant, Milliseconds
from limen.errors import LimenError
from limen.following.turns import Turns
from limen.opaque import hash_of
from limen.rate_limit import RateLimit

TOKEN_LIVES: Final[Milliseconds] = DAY
"""How long a one-time token to enrol by is good."""
LONGEST_TOKEN: Final = 100
IS_THERE: Final[Milliseconds] = 40 * SECOND
"""Whoever has not asked for so long is not there."""
ASTRAY_SECONDS: Final = 30
"""A machine whose clock is further from Limen's opens nothing to anybody."""


class FollowerRefusedError(LimenError):
    """Whoever asks did not prove to be what they say. They are told nothing else."""

    def __init__(self) -> None:
        super().__init__("That is not the secret of a host, or not a token that is still good", "enrol the host again")


class Follower(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def token_hash(self) -> bytes: ...


F = TypeVar("F", bound=Follower)


def whose(secret: str, followers: Iterable[F]) -> F | None:
    """Of whom this is the secret; compared with every one, in the same time."""
    given = hash_of(secret[:LONGEST_TOKEN])
    found = [one for one in followers if secrets.compare_digest(one.token_hash, given)]
    return found[0] if found else None


class Questions:
    """The questions that are open, by who asks. Used on the event loop alone."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self._tries = RateLimit(per_second=0.2, at_once=20)
        self._again = RateLimit(per_second=1, at_once=10)
        self._told: dict[str, int] = {}
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def refuse_flood(self, address: str) -> None:
        """Raises FollowerRefusedError where too many tried from there without proving anything."""
        if not self._tries.admits(network_of(address), self._now()):
            raise FollowerRefusedError

    def may_be_told(self, follower_id: str) -> bool:
        """The same state again is signed once a second; whoever asks all the time waits for the next."""
        return self._told.get(follower_id) != self._turns.number or self._again.admits(follower_id, self._now())

    def tell(self, follower_id: str) -> None:
        """It is told the state of now."""
        self._told[follower_id] = self._turns.number

    def forget(self, follower_id: str) -> None:
        self._told.pop(follower_id, None)

    async def waited(self, follower_id: str, after: int) -> bool:
        """Wait until there is another state than this, or nothing was new for long; False where it has asked again:
        one question of each is open.
        """
        before = self._waiting.get(follower_id)
        if before is not None:
            before.cancel()
        mine = self._waiting[follower_id] = asyncio.create_task(self._turns.next(after))
        try:
            await asyncio.wait({mine})
            return not mine.cancelled()
        finally:
            mine.cancel()
            if self._waiting.get(follower_id) is mine:
                del self._waiting[follower_id]

    def _now(self) -> Instant:
        return self._turns.clock.now()
