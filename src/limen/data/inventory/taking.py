"""Taking inventory: going through stores when it is their turn, a piece at a time, as slowly as each of them bears.

What a batch brought is kept together with the place from where the walk goes on, so that nothing is lost or counted
twice however it ends. What is as it was is not read again. A turn is bounded in time; what is left comes with the next.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

from msgspec import MsgspecError

from limen.clock import DAY, MINUTE, Instant
from limen.connectors.turns import BrokenOffError, Teller, Turns, WentOn, is_due
from limen.connectors.vendor_client import VendorError
from limen.data.documents import WhyNot
from limen.data.inventory import kept_items, kept_stores
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.kept_items import Looked, Sought
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.looking import Looking
from limen.data.inventory.model import (
    LACKS,
    Batch,
    Gone,
    Item,
    KeepsLabels,
    LookedInto,
    StartAgainError,
    Store,
    Unreadable,
    Walker,
)
from limen.storage import Database, Keyring, Transaction

TURN_SECONDS: Final = 120.0
HELD_FOR: Final = 5 * MINUTE
RENEW_SECONDS: Final = 60.0
ITEM_SECONDS: Final = 120.0
LARGEST: Final = 100_000_000
"""So many bytes of an item are looked into; of a larger one it is said that it is too large."""
WHOLE_EVERY: Final = 7 * DAY
"""A store that tells its changes is gone through as a whole so often all the same: a renamed folder tells no change of
what is in it.
"""
EMPTY: Final = "it is empty, and was not before: is it mounted? Its inventory stays as it was"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a walk is: `seen` of about `whole` items (0: unknown); `looked` were looked into in this turn."""

    seen: int
    whole: int
    looked: int


