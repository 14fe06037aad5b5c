"""The change feed: what committed reaches the facts in memory, in commit order, or the worker stops deciding.

A worker reads the tip of `changes`, reads what changed, applies it on the event loop and acknowledges in the register
of workers (`workers.py`, which says why nobody decides without what a revocation has changed once that has returned).
Each completed round trip renews its lease. When the database is gone, decisions go on to the end of the lease, then
deny.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from limen.clock import DAY, Clock, SystemClock
from limen.errors import LimenError
from limen.facts import FactStore
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.errors import ChainTakenError, StorageError
from limen.storage.tables import changes

T = TypeVar("T")

LEASE_SECONDS = 3.0
TIDY_SECONDS = 1.0
"""How often to look whether other workers still move."""
PAUSES_SECONDS = (0.002, 0.05)
"""Between two looks at the register, the first and the longest, while others are waited for."""
POLL_SECONDS = 0.25
"""How often to look for what other processes wrote; what this one wrote wakes the feed at once."""
LOOKS_FOR_A_DOUBLE = 16
"""How often, with POLL_SECONDS between, before a start gives up: for longer than a lease in all."""
RENEW_SECONDS = 0.6
"""How old an acknowledgement is when it is written again without anything new, so that the lease goes on."""
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


class _Standing(Enum):
    """Of this worker in the register, after a look."""

    BEHIND = auto()
    """What was found has to be applied, and acknowledged then."""
    RENEWED = auto()
    """There was nothing new, and that is acknowledged."""
    HELD = auto()
    """There was nothing new, and that was acknowledged a moment ago: the lease goes on as it is."""
    REMOVED = auto()


class Feed:
    """One worker's view of the changes, and its lease on `known`."""

    def __init__(self, database: Database, known: FactStore, *, clock: Clock | None = None) -> None:
        self._database = database
        self._known = known
        self._clock = clock or SystemClock()
        self._register_thread = ThreadPoolExecutor(1, thread_name_prefix="limen-register")
        self._projections: dict[str, list[Projection]] = {}
        self._starters: list[Projection] = []
        self._seq = 0
        self._acknowledged = -1
        self._is_registered = False
        self._has_stopped = False
        self._tidied_at = self._clock.monotonic()
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

    @property
    def seq(self) -> int:
        """The newest change that is applied here."""
        return self._seq

    async def start(self) -> None:
        """Read everything, then follow. Returns once the facts stand and the lease is held.

        Raises ChainTakenError where another machine writes this worker's chain of the journal.
        """
        await self.forget()
        await self._until_alone()
        while not self._known.lease_until:
            await self._round_trip()
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
        if self._following is not None:
            self._following.cancel()
            with suppress(asyncio.CancelledError):
                await self._following
        self._known.lease_until, self._has_stopped = 0.0, True
        if self._is_registered:
            self._is_registered = False
            with suppress(StorageError, DBAPIError):
                await self._in_register(self._database.workers.leave)
        self._progressed.set()

    async def settled(self, seq: int | None = None) -> None:
        """Return when no worker can decide any more without knowing change `seq` (None: the newest of all).

        It never waits for longer than a lease: whoever has not read the change by then has none any more.
        """
        ends_at = self._clock.monotonic() + LEASE_SECONDS
        awaited = await self._database.reading(lambda snapshot: snapshot.seq) if seq is None else seq
        if self._seq < awaited:
            self._wake.set()
        pause, longest = PAUSES_SECONDS
        while (left := ends_at - self._clock.monotonic()) > 0:
            self._progressed.clear()
            if self._seq >= awaited or self._has_stopped:
                if not await self._is_somebody_behind(awaited, left):
                    return
                await self._rest(min(left, pause))
                pause = min(pause * 2, longest)
            else:
                await self._rest(min(left, longest))

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
            except LimenError as error:
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
        """See the laws in `workers.py`: whoever is not registered first reads everything, registers, and then reads
        what has changed meanwhile, on which alone it may decide.
        """
        if not self._is_registered:
            await self._read_everything()
            await self._in_register(self._database.workers.register, self._seq)
            self._is_registered, self._acknowledged = True, -1
            await self._refuse_double()
        began = self._clock.monotonic()
        seen, standing = await self._in_register(self._look)
        if seen.is_incomplete:
            await self._read_everything()
        else:
            for projection, key, found in seen.told:
                projection.apply(key, found)
            self._seq = seen.tip
        if standing is _Standing.BEHIND:
            standing = await self._in_register(self._acknowledge, self._seq)
        if standing is _Standing.RENEWED:
            self._known.lease_until, self._acknowledged = began + LEASE_SECONDS, self._seq
        elif standing is _Standing.REMOVED:
            self._is_registered = False
            self._wake.set()
        self._progressed.set()
        if began - self._tidied_at >= TIDY_SECONDS:
            self._tidied_at = began
            await self._in_register(self._database.workers.tidy, LEASE_SECONDS)

    async def _until_alone(self) -> None:
        """Wait for a predecessor on a machine that was started anew since: nobody else may have removed it."""
        for _ in range(LOOKS_FOR_A_DOUBLE):
            if not await self._in_register(self._database.workers.is_doubled, LEASE_SECONDS):
                return
            await asyncio.sleep(POLL_SECONDS)
        raise ChainTakenError(self._database.workers.chain)

    async def _refuse_double(self) -> None:
        """Of two that begin at the same instant, none goes on."""
        workers = self._database.workers
        if await self._in_register(workers.is_doubled, LEASE_SECONDS):
            self._is_registered = False
            await self._in_register(workers.leave)
            raise ChainTakenError(workers.chain)

    def _look(self) -> tuple[_Round, _Standing]:
        """What has changed. Where nothing has, that is acknowledged at once, and now and then, so that a worker that is
        asked nothing costs little.
        """
        seen = self._database.read(self._read_changes)
        if seen.is_incomplete or seen.tip != self._seq:
            return seen, _Standing.BEHIND
        left = self._known.lease_until - self._clock.monotonic()
        if seen.tip == self._acknowledged and left > LEASE_SECONDS - RENEW_SECONDS:
            return seen, _Standing.HELD
        return seen, self._acknowledge(seen.tip)

    def _acknowledge(self, seq: int) -> _Standing:
        return _Standing.RENEWED if self._database.workers.acknowledge(seq) else _Standing.REMOVED

    async def _read_everything(self) -> None:
        def load(snapshot: Snapshot) -> tuple[int, list[Any]]:
            self._database.refuse_unfit_to_decide(snapshot)
            return snapshot.seq, [starter.load(snapshot) for starter in self._starters]

        tip, found = await self._database.reading(load)
        for starter, rows in zip(self._starters, found, strict=True):
            starter.apply(rows)
        self._seq = tip

    async def _is_somebody_behind(self, seq: int, seconds: float) -> bool:
        """True also where the register can't be asked, or hangs: then nothing is known, and the lease is waited for."""
        try:
            return await self._in_register(self._database.workers.behind, seq, LEASE_SECONDS, seconds=seconds)
        except (StorageError, DBAPIError, TimeoutError):
            return True

    async def _in_register(self, work: Callable[..., T], *given: object, seconds: float | None = None) -> T:
        """In a thread of its own, and with a connection of its own to read by: who waits for a page's big read must not
        cost this worker its lease. Raises TimeoutError after `seconds`; what was begun goes on then.
        """
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().run_in_executor(self._register_thread, partial(work, *given))

    async def _rest(self, seconds: float) -> None:
        """Until this worker has come further, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._progressed.wait()

    def _read_changes(self, snapshot: Snapshot) -> _Round:
        """What changed after `_seq`, each key once and as it is now, all on one snapshot."""
        self._database.refuse_unfit_to_decide(snapshot)
        tip = snapshot.seq
        if tip < self._seq:
            # Another server may answer now, one that has lost the last changes: numbers may come a second time.
            return _Round(tip=tip, told=[], is_incomplete=True)
        if tip == self._seq:
            return _Round(tip=tip, told=[])
        oldest = snapshot.connection.scalar(select(func.min(changes.c.seq)))
        if oldest is not None and oldest > self._seq + 1:
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
        """The newest stays, so that the tip never falls, and what goes, goes with all before it: nobody would miss one
        that is taken out from between others, as by its instant alone where a machine's clock is days behind.
        """
        tip = transaction.seq
        oldest_kept = self._clock.now() - KEPT
        old = select(func.max(changes.c.seq)).where(changes.c.at < oldest_kept).scalar_subquery()
        transaction.connection.execute(changes.delete().where(changes.c.seq <= old, changes.c.seq < tip))


def _call_soon(loop: asyncio.AbstractEventLoop, wake: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(wake)
