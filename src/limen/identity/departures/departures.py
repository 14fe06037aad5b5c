"""Departures begin with the transaction that ends access, and go on until every surface has said that nothing is left.

A surface that can't be asked is not reachable, and asked again. Nothing is called proved that was not asked for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from limen import credentials
from limen.clock import DAY, Instant, Milliseconds
from limen.credentials import Remaining
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.identity.departures import store
from limen.identity.departures.model import (
    Closed,
    Departure,
    Surface,
    Why,
    failed,
    of_all_workers,
    of_registry,
    of_standing,
    outstanding,
)
from limen.identity.errors import UnfitError, UnknownError
from limen.identity.ports import Ports
from limen.opaque import new_id
from limen.pillar.surfaces import AccessSurface
from limen.storage.database import Snapshot, Transaction

KEPT: Final[Milliseconds] = 2 * 365 * DAY
"""How long a closed report is kept."""
ANSWER_SECONDS: Final = 5.0
"""How long one surface may take to say what is left."""
MOST_AT_ONCE: Final = 50
"""How many departures are asked for in one turn, the oldest first."""
_log: Final = logging.getLogger("limen.identity")


@dataclass(frozen=True, slots=True)
class Report:
    """A departure with what each surface said of it last."""

    departure: Departure
    surfaces: tuple[Surface, ...]

    @property
    def outstanding(self) -> list[Surface]:
        return outstanding(self.surfaces)


def begin(
    transaction: Transaction,
    person_id: str,
    why: Why,
    now: Instant,
    *,
    by: str,
    ended: Mapping[str, int],
    source: str = "",
) -> str:
    """Keep that access ended just now, and how many of each kind. Returns the id of the departure."""
    one = Departure(id=new_id("dp"), person=person_id, why=why, at=now, by=by, source=source[:80])
    store.add(transaction.connection, one, ended.items())
    details: dict[str, str | int | bool] = {"why": why.value, "ended": sum(ended.values())}
    details |= {"source": one.source} if one.source else {}
    transaction.say(Event(at=now, kind="departure.began", actor=by, subject=person_id, details=details))
    return one.id


def note_move(
    transaction: Transaction,
    person_id: str,
    now: Instant,
    *,
    by: str,
    ended: Mapping[str, int],
    left: frozenset[str],
    joined: frozenset[str],
    source: str = "",
) -> None:
    """Keep what was narrowed by a change of groups. It is over with its transaction: all else is decided anew."""
    of = Departure(
        id=new_id("dp"),
        person=person_id,
        why=Why.MOVED,
        at=now,
        by=by,
        source=source[:80],
        groups_left=left,
        groups_joined=joined,
        asked_at=now,
        closed_at=now,
        closed=Closed.PROVED,
    )
    store.add_move(transaction.connection, of, ended.items())


def came_back(transaction: Transaction, person_id: str, now: Instant, *, by: str) -> None:
    """They have access again: nothing is left to prove."""
    store.close(transaction.connection, now, Closed.RETURNED, person=person_id, by=by)


class Departures:
    """Asks, keeps what was answered, and closes what is proved. Called again and again, by any number of workers."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._asked: dict[str, Instant] = {}

    # Asking

    async def ask_due(self) -> int:
        """Ask for those departures whose turn it is; how many."""
        now = self._ports.now()
        waiting = await self._ports.read(lambda snapshot: store.still_open(snapshot.connection))
        self._asked = {one.id: self._asked.get(one.id, 0) for one in waiting}
        mine = [replace(one, asked_at=self._asked[one.id]) for one in waiting]
        due = [one for one in mine if one.is_due(now)][:MOST_AT_ONCE]
        for one in due:
            await self._ask(one)
        return len(due)

    async def ask(self, departure_id: str) -> Report:
        """Ask every surface now, where it is open. Raises UnknownError."""
        report = await self.one(departure_id)
        if report.departure.is_open:
            await self._ask(report.departure)
            return await self.one(departure_id)
        return report

    async def ask_newest_of(self, person_id: str) -> None:
        """Ask for what just began. What goes wrong is not the caller's: it is asked again anyway."""
        try:
            one = await self._ports.read(lambda snapshot: store.newest_of(snapshot.connection, person_id))
            if one is not None and one.is_open:
                await self._ask(one)
        except LimenError as error:
            _log.warning("a departure could not be looked at: %s", error)

    async def _ask(self, one: Departure) -> None:
        now = self._ports.now()
        left: tuple[Remaining, ...] = await self._ports.read(
            lambda snapshot: credentials.remaining(snapshot.connection, one.person, now)
        )
        beyond = await asyncio.gather(*(self._standing(each, one) for each in self._ports.surfaces().all))
        answers = [*(of_registry(one.id, each) for each in left), *beyond]
        workers = await asyncio.to_thread(self._workers)
        now = self._asked[one.id] = self._ports.now()

        def keep(transaction: Transaction) -> None:
            connection = transaction.connection
            held = store.surfaces_of(connection, one.id)[one.id]
            before = {(each.name, each.worker): each for each in held}
            store.put(connection, [each.after(before.get((each.name, each.worker), each), now) for each in answers])
            store.forget_workers(connection, one.id, workers)
            store.asked(connection, one.id, now)
            every = store.surfaces_of(connection, one.id)[one.id]
            open_ones = outstanding(of_all_workers(every))
            if not open_ones and (not beyond or workers <= {each.worker for each in every}):
                if store.close(connection, now, Closed.PROVED, departure_id=one.id):
                    transaction.say(Event(at=now, kind="departure.proved", subject=one.person))
            elif open_ones and one.is_overdue(now) and store.alerted(connection, one.id, now):
                self._alert(transaction, one, open_ones, now)

        await self._ports.write(keep)

    async def _standing(self, surface: AccessSurface, one: Departure) -> Surface:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return of_standing(one.id, surface.name, await surface.ask(one.person, one.at), self._me)
        except Exception:  # noqa: BLE001 -- whatever one surface does, the others are asked
            _log.warning("%s could not say what is left of somebody", surface.name, exc_info=True)
            return failed(one.id, surface.name, self._me)

    @property
    def _me(self) -> str:
        return self._ports.database.workers.name

    def _workers(self) -> frozenset[str]:
        """Those whose memory has to be asked: all that decide by this database."""
        return frozenset({self._me, *(each.worker for each in self._ports.database.workers.all())})

    def _alert(self, transaction: Transaction, one: Departure, left: list[Surface], now: Instant) -> None:
        transaction.say(
            Event(
                at=now,
                kind="departure.outstanding",
                outcome=Outcome.FAILURE,
                subject=one.person,
                details={"departure": one.id, "surfaces": _names(left)},
            )
        )

    # Reading, and closing by hand

    async def all(self) -> list[Report]:
        """Those that are open first, then the others, the newest first."""

        def read(snapshot: Snapshot) -> list[Report]:
            found = store.all_of(snapshot.connection)
            surfaces = store.surfaces_of(snapshot.connection, *(one.id for one in found))
            return [Report(one, of_all_workers(surfaces[one.id])) for one in found]

        return await self._ports.read(read)

    async def one(self, departure_id: str) -> Report:
        """Raises UnknownError."""

        def read(snapshot: Snapshot) -> Report | None:
            found = store.by_id(snapshot.connection, departure_id)
            if found is None:
                return None
            return Report(found, of_all_workers(store.surfaces_of(snapshot.connection, found.id)[found.id]))

        report = await self._ports.read(read)
        if report is None:
            raise UnknownError("departure")
        return report

    async def accept(self, departure_id: str, why: str, *, by: str) -> None:
        """Close it although something is left. Raises UnknownError, UnfitError without a reason, where it is closed and
        where it is about whoever accepts it.
        """
        now = self._ports.now()
        await self._ports.write(lambda transaction: accept(transaction, departure_id, why, now, by=by))

    async def forget(self) -> None:
        """Forget reports that were closed long ago."""
        before = self._ports.now() - KEPT
        await self._ports.write(lambda transaction: store.forget(transaction.connection, before))


def accept(transaction: Transaction, departure_id: str, why: str, now: Instant, *, by: str) -> None:
    """As `Departures.accept`, in a transaction. Nobody accepts what is left of their own access."""
    connection, reason = transaction.connection, " ".join(why.split())[: store.LONGEST_WHY]
    one = store.by_id(connection, departure_id)
    if one is None:
        raise UnknownError("departure")
    if not reason:
        raise UnfitError("why", "The reason is missing", "say why what is left may stay")
    if not one.is_open:
        raise UnfitError("departure", "This report is closed already", "reload the page")
    if by == one.person:
        raise UnfitError("departure", "This is about your own access", "have somebody else accept it")
    left = outstanding(of_all_workers(store.surfaces_of(connection, one.id)[one.id]))
    store.close(connection, now, Closed.ACCEPTED, departure_id=one.id, by=by, why=reason)
    details: dict[str, str | int | bool] = {"departure": one.id, "surfaces": _names(left), "why": reason}
    transaction.say(Event(at=now, kind="departure.accepted", actor=by, subject=one.person, details=details))


def _names(surfaces: list[Surface]) -> str:
    return ", ".join(one.name for one in surfaces)[:300]
