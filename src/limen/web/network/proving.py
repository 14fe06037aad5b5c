"""What is proved of the network in force: worked out in a thread of its own, and kept in memory for its revision.

A page waits for two seconds, and then shows that it is being worked out and looks again. So a network of five hundred
zones holds up neither the page nor anybody who is decided about meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final, TypeAlias

from limen.clock import DAY, MINUTE, Milliseconds
from limen.company.company import Company
from limen.errors import LimenError
from limen.network.learning import store
from limen.network.learning.lately import Lately, lately
from limen.network.learning.would_cut import PairCuts, would_cut
from limen.network.model import FILE, Network
from limen.network.proof.blast_radius import BlastRadius, Start, blast_radius
from limen.network.proved import Proved, proved
from limen.network.stated import NetworkFile
from limen.web.site import Site, TurnedAwayError
from limen.web.visit import SignedInVisit

PATIENCE_SECONDS: Final = 2.0
MOST_SECONDS: Final = 20.0
"""For the changes that could shrink one blast radius; the page says where there was no time for all."""
MOST_KEPT: Final = 64
MOST_WAITING: Final = 4
"""So much may be worked out or wait for it: whoever clicks through all hosts does not line them all up."""
_NOTHING: Final = NetworkFile()

COUNTED_FOR: Final[Milliseconds] = 5 * MINUTE
"""How long what was counted of connections is shown, before it is counted anew."""
SEEN_DAYS: Final = 30

_Key: TypeAlias = tuple[str, str, str, str]
"""A revision, a day, and of what: "network", "radius", "lately" or "would-cut", and where it begins, or when it was
counted."""


class Proving:
    """`site.shared(Proving)`: one for all pages."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prove")
        self._tasks: dict[_Key, asyncio.Task[Any]] = {}

    @property
    def company(self) -> Company | None:
        return self._site.ports.in_force.company

    @property
    def file(self) -> NetworkFile:
        """What network.yaml of the revision in force states; nothing where there is none."""
        company = self.company
        file: NetworkFile | None = company.parts.get(FILE) if company is not None else None
        return file or _NOTHING

    def today(self, visit: SignedInVisit) -> str:
        """ISO 8601, where the company is."""
        return datetime.fromtimestamp(visit.now / 1000, self._site.ports.settings.zone).date().isoformat()

    def stated(self, visit: SignedInVisit, title: str) -> Network:
        """The network in force. Raises TurnedAwayError with a page that says how to begin, where there is none."""
        network = self.file.network
        if not network.zones:
            raise TurnedAwayError(self._site.page("console/network_none.html", visit, title=title, file=FILE))
        return network

    async def proved(self, visit: SignedInVisit, title: str) -> Proved:
        """Raises TurnedAwayError with a page that waits, or as `stated` does."""
        network, today = self.stated(visit, title), self.today(visit)
        found: Proved = await self._found(visit, title, (today, "network", ""), lambda: proved(network, today))
        return found

    async def radius(self, visit: SignedInVisit, title: str, place: str) -> tuple[Proved, BlastRadius]:
        """`place`: a zone, a host or the internet. Raises TurnedAwayError likewise, LimenError where too much waits."""
        whole = await self.proved(visit, title)
        start = Start(place, (place,))
        found: BlastRadius = await self._found(
            visit, title, (whole.today, "radius", place), lambda: _radius(whole, start)
        )
        return whole, found

    async def lately(self, visit: SignedInVisit, whole: Proved) -> Lately:
        """What was seen in the last 30 days, as far as it is counted: nobody waits for it but a moment."""
        begin, read = visit.now - SEEN_DAYS * DAY, self._site.ports.database.read

        def work() -> Lately:
            tallies = read(lambda snapshot: store.since(snapshot.connection, begin))
            return lately(whole.network, whole.regions, tallies)

        key = self._key(whole.today, "lately", str(visit.now // COUNTED_FOR))
        old = [one for one in self._tasks if one[2] == "lately" and one != key]
        if key not in self._tasks and not any(not self._tasks[one].done() for one in old):
            self._begun(key, work)
        task = self._tasks.get(key)
        if task is not None:
            await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        known = [one for one in (task, *(self._tasks.get(one) for one in reversed(old))) if one and _is_good(one)]
        if task in known:
            for one in old:
                self._tasks.pop(one, None)
        return known[0].result() if known else Lately()

    async def would_cut(self, visit: SignedInVisit, title: str, whole: Proved) -> tuple[PairCuts, ...]:
        """Of what was used in the last 30 days what would be cut were nothing on trial, counted anew each minute.

        Raises TurnedAwayError with a page that waits.
        """
        begin, read = visit.now - SEEN_DAYS * DAY, self._site.ports.database.read

        def work() -> tuple[PairCuts, ...]:
            return would_cut(whole.network, read(lambda snapshot: store.since(snapshot.connection, begin)), whole.today)

        what = (whole.today, "would-cut", str(visit.now // MINUTE))
        for old in [
            one for one, task in self._tasks.items() if one[2] == what[1] and one[3] != what[2] and task.done()
        ]:
            del self._tasks[old]
        found: tuple[PairCuts, ...] = await self._found(visit, title, what, work)
        return found

    def _key(self, today: str, kind: str, of: str) -> _Key:
        company = self.company
        return (company.revision if company is not None else "", today, kind, of)

    async def _found(
        self, visit: SignedInVisit, title: str, what: tuple[str, str, str], work: Callable[[], Any]
    ) -> Any:
        key = self._key(*what)
        task = self._tasks.get(key) or self._begun(key, work)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not task.done():
            waiting = self._site.page("console/network_waits.html", visit, title=title)
            waiting.headers["refresh"] = "1"
            raise TurnedAwayError(waiting)
        if not _is_good(task):
            self._tasks.pop(key, None)  # so that it is tried again
        return task.result()

    def _begun(self, key: _Key, work: Callable[[], Any]) -> asyncio.Task[Any]:
        """Whatever is of another revision or day goes, and then the oldest of what is done."""
        for old in [one for one in self._tasks if one[:2] != key[:2]]:
            self._tasks.pop(old).cancel()
        done = [one for one, task in self._tasks.items() if task.done() and one[2] == "radius"]
        for old in done[: max(0, len(self._tasks) - MOST_KEPT + 1)]:
            del self._tasks[old]
        if sum(not task.done() for task in self._tasks.values()) >= MOST_WAITING:
            raise LimenError("several blast radii are being worked out already", "try again in a minute")

        async def worked_out() -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

        task = self._tasks[key] = asyncio.create_task(worked_out())
        return task


def _radius(whole: Proved, start: Start) -> BlastRadius:
    end = time.monotonic() + MOST_SECONDS
    return blast_radius(whole.network, whole.regions, start, lambda: time.monotonic() < end)


def _is_good(task: asyncio.Task[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
