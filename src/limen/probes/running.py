"""Runs probes: those that are due, and those that somebody asked for, one after the other, at the worker that leads.

Whoever asks writes down that they did, whichever worker they ask and also beside a running Limen; the leader looks
every two seconds. So no probe runs twice at once, and what one makes no other meets.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import DAY, MINUTE, SECOND, Instant, Milliseconds
from limen.errors import LimenError
from limen.events import Event, Outcome as Ended
from limen.opaque import new_id
from limen.pillar import Core, Every, Once
from limen.probes import store
from limen.probes.catalogue import PROBES
from limen.probes.model import LONGEST_RUN, CouldNotRunError, Outcome, Probe, Run, Try, longest, outcome_of
from limen.probes.synthetic_person import remove_all
from limen.storage import Snapshot, Transaction

KIND: Final = "probe.ran"
LOOK_SECONDS: Final = 2.0
KEPT: Final[Milliseconds] = 400 * DAY
SOONEST_AGAIN: Final[Milliseconds] = 10 * SECOND
"""So long after one was asked for it can be asked for again: a probe writes to the database and to the journal."""
FIRST_AFTER: Final[Milliseconds] = MINUTE
"""A probe that never ran is due so long after Limen started, when sources and canaries had time to speak."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Standing:
    """A probe with the newest run that is over, the one that waits or is under way, and when it is due (0: now)."""

    probe: Probe
    last: Run | None
    open: Run | None
    due_at: Instant


class Probes:
    """Asked by pages and the roadmap on any worker; `work` is done on the one that leads."""

    def __init__(self, core: Core, known: Iterable[Probe] = PROBES) -> None:
        self._core = core
        self.all = tuple(known)
        self.by_id = {one.id: one for one in self.all}
        self._began = core.clock.monotonic()

    @property
    def every(self) -> Every:
        return Every("run probes", LOOK_SECONDS, self.work, Once.IN_ALL)

    async def standings(self) -> list[Standing]:
        """All of them, in their order."""

        def read(snapshot: Snapshot) -> dict[str, tuple[Run | None, Run | None]]:
            connection = snapshot.connection
            waiting = {one.probe: one for one in store.open_runs(connection)}
            return {
                one.id: (store.newest_of(connection, one.id, is_ended=True), waiting.get(one.id)) for one in self.all
            }

        found = await self._core.database.reading(read)
        return [Standing(one, *found[one.id], self._due_at(one, found[one.id][0])) for one in self.all]

    async def ask(self, probe_id: str, *, by: str) -> Run:
        """Have it run next. Raises LimenError where there is none such, or it was asked for just now."""
        now = self._core.clock.now()
        return await self._core.write(lambda transaction: ask(transaction, probe_id, self.by_id, now, by=by))

    async def run(self, run_id: str) -> Run | None:
        return await self._core.database.reading(lambda snapshot: store.by_id(snapshot.connection, run_id))

    # At the worker that leads

    async def work(self) -> None:
        """What waits, and what is due."""
        now = self._core.clock.now()
        waiting = await self._core.database.reading(lambda snapshot: store.open_runs(snapshot.connection))
        for one in [each for each in waiting if each.started_at]:
            await self._end(one, [], "Limen was stopped while it ran")
            await remove_all(self._core)
        waiting = [each for each in waiting if not each.started_at]
        for standing in await self.standings():
            if standing.open is None and standing.due_at <= now:
                waiting.append(await self._core.write(_asked_for_itself(standing.probe.id, now)))
        for one in waiting:
            await self._execute(one)

    async def _execute(self, asked: Run) -> None:
        run = replace(asked, started_at=self._core.clock.now())
        await self._core.database.writing(lambda transaction: store.keep(transaction.connection, run))
        probe = self.by_id.get(run.probe)
        if probe is None:
            await self._end(run, [], "this version of Limen has no such probe")
            return
        tries: list[Try] = []
        why = ""
        try:
            async with asyncio.timeout(LONGEST_RUN / SECOND):
                tries = await probe.execute(self._core)
        except CouldNotRunError as error:
            why = error.why
        except TimeoutError:
            why = f"it did not end within {LONGEST_RUN // MINUTE} minutes"
        except Exception as error:  # noqa: BLE001 -- whatever one probe does, it is said, and the others go on
            _log.exception("the probe %s failed", run.probe)
            why = f"it failed ({type(error).__name__}): see the log"
        await self._end(run, tries, why)

    async def _end(self, run: Run, tries: list[Try], why: str) -> None:
        outcome, reason = (Outcome.COULD_NOT_RUN, why) if why else outcome_of(tries)
        now = self._core.clock.now()
        ended = replace(
            run, ended_at=now, outcome=outcome, took=longest(tries), why=reason[: store.LONGEST_WHY], tries=tuple(tries)
        )

        def work(transaction: Transaction) -> None:
            store.keep(transaction.connection, ended)
            store.forget(transaction.connection, now - KEPT)
            transaction.say(_event(ended))

        await self._core.write(work)

    def _due_at(self, probe: Probe, last: Run | None) -> Instant:
        """By the clock of when it began; one that lies ahead of now is taken for long ago, so no jump stops a probe."""
        clock = self._core.clock
        if last is None:
            left = FIRST_AFTER - round((clock.monotonic() - self._began) * SECOND)
            return clock.now() + left if left > 0 else 0
        began = max(last.started_at, last.asked_at)
        return 0 if began > clock.now() else began + probe.every


def ask(transaction: Transaction, probe_id: str, known: Iterable[str], now: Instant, *, by: str) -> Run:
    """As `Probes.ask`, in a transaction; also beside a running Limen."""
    if probe_id not in known:
        raise LimenError(f"there is no probe {probe_id[:20]!r}", "`limen probes` lists them")
    connection = transaction.connection
    waiting = next((one for one in store.open_runs(connection) if one.probe == probe_id), None)
    if waiting is not None:
        return waiting
    newest = store.newest_of(connection, probe_id)
    if newest is not None and 0 <= now - newest.asked_at < SOONEST_AGAIN:
        raise LimenError("this probe has just run", f"wait {SOONEST_AGAIN // SECOND} seconds, or look at what it found")
    run = Run(new_id("pb"), probe_id, now, by)
    store.add(connection, run)
    return run


def withdraw(transaction: Transaction, run_id: str) -> bool:
    """Nobody waits for it any more; False where it has begun, or is gone."""
    return store.remove_waiting(transaction.connection, run_id)


def _asked_for_itself(probe_id: str, now: Instant) -> Callable[[Transaction], Run]:
    def work(transaction: Transaction) -> Run:
        run = Run(new_id("pb"), probe_id, now)
        store.add(transaction.connection, run)
        return run

    return work


def _event(run: Run) -> Event:
    details: dict[str, str | int | bool] = {
        "probe": run.probe,
        "run": run.id,
        "result": run.outcome.value if run.outcome else "",
        "tried": len(run.tries),
        "held": sum(one.held is True for one in run.tries),
    }
    details |= {"took_ms": run.took} if run.took >= 0 else {}
    details |= {"found": run.why[:200]} if run.why else {}
    ended = Ended.SUCCESS if run.outcome is Outcome.HELD else Ended.FAILURE
    return Event(at=run.ended_at, kind=KIND, outcome=ended, actor=run.asked_by, details=details)
