"""The roadmap as it was measured last, every ten minutes where somebody looks; and anew where somebody wants it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.identity.days import today
from limen.roadmap import store
from limen.roadmap.evidence import Evidence
from limen.roadmap.exceptions import RoadmapException, chosen_not_to, excepted
from limen.roadmap.looking import RoadmapJob
from limen.roadmap.roadmap import Roadmap, Shown, kept_in, roadmap
from limen.roadmap.steps import Step, next_steps
from limen.web.site import Site

KEPT_MS: Final[Milliseconds] = 10 * MINUTE
SHOWN_MS: Final[Milliseconds] = 70 * MINUTE
"""What is older is shown to nobody: the recurring look is hourly."""
LONGEST_WAIT_SECONDS: Final = 20.0
"""The first time of all reads the whole journal, which may take minutes: nobody waits for that at a page."""
SOONEST_AGAIN_MS: Final[Milliseconds] = 10 * SECOND
"""Measuring reads the whole journal: however often it is asked for, not sooner than this."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """The roadmap, and its next steps, the best first."""

    roadmap: Roadmap
    steps: tuple[Step, ...]


class Latest:
    """What was measured last. It is read alone: nothing of it is kept for the days, and nothing is journaled.

    Whoever looks at a page gets at once what was measured within the last hour; where that is more than ten minutes
    ago, it is measured anew meanwhile.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._job = site.ports.offers.find(RoadmapJob)
        self._seen: Seen | None = None
        self._measuring: asyncio.Task[Seen] | None = None

    @property
    def is_measuring(self) -> bool:
        return self._measuring is not None and not self._measuring.done()

    async def measured(self, now: Instant) -> Seen | None:
        """As it was at most an hour ago. None where nothing measures, or the first time is not over yet.

        Raises StorageError.
        """
        job = self._job
        if job is None:
            return None
        await self._take_from(job, now)
        if self._is_within(KEPT_MS, now):
            return self._seen
        measuring = self._begun(job)
        if not self._is_within(SHOWN_MS, now):
            await asyncio.wait({measuring}, timeout=LONGEST_WAIT_SECONDS)
            if measuring.done():
                self._seen = measuring.result()
        return self._seen

    async def measured_anew(self, now: Instant) -> Seen | None:
        """As it is now. None where nothing measures. Raises StorageError."""
        job = self._job
        if job is not None:
            await self._take_from(job, now)
            if not self._is_within(SOONEST_AGAIN_MS, now):
                self._seen = await asyncio.shield(self._begun(job))
        return self._seen

    def _is_within(self, than: Milliseconds, now: Instant) -> bool:
        return self._seen is not None and 0 <= now - self._seen.roadmap.at < than

    def _begun(self, job: RoadmapJob) -> asyncio.Task[Seen]:
        """The one that is under way, or another."""
        if self._measuring is None or self._measuring.done():
            self._measuring = asyncio.create_task(self._site.in_thread(lambda: _measure(job)))
            self._measuring.add_done_callback(self._done)
        return self._measuring

    def _done(self, measuring: asyncio.Task[Seen]) -> None:
        if measuring.cancelled():
            return
        error = measuring.exception()
        if error is None:
            self._seen = measuring.result()
        else:
            _log.warning("the roadmap could not be measured; who looks next has it tried again: %s", error)

    async def _take_from(self, job: RoadmapJob, now: Instant) -> None:
        """What the recurring look saw, where that is newer."""
        found, at = job.newest, self._seen.roadmap.at if self._seen is not None else 0
        if found is None or not at < found.at <= now:
            return
        steps_from = job.steps_from or Evidence(at=found.at)
        steps = await self._site.in_thread(lambda: next_steps(found.shown, steps_from))
        self._seen = Seen(found, steps)


def latest(site: Site) -> Latest:
    """The one that all pages share."""
    return site.shared(Latest)


async def exceptions(site: Site) -> list[RoadmapException]:
    """Also those that are over; the newest first. They are read each time: what was just excepted shows at once."""
    return await site.ports.database.reading(lambda snapshot: store.exceptions(snapshot.connection))


def with_exceptions(shown: Shown, known: Iterable[RoadmapException], now: Instant) -> Shown:
    """A control as it was measured, with what is excepted of it now."""
    known, control = tuple(known), shown.control.id
    rows = (row for part in shown.measured.parts for row in part.rows)
    return replace(shown, excepted=excepted(rows, control, known, now), left_out=chosen_not_to(control, known, now))


def _measure(job: RoadmapJob) -> Seen:
    settings, now = job.core.settings, job.core.clock.now()
    evidence = job.read(now)
    kept = job.core.database.read(lambda snapshot: kept_in(snapshot, settings, now))
    found = roadmap(evidence, kept, today(settings, now))
    return Seen(found, next_steps(found.shown, evidence))
