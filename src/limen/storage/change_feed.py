"""The change feed: what committed reaches the facts in memory, in commit order, or the worker stops deciding.

A worker reads the tip of `changes`, reads what changed, applies it on the event loop and acknowledges. Each completed
round trip renews its lease. When the database is gone, decisions go on to the end of the lease, then deny.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import func, select

from limen.clock import DAY, Clock, SystemClock
from limen.facts import FactStore
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.errors import StorageError
from limen.storage.tables import changes
from limen.storage.workers import Workers

T = TypeVar("T")

LEASE_SECONDS = 3.0
POLL_SECONDS = 0.25
"""How often to look for what other processes wrote; what this one wrote wakes the feed at once."""
KEPT = DAY
"""How long changes are kept. A worker that slept longer reads everything anew."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Projection:
    """How rows become facts: `load` reads them on a snapshot in a thread, `apply` puts them in place on the loop."""

    load: Callable[..., Any]
    apply: Callable[..., None]


@dataclass(frozen=True, slots=True)
class _Round:
    tip: int
    told: list[tuple[Projection, str, Any]]
    is_incomplete: bool = False
    took_over: bool = False


class Feed:
    """One worker's view of the changes, and its lease on `known`."""

    def __init__(
        self, database: Database, known: FactStore, *, workers: Workers | None = None, clock: Clock | None = None
    ) -> None:
        self._database = database
        self._known = known
        self._clock = clock or SystemClock()
        self._workers = workers or Workers()
        self._name = secrets.token_hex(4)
        self._projections: dict[str, list[Projection]] = {}
        self._starters: list[Projection] = []
        self._seq = 0
        self._trouble = ""
        self._wake = asyncio.Event()
        self._progressed = asyncio.Event()
        self._following: asyncio.Task[None] | None = None
        self._stop_watching: Callable[[], None] = lambda: None

    def at_start(self, load: Callable[[Snapshot], T], apply: Callable[[T], None]) -> None:
        """At the start read everything with `load`, on the snapshot whose tip the following begins at."""
        self._starters.append(Projection(load, apply))

    def on(self, kind: str, load: Callable[[Snapshot, str], T], apply: Callable[[str, T], None]) -> None:
        """After a change of `kind`, read its key's rows with `load`, and hand key and rows to `apply`.

        Several may follow one kind. `apply` must not wait; when `load` or `apply` raises, nothing is acknowledged, and
        the lease runs out.
        """
        self._projections.setdefault(kind, []).append(Projection(load, apply))

    async def start(self) -> None:
        """Read everything, then follow. Returns once the facts stand and the lease is held."""
        await self.forget()
        await self._begin()
        loop = asyncio.get_running_loop()
        self._stop_watching = self._database.watch(lambda: _call_soon(loop, self._wake.set))
        self._following = asyncio.create_task(self._follow(), name="change feed")

    async def forget(self) -> None:
        """Drop changes that every worker has long applied. Whoever writes many does this now and then."""
        await self._database.writing(self._forget_old)

    async def stop(self) -> None:
        """Follow no more; the lease ends now."""
        self._stop_watching()
        self._stop_watching = lambda: None
        self._known.lease_until = 0.0
        self._workers.leave(self._name)
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        self._progressed.set()

    async def settled(self, seq: int | None = None) -> None:
        """Return when no live worker can decide any more without knowing change `seq` (None: the newest of all)."""
        awaited = await self._database.reading(lambda snapshot: snapshot.seq) if seq is None else seq
        self._wake.set()
        while behind := self._workers.behind(awaited, now := self._clock.monotonic()):
            self._progressed.clear()
            longest = max(each.lease_until for each in behind) - now
            with suppress(TimeoutError):
                async with asyncio.timeout(min(longest, POLL_SECONDS)):
                    await self._progressed.wait()

    # Inside

    async def _follow(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self._round_trip()
                self._say_trouble("")
            except StorageError as error:
                self._say_trouble(error.what)
                await asyncio.sleep(POLL_SECONDS)
            except Exception:  # noqa: BLE001 -- logged; decisions end with the lease
                _log.exception("the change feed could not be followed; the lease expires unless it recovers")
                await asyncio.sleep(POLL_SECONDS)

    def _say_trouble(self, what: str) -> None:
        """Once when it begins and once when it ends, not four times a second."""
        if what and what != self._trouble:
            _log.error("the change feed can't be followed, and nothing is permitted once the lease has ended: %s", what)
        elif self._trouble and not what:
            _log.warning("the change feed is followed again")
        self._trouble = what

    async def _round_trip(self) -> None:
        began = self._clock.monotonic()
        seen = await self._database.reading(self._read_changes)
        if seen.took_over:
            self._note_predecessor()
        if seen.is_incomplete:
            await self._begin()
            return
        for projection, key, found in seen.told:
            projection.apply(key, found)
        self._acknowledge(seen.tip, began)

    async def _begin(self) -> None:
        began = self._clock.monotonic()

        def load(snapshot: Snapshot) -> tuple[bool, int, list[Any]]:
            took_over = self._database.refuse_unfit_to_decide(snapshot)
            return took_over, snapshot.seq, [starter.load(snapshot) for starter in self._starters]

        took_over, tip, found = await self._database.reading(load)
        if took_over:
            self._note_predecessor()
        for starter, rows in zip(self._starters, found, strict=True):
            starter.apply(rows)
        self._acknowledge(tip, began)

    def _note_predecessor(self) -> None:
        """Another server may have used the database until now and decide on until its lease runs out."""
        self._workers.acknowledge("predecessor", -1, self._clock.monotonic() + LEASE_SECONDS)

    def _acknowledge(self, seq: int, began: float) -> None:
        self._seq = seq
        self._known.lease_until = began + LEASE_SECONDS
        self._workers.acknowledge(self._name, seq, self._known.lease_until)
        self._progressed.set()

    def _read_changes(self, snapshot: Snapshot) -> _Round:
        """What changed after `_seq`, each key once and as it is now, all on one snapshot."""
        took_over = self._database.refuse_unfit_to_decide(snapshot)
        tip = snapshot.seq
        if took_over or tip < self._seq:
            # Another server may answer now, one that has lost the last changes: numbers may come a second time.
            return _Round(tip=tip, told=[], is_incomplete=True, took_over=took_over)
        if tip == self._seq:
            return _Round(tip=tip, told=[])
        oldest = snapshot.connection.scalar(select(func.min(changes.c.seq)))
        if oldest is not None and oldest > self._seq + 1 and self._seq > 0:
            return _Round(tip=tip, told=[], is_incomplete=True)
        rows = snapshot.connection.execute(
            select(changes.c.kind, changes.c.key).where(changes.c.seq > self._seq).order_by(changes.c.seq)
        )
        keys = dict.fromkeys((kind, key) for kind, key in rows)
        return _Round(
            tip=tip,
            told=[
                (projection, key, projection.load(snapshot, key))
                for kind, key in keys
                for projection in self._projections.get(kind, ())
            ],
        )

    def _forget_old(self, transaction: Transaction) -> None:
        """The newest stays, so that the tip never falls."""
        tip = transaction.seq
        old = self._clock.now() - KEPT
        transaction.connection.execute(changes.delete().where(changes.c.at < old, changes.c.seq < tip))


def _call_soon(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(wake)