class Inventory:
    """Used on the event loop. `stores` are those in force by name, `owners` people's ids by their email addresses.

    `looking` is asked once a turn. `sleep` waits so many seconds; `ticks` are seconds of a clock that never jumps.
    """

    def __init__(
        self,
        database: Database,
        keyring: Keyring,
        now: Callable[[], Instant],
        walkers: Walkers,
        *,
        stores: Callable[[], Mapping[str, Store]],
        owners: Callable[[], Mapping[str, str]],
        looking: Callable[[], Awaitable[Looking]],
        told: Teller,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._now = now
        self._walkers = walkers
        self.stores = stores
        self._owners = owners
        self._looking = looking
        self._sleep = sleep
        self._ticks = ticks
        self._turns = Turns(database, keyring, now, kept_stores.ASKED, lacks=LACKS, told=told, held_ms=HELD_FOR)

    async def take_due(self) -> None:
        """Go through the stores whose turn it is, one after another."""
        states = await self.states()
        for name, store in self.stores().items():
            state = states.get(name)
            if state is None or is_due(state.asked, MINUTE if state.is_walking else store.every_ms, self._now()):
                await self.take(store)

    async def take(
        self, store: Store, told: Callable[[Progress], None] | None = None, *, to_the_end: bool = False
    ) -> bool:
        """Go on through one store, for a turn or `to_the_end`; False where somebody else does so at this moment."""
        work = partial(self._turn, store, told, to_the_end)
        return await self._turns.take(store.name, store.place, work, needs_secret=not store.kind.is_local)

    async def states(self) -> dict[str, StoreState]:
        """By the names of the stores."""
        return await self._database.reading(lambda snapshot: kept_stores.states(snapshot.connection))

    async def ask_soon(self, name: str) -> None:
        """Go through a store at the next turn."""
        await self._database.writing(lambda t: kept_stores.ASKED.ask_soon(t.connection, name))

    async def forget(self) -> None:
        """Drop what is known of stores that are stated no more."""
        for name in (await self.states()).keys() - self.stores().keys():
            await self._database.writing(partial(_forget, name))

    # A turn

    async def _turn(
        self,
        store: Store,
        told: Callable[[Progress], None] | None,
        to_the_end: bool,  # noqa: FBT001 -- by `partial`
        secret: str,
        went_on: WentOn,
    ) -> None:
        """Raises VendorError, BrokenOffError."""
        looking, ends_at = await self._looking(), math.inf if to_the_end else self._ticks() + TURN_SECONDS
        state, ended = await self._begin(store, looking.mark), None
        async with self._walkers.opened(store, secret, self._now()) as walker:
            await self._keep_evidence(store, walker)
            pace = _Pace(store.bytes_per_second, self._sleep, self._ticks)
            turn = _Turn(store, walker, looking, pace, went_on, told, ends_at)
            try:
                ended = await self._go_through(turn, state)
            except StartAgainError:
                state = await self._begin(store, looking.mark, anew=True)
                ended = await self._go_through(turn, state) if to_the_end else None
        if ended is not None:
            await self._end(store, ended)

    async def _go_through(self, turn: _Turn, state: StoreState) -> StoreState | None:
        """From where the walk was, as far as there is time; None where more is left. Raises StartAgainError."""
        looked = 0
        async with aclosing(_walking(turn.walker, state.cursor)) as batches:
            async for batch in batches:
                found = await self._look(turn, state, batch)
                state = await self._keep(state, batch, found)
                looked += sum(one.looked is not None for one in found)
                await turn.went_on(state.seen)
                if turn.told is not None:
                    turn.told(Progress(state.seen, state.whole, looked))
                if self._ticks() > turn.ends_at:
                    return None
        return state

    async def _begin(self, store: Store, mark: str, *, anew: bool = False) -> StoreState:
        now = self._now()

        def work(t: Transaction) -> StoreState:
            known = kept_stores.state_of_store(t.connection, store.name)
            is_due = not known.is_walking and known.whole_at + WHOLE_EVERY <= now
            return kept_stores.begin_walk(t.connection, store.name, store.place, mark, now, anew=anew or is_due)

        return await self._database.writing(work)

    async def _keep_evidence(self, store: Store, walker: Walker) -> None:
        evidence = await walker.evidence()
        await self._database.writing(lambda t: kept_stores.keep_evidence(t.connection, store.name, evidence))

    async def _end(self, store: Store, state: StoreState) -> None:
        now = self._now()
        if state.is_whole and not state.seen and store.kind.is_local:
            sought = Sought((store.name,))
            if await self._database.reading(lambda snapshot: kept_items.number(snapshot.connection, sought)):
                raise BrokenOffError(EMPTY)
        await self._database.writing(lambda t: kept_stores.end_walk(t.connection, state, now))

    # A batch

    async def _look(self, turn: _Turn, state: StoreState, batch: Batch) -> list[Looked]:
        same = await self._database.reading(
            lambda s: kept_items.as_they_were(s.connection, turn.store.name, batch.items, state.rules_at)
        )
        owners, found, renewed = self._owners(), [], self._ticks()
        for place, item in enumerate(batch.items):
            looked = None if item.id in same else await self._look_into(turn, item)
            if looked is not None or item.id in same:
                found.append(Looked(item, owners.get(item.owner, ""), looked))
            if self._ticks() > renewed + RENEW_SECONDS:  # so that nobody else begins meanwhile
                await turn.went_on(state.seen + place)
                renewed = self._ticks()
        return found

    async def _look_into(self, turn: _Turn, item: Item) -> LookedInto | None:
        """What is in it; None where it is gone, or is another by now, which the next walk comes by."""
        if item.size > LARGEST:
            return LookedInto(why_not=(WhyNot.TOO_LARGE,))
        try:
            async with asyncio.timeout(ITEM_SECONDS), aclosing(_paced(turn.walker, item, turn.pace)) as body:
                walker = turn.walker
                beside = await walker.beside(item) if isinstance(walker, KeepsLabels) else None
                return await turn.looking.look(turn.store, item, body, beside)
        except Gone:
            return None
        except Unreadable as error:
            return LookedInto(why_not=(error.why_not,))
        except TimeoutError:
            return LookedInto(why_not=(WhyNot.TIMED_OUT,))

    async def _keep(self, state: StoreState, batch: Batch, found: list[Looked]) -> StoreState:
        now, name = self._now(), state.asked.name

        def work(t: Transaction) -> StoreState:
            kept_items.keep(t.connection, name, state.walk, found, now)
            kept_items.remove(t.connection, name, batch.gone)
            kept_stores.go_on(t.connection, state, batch.cursor, len(batch.items), batch.whole, batch.missed)
            return kept_stores.state_of_store(t.connection, name)

        return await self._database.writing(work)


@dataclass(frozen=True, slots=True)
class _Turn:
    """What a turn goes with. `ends_at` is an instant of the clock that never jumps."""

    store: Store
    walker: Walker
    looking: Looking
    pace: _Pace
    went_on: WentOn
    told: Callable[[Progress], None] | None
    ends_at: float


class _Pace:
    """Lets so many bytes pass in a second."""

    def __init__(self, per_second: int, sleep: Callable[[float], Awaitable[None]], ticks: Callable[[], float]) -> None:
        self._per_second, self._sleep, self._ticks = per_second, sleep, ticks
        self._free_at = ticks()

    async def passed(self, number: int) -> None:
        """Wait until so many more may pass. What was not used of a second is not saved up."""
        now = self._ticks()
        self._free_at = max(self._free_at, now - 1) + number / self._per_second
        if self._free_at > now:
            await self._sleep(self._free_at - now)


async def _paced(walker: Walker, item: Item, pace: _Pace) -> AsyncGenerator[bytes]:
    read = 0
    async for piece in walker.body(item):
        read += len(piece)
        if read > LARGEST:
            raise Unreadable
        await pace.passed(len(piece))
        yield piece


async def _walking(walker: Walker, cursor: str) -> AsyncGenerator[Batch]:
    """A walk; a cursor that can't be read, as by an older Limen, begins it anew."""
    try:
        async for batch in walker.batches(cursor):
            yield batch
    except (ValueError, MsgspecError):
        if not cursor:
            raise VendorError("garbage") from None
        raise StartAgainError from None


def _forget(name: str, t: Transaction) -> None:
    kept_stores.forget(t.connection, name)
