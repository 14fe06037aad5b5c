"""After a revocation has returned nobody decides without it: not whoever was stopped, slept, died, or joined meanwhile.

The feed and the register that run are real; only their pauses are the law's, which steps each worker from one place at
which it waits to the next, in any order, and lets time pass between.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Coroutine, Generator
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tests.dial import size

from limen.clock import SetClock
from limen.facts import FactStore
from limen.storage import Database, Feed, change_feed
from limen.storage.errors import DatabaseGoneError
from limen.storage.workers import Workers

MOST_WORKERS = 4
HOUR_MS = 3_600_000


class Pause:
    def __await__(self) -> Generator[None, None, None]:
        yield


class SteppedDatabase:
    """A worker's own: its transactions are real, and it waits before and after each."""

    def __init__(self, real: Database, workers: Workers) -> None:
        self._real, self.workers = real, workers
        self.is_away = False

    async def reading(self, work: Any) -> Any:
        await Pause()
        if self.is_away:
            raise DatabaseGoneError
        found = self._real.read(work)
        await Pause()
        return found

    def read(self, work: Any) -> Any:
        return self._real.read(work)

    def refuse_unfit_to_decide(self, snapshot: Any) -> None:
        self._real.refuse_unfit_to_decide(snapshot)


class SteppedFeed(Feed):
    async def _in_register(self, work: Any, *given: object, seconds: float | None = None) -> Any:
        del seconds
        await Pause()
        if self._database.is_away:
            raise DatabaseGoneError
        found = work(*given)
        await Pause()
        return found

    async def _rest(self, seconds: float) -> None:
        await Pause()


class OneWorker:
    def __init__(self, real: Database, clock: SetClock) -> None:
        self.known = FactStore()
        self.database = SteppedDatabase(real, real.backend.workers(None, clock, real._may_be_decided_by))
        self.feed = SteppedFeed(self.database, self.known, clock=clock)  # type: ignore[arg-type]
        self.applied = -1
        self.feed.at_start(lambda snapshot: snapshot.seq, self._apply)
        self.feed.on("person", lambda snapshot, _key: snapshot.seq, lambda _key, seq: self._apply(seq))
        self.running: dict[Coroutine[Any, Any, None], int] = {self._run(): 0}

    def _apply(self, seq: int) -> None:
        self.applied = seq

    async def _run(self) -> None:
        while True:
            with suppress(DatabaseGoneError):
                await self.feed._round_trip()
            await Pause()

    def end(self) -> None:
        """As `kill -9`: nothing is said to anybody, and the kernel frees its lock."""
        for one in self.running:
            one.close()
        self.running.clear()
        held = self.database.workers._locks._held
        if held is not None:
            held.close()
        self.database.workers.close()


class NobodyDecidesWithoutIt(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lw-", ignore_cleanup_errors=True)
        self.clock = SetClock(1_800_000_000_000)
        self.real = Database.open(Path(self.folder.name) / "limen.db", clock=self.clock)
        self.workers = [OneWorker(self.real, self.clock)]
        self.returned = 0

    def teardown(self) -> None:
        if not hasattr(self, "real"):
            return
        for one in self.workers:
            one.database.is_away = False
        self._all_comes_to_an_end()
        for one in self.workers:
            one.end()
        self.real.close()
        self.folder.cleanup()

    @precondition(lambda self: len(self.workers) < MOST_WORKERS)
    @rule()
    def another_joins(self) -> None:
        self.workers.append(OneWorker(self.real, self.clock))

    @rule(which=st.integers(0, 99), coroutine=st.integers(0, 99), steps=st.integers(1, 12))
    def steps(self, which: int, coroutine: int, steps: int) -> None:
        for _ in range(steps):
            self._step(self.workers[which % len(self.workers)], coroutine)

    @rule(which=st.integers(0, 99), steps=st.integers(0, 30))
    def revokes(self, which: int, steps: int) -> None:
        one = self.workers[which % len(self.workers)]
        seq = self.real.write(lambda transaction: transaction.changed("person", "p1"))
        one.running[one.feed.settled(seq)] = seq
        for _ in range(steps):
            self._step(one, len(one.running) - 1)
            self._step(one, 0)

    @rule(milliseconds=st.sampled_from([1, 100, 1_000, 2_900, 3_000, 10_000, HOUR_MS]))
    def time_passes(self, milliseconds: int) -> None:
        self.clock.forward(milliseconds)

    @rule(by=st.sampled_from([-HOUR_MS, HOUR_MS]))
    def somebody_sets_the_wall_clock(self, by: int) -> None:
        self.clock.set_to(self.clock.now() + by)

    @precondition(lambda self: len(self.workers) > 1)
    @rule(which=st.integers(0, 99))
    def one_is_killed(self, which: int) -> None:
        self.workers.pop(which % len(self.workers)).end()

    @rule(which=st.integers(0, 99))
    def the_database_goes_and_comes(self, which: int) -> None:
        one = self.workers[which % len(self.workers)].database
        one.is_away = not one.is_away

    @rule()
    def the_register_is_lost(self) -> None:
        for file in (Path(self.folder.name) / "limen.db.workers").glob("register-*"):
            file.unlink()

    @rule()
    def all_that_is_beside_the_database_is_lost(self) -> None:
        shutil.rmtree(Path(self.folder.name) / "limen.db.workers", ignore_errors=True)

    @invariant()
    def nobody_decides_without_what_has_returned(self) -> None:
        now = self.clock.monotonic()
        for one in getattr(self, "workers", ()):
            if now < one.known.lease_until:
                assert one.applied >= self.returned

    # Inside

    def _step(self, one: OneWorker, number: int) -> None:
        coroutine = list(one.running)[number % len(one.running)]
        try:
            coroutine.send(None)
        except StopIteration:
            self.returned = max(self.returned, one.running.pop(coroutine))
        except DatabaseGoneError:
            one.running.pop(coroutine)
        self.nobody_decides_without_what_has_returned()

    def _all_comes_to_an_end(self) -> None:
        """Whatever happened: everybody decides again, and every revocation returns."""
        for _ in range(400):
            for one in self.workers:
                for number in range(len(one.running)):
                    self._step(one, number)
            self.clock.forward(20)
        assert [len(one.running) for one in self.workers] == [1] * len(self.workers)
        assert all(one.known.lease_until > self.clock.monotonic() for one in self.workers)


NobodyDecidesWithoutIt.TestCase.settings = settings(max_examples=size(100), stateful_step_count=40, deadline=None)


class TestNobodyDecidesWithoutIt(NobodyDecidesWithoutIt.TestCase):
    def setUp(self) -> None:
        super().setUp()
        self._lease, change_feed.LEASE_SECONDS = change_feed.LEASE_SECONDS, 3.0

    def tearDown(self) -> None:
        change_feed.LEASE_SECONDS = self._lease
        super().tearDown()
