"""The recurring look: measures every control, keeps the day, and says what closed and what opened again.

The first look of a day has the figures of all controls journaled, phase by phase: what is kept of a day can be held
against the journal's chain, also when the events that it was counted from are past their keeping time.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from limen.clock import Instant
from limen.company import store as revisions
from limen.company.company import Company
from limen.company.publish import earlier
from limen.identity.days import today
from limen.identity.events import Details, record
from limen.pillar import Core, Every, Once
from limen.roadmap import store
from limen.roadmap.evidence import Evidence
from limen.roadmap.holding import Day
from limen.roadmap.model import Phase
from limen.roadmap.reading import read
from limen.roadmap.roadmap import Kept, Roadmap, kept_in, roadmap
from limen.roadmap.sources import Sources
from limen.roadmap.stating import end_contradicted
from limen.roadmap.steps import only_for_steps
from limen.storage import Transaction

LOOK_SECONDS: Final = 3_600.0
KEPT_DAYS: Final = 800
"""Two years and more: what an auditor asks for."""


@dataclass(slots=True)
class RoadmapJob:
    """Looks again and again at the one worker that leads. `newest` is what it saw last, None before; `steps_from` is of
    the evidence of that look what next steps are ordered by.
    """

    core: Core
    newest: Roadmap | None = None
    steps_from: Evidence | None = field(default=None, repr=False)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _company: Company | None = field(default=None, repr=False)

    @property
    def every(self) -> Every:
        return Every("measure the roadmap", LOOK_SECONDS, lambda: asyncio.to_thread(self.look), Once.IN_ALL)

    def look(self) -> Roadmap:
        """Measure, keep, and say what changed, in this thread. Raises StorageError."""
        core, now = self.core, self.core.clock.now()
        evidence = self.read(now)
        day = today(core.settings, now)
        with_kept: list[Roadmap] = []

        def work(transaction: Transaction) -> None:
            kept = kept_in(transaction, core.settings, now)
            found = roadmap(evidence, kept, day)
            with_kept[:] = [found]
            keep(transaction, found, kept, now)
            end_contradicted(transaction, evidence, now)
            store.forget_days(transaction.connection, day - timedelta(days=KEPT_DAYS))

        core.database.write(work)
        self.steps_from = only_for_steps(evidence)
        (self.newest,) = with_kept
        return self.newest

    def read(self, now: Instant) -> Evidence:
        """All evidence, in this thread. Who comes while somebody reads waits: the journal is then counted already.

        Raises StorageError.
        """
        with self._one_at_a_time:
            return read(self.sources(now))

    def sources(self, now: Instant) -> Sources:
        """Where a running Limen reads its evidence from."""
        core = self.core
        return Sources(
            core.root, core.settings, self._in_force(), core.database, core.keyring, core.journal.reader, now, True
        )

    def _in_force(self) -> Company | None:
        newest = self.core.database.read(revisions.newest)
        if newest is None:
            return None
        if self._company is None or self._company.revision != newest.id:
            self._company = earlier(self.core.database, newest.id)
        return self._company


def keep(transaction: Transaction, found: Roadmap, before: Kept, now: Instant) -> None:
    """Keep this look, and have what closed or opened again journaled with it."""
    connection = transaction.connection
    store.keep_days(connection, found.days)
    store.keep_standings(connection, found.standings)
    closed = {int(one.phase): before.closed_phases.get(int(one.phase), now) for one in found.phases if one.is_closed}
    store.keep_closed_phases(connection, closed)
    for phase in _not_journaled(found, before):
        said: Details = {"phase": int(phase), "figures": figures_of(found, phase)}
        record(transaction, now, "roadmap.measured", said)
    for one in found.standings:
        was = before.standings.get(one.control)
        if one.is_closed != (was is not None and was.is_closed):
            kind = "roadmap.control_closed" if one.is_closed else "roadmap.control_reopened"
            record(transaction, now, kind, {"control": one.control})
    for each in found.phases:
        if each.is_closed != (int(each.phase) in before.closed_phases):
            kind = "roadmap.phase_closed" if each.is_closed else "roadmap.phase_reopened"
            record(transaction, now, kind, {"phase": int(each.phase)})


def figures_of(found: Roadmap, phase: Phase) -> str:
    """The figures of a phase in one line: `I1=9/10 imported, I2=12/12 measured, I3=unknown`."""
    ids = {one.control.id for one in found.shown if one.control.phase is phase}
    return ", ".join(f"{one.control}={_figure(one)}" for one in found.days if one.control in ids)


def _figure(day: Day) -> str:
    return f"{day.numerator}/{day.denominator} {day.grade.word}" if day.grade else day.grade.word


def _not_journaled(found: Roadmap, before: Kept) -> Iterator[Phase]:
    for phase in Phase:
        of_phase = [one.control.id for one in found.shown if one.control.phase is phase]
        days = {one.day for one in found.days}
        if of_phase and not any(days & before.days.get(control, {}).keys() for control in of_phase):
            yield phase
