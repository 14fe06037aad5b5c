"""What an issuer publishes, kept for a while, and how the issuer does.

An issuer that is down is asked again at most every few seconds, and new keys are looked for at most once a minute,
whatever strangers send. What it published before counts on for a day, so that an outage of its documents alone keeps
nobody out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from limen.clock import DAY, HOUR, MINUTE, SECOND, Clock, Instant
from limen.sso.upstream.fetching import IssuerError

K = TypeVar("K")
T = TypeVar("T")

FRESH: Final = HOUR
KEPT: Final = DAY
NEW_KEYS_AT_MOST: Final = MINUTE
OVER: Final = frozenset({"out-of-date", "another-issuer"})
"""What an issuer's document says of itself that ends what it said before."""
PAUSE_AFTER_ERROR: Final = 5 * SECOND


@dataclass(slots=True)
class Health:
    """How an issuer does: when it last answered as it must, when it last did not and how (a word of `IssuerError`).

    `vouched_at` is when somebody last came back from it with a proof that held, `refused_at` when somebody's did not,
    and `refused` why (a word of `ReturnRefusedError`).
    """

    succeeded_at: Instant = 0
    failed_at: Instant = 0
    word: str = ""
    vouched_at: Instant = 0
    refused_at: Instant = 0
    refused: str = ""

    @property
    def is_well(self) -> bool:
        return self.succeeded_at >= self.failed_at

    @property
    def is_refused(self) -> bool:
        """Whether nobody came back with a proof that held since one did not."""
        return self.refused_at > self.vouched_at


@dataclass(slots=True)
class Document:
    """What was read, and when; `asked_at` is when that was last tried. `is_old`: newer is wanted."""

    value: Any = None
    read_at: Instant = 0
    asked_at: Instant = 0
    is_old: bool = False

    def is_fresh(self, now: Instant) -> bool:
        return self.value is not None and not self.is_old and self.read_at + FRESH > now

    def is_usable(self, now: Instant) -> bool:
        return self.value is not None and self.read_at + KEPT > now


class KeptDocuments:
    """The documents of one issuer, and its health."""

    def __init__(self, clock: Clock) -> None:
        self.health = Health()
        self._clock = clock
        self._lock = asyncio.Lock()

    async def get(self, kept: Document, read: Callable[[], Awaitable[Any]]) -> Any:
        """What was read lately, else read anew; what was read within a day where that fails. Raises IssuerError."""
        if kept.is_fresh(self._clock.now()):
            return kept.value
        async with self._lock:
            now = self._clock.now()
            if kept.is_fresh(now):
                return kept.value
            if kept.asked_at + PAUSE_AFTER_ERROR > now and not self.health.is_well:
                if kept.is_usable(now):
                    return kept.value
                raise IssuerError(self.health.word)
            kept.asked_at = now
            try:
                kept.value = await self.watched(read())
            except IssuerError as error:
                if error.word in OVER:
                    kept.value = None  # it says so itself: this is no outage
                if not kept.is_usable(now):
                    raise
            else:
                kept.read_at, kept.is_old = now, False
            return kept.value

    async def watched(self, call: Awaitable[T]) -> T:
        """The call, with its outcome kept."""
        try:
            answer = await call
        except IssuerError as error:
            self.health.failed_at, self.health.word = self._clock.now(), error.word
            raise
        self.health.succeeded_at = self._clock.now()
        return answer

    async def verified(
        self, kept: Document, keys: Callable[[], Awaitable[K]], verify: Callable[[K], T], unknown: type[Exception]
    ) -> T:
        """What `verify` makes of the keys at hand, and of new ones where it raises `unknown` and there may be some.

        `kept` is the document that `keys` come of. Raises what they raise.
        """
        at_hand = await keys()
        try:
            return verify(at_hand)
        except unknown:
            if kept.value is None or not self.want_newer(kept):
                raise
        return verify(await keys())

    def want_newer(self, kept: Document) -> bool:
        """Whether there may be a newer one by now, which is read next."""
        if kept.asked_at + NEW_KEYS_AT_MOST > self._clock.now():
            return False
        kept.is_old = True
        return True
