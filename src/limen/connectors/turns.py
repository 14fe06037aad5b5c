"""Asking services when it is their turn: one worker at a time, with what came of it written down.

A service that fails is asked less often, up to `LONGEST_PAUSE`; one that is asked seldom anyway is asked no less.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from limen.clock import MINUTE, Instant, Milliseconds
from limen.connectors.asked_store import AskedState, AskedStore
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.storage import Database, Keyring
from limen.storage.journal import Journal

HELD_FOR: Final[Milliseconds] = 10 * MINUTE
LONGEST_PAUSE: Final[Milliseconds] = 15 * MINUTE

WentOn = Callable[[int], Awaitable[None]]
"""How much the turn has brought so far."""


class Teller(Protocol):
    def tell(self, name: str, error: str, now: Instant) -> None:
        """A service begins to fail; or does so no more, where `error` is ""."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """What the journal is told of services: kinds of event for one that begins to fail, and that does so no more."""

    journal: Journal
    failed: str
    back: str

    def tell(self, name: str, error: str, now: Instant) -> None:
        """`error` is "" where it is back."""
        kind, outcome = (self.failed, Outcome.FAILURE) if error else (self.back, Outcome.SUCCESS)
        details = {"source": name, **({"error": error} if error else {})}
        self.journal.record(Event(at=now, kind=kind, outcome=outcome, details={**details}))


class BrokenOffError(LimenError):
    """A turn did not come to its end. `what` is kept, and shown: it holds no secret."""


class Turns:
    """The turns of the services in `store`. Nobody else asks one for `held_ms` from each step on. `lacks` is what is
    wrong where no secret is stored for a service, which it may call `{name}`. Used on the event loop.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        now: Callable[[], Instant],
        store: AskedStore,
        *,
        lacks: str,
        told: Teller,
        held_ms: Milliseconds = HELD_FOR,
    ) -> None:
        self._database = database
        self._keyring = keyring
        self._now = now
        self._store = store
        self._lacks = lacks
        self._told = told
        self._held_ms = held_ms

    async def states(self) -> dict[str, AskedState]:
        """By the names of the services."""
        return await self._database.reading(lambda snapshot: self._store.states(snapshot.connection))

    async def take(
        self, name: str, place: str, work: Callable[[str, WentOn], Awaitable[None]], *, needs_secret: bool = True
    ) -> bool:
        """Have `work` ask a service with the secret that was given for this place; False where somebody else does now.

        What it raises of VendorError and BrokenOffError is written down; all else, too, and goes on.
        """
        now = self._now()
        if not await self._database.writing(lambda t: self._store.begin(t.connection, name, now, self._held_ms)):
            return False
        error = "it broke off"
        try:
            await self._work(name, place, work, needs_secret=needs_secret)
            error = ""
        except (VendorError, BrokenOffError) as wrong:
            error = wrong.what
        finally:
            await self._ended(name, error)
        return True

    # Inside

    async def _work(
        self, name: str, place: str, work: Callable[[str, WentOn], Awaitable[None]], *, needs_secret: bool
    ) -> None:
        secret = await self._database.reading(
            lambda snapshot: self._store.secret_of(snapshot.connection, self._keyring, name, place)
        )
        if not secret and needs_secret:
            raise BrokenOffError(self._lacks.format(name=name))

        async def went_on(progress: int) -> None:
            until = self._now() + self._held_ms
            await self._database.writing(lambda t: self._store.went_on(t.connection, name, progress, until))

        await work(secret, went_on)

    async def _ended(self, name: str, error: str) -> None:
        now, before = self._now(), (await self.states())[name].error
        await self._database.writing(lambda t: self._store.ended(t.connection, name, now, error))
        if bool(before) is not bool(error):
            self._told.tell(name, error, now)


def due_at(state: AskedState, every_ms: Milliseconds) -> Instant:
    """When a service that is asked `every_ms` is to be asked next: the later, the more often it failed in a row."""
    pause = max(every_ms, min(every_ms << min(max(state.failures - 1, 0), 10), LONGEST_PAUSE))
    return max(state.tried_at + pause, state.busy_until)


def is_due(state: AskedState, every_ms: Milliseconds, now: Instant) -> bool:
    """Whether it is to be asked now."""
    return now >= due_at(state, every_ms)
