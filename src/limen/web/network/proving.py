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
from limen.company.blast.radius import Blast, Surroundings
from limen.company.blast.ranking import Ranked, largest
from limen.company.blast.shrinking import Shrinking, best_change
from limen.company.blast.taken import Holder, Taken
from limen.company.blast.today import today as read_today
from limen.company.company import Company
from limen.errors import LimenError
from limen.network.compiling import compiled
from limen.network.learning import store
from limen.network.learning.lately import Lately, lately
from limen.network.learning.unplanned import UnplannedDevice, unplanned_devices
from limen.network.learning.would_cut import PairCuts, would_cut
from limen.network.limited import TooMuchError, proved, stop_pages
from limen.network.model import FILE, Network
from limen.network.packets.regions import Regions
from limen.network.proved import Proved
from limen.network.stated import NetworkFile
from limen.web.site import Site, TurnedAwayError
from limen.web.visit import SignedInVisit

PATIENCE_SECONDS: Final = 2.0
MOST_SECONDS: Final = 15.0
"""For the changes that could shrink one blast radius; the page says where there was no time for all."""
MOST_KEPT: Final = 64
MOST_WAITING: Final = 4
"""So much may be worked out or wait for it: whoever clicks through all hosts does not line them all up."""
_NOTHING: Final = NetworkFile()

COUNTED_FOR: Final[Milliseconds] = 5 * MINUTE
"""How long what was counted of connections is shown, before it is counted anew."""
SEEN_DAYS: Final = 30
UNPLANNED_DAYS: Final = 7

_Key: TypeAlias = tuple[str, str, str, str]
"""A revision, a day, of what ("network", "ground", "radius", "lately", "would-cut", "unplanned" or "firewall"), and
where it begins, when it was made, or which it is with which rules.
"""


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
        found: Proved = await self.found(visit, title, (today, "network", ""), lambda: proved(network, today))
        return found

    async def around(self, visit: SignedInVisit, title: str) -> Surroundings:
        """Everybody as they are now, with the network and the policies in force. Raises TurnedAwayError likewise."""
        company, day = self.company, self.today(visit)
        if company is None:
            raise LimenError("nothing is published yet", "publish the company's folder first")
        network = (await self.proved(visit, title)).network if self.file.network.zones else None
        now = visit.now
        everybody = await self._site.ports.database.reading(lambda snapshot: read_today(snapshot, now))

        def work() -> Surroundings:
            regions = Regions(compiled(network, day)) if network is not None else None
            return Surroundings.of(company, everybody, day, now, regions).made_ready()

        ground: Surroundings = await self.found(visit, title, (day, "ground", ""), work)
        return ground.changed(today=everybody, now=now)

    async def blast(
        self, visit: SignedInVisit, title: str, around: Surroundings, holder: Holder, taken: Taken
    ) -> tuple[Blast, Shrinking | None]:
        """The blast radius, and the change that shrinks it most. Raises TurnedAwayError likewise, LimenError where too
        much waits.
        """
        company, mark = self.company, f"{taken}:{holder.kind}:{holder.id}:{around.today.mark(holder.id)}"

        def work() -> tuple[Blast, Shrinking | None]:
            end = time.monotonic() + MOST_SECONDS
            found = around.blast(holder, taken, lambda: time.monotonic() < end)
            return found, best_change(around, found, company, lambda: time.monotonic() < end + MOST_SECONDS)

        found: tuple[Blast, Shrinking | None] = await self.found(
            visit, title, (self.today(visit), "radius", mark), work
        )
        return found

    async def largest(self, visit: SignedInVisit, title: str, around: Surroundings) -> list[Ranked]:
        """Counted anew after a while, since people and devices change. Raises likewise."""
        part = f"largest:{visit.now // COUNTED_FOR}"
        found: list[Ranked] = await self.found(
            visit, title, (self.today(visit), "radius", part), lambda: largest(around)
        )
        return found

    async def lately(self, visit: SignedInVisit, whole: Proved) -> Lately:
        """What was seen in the last 30 days, as far as it is counted: nobody waits for it but a moment."""
        begin, read = visit.now - SEEN_DAYS * DAY, self._site.ports.database.read

        def work() -> Lately:
            tallies = read(lambda snapshot: store.since(snapshot.connection, begin))
            return lately(whole.network, Regions(compiled(whole.network, whole.today)), tallies)

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

        found: tuple[PairCuts, ...] = await self._each_minute(visit, title, whole.today, "would-cut", work)
        return found

    async def unplanned(self, visit: SignedInVisit, title: str, whole: Proved) -> tuple[UnplannedDevice, ...]:
        """What spoke in the last week in zones whose hosts are stated, and is none of them, counted anew each minute.

        Raises TurnedAwayError with a page that waits.
        """
        begin, read = visit.now - UNPLANNED_DAYS * DAY, self._site.ports.database.read

        def work() -> tuple[UnplannedDevice, ...]:
            return unplanned_devices(whole.network, read(lambda snapshot: store.since(snapshot.connection, begin)))

        found: tuple[UnplannedDevice, ...] = await self._each_minute(visit, title, whole.today, "unplanned", work)
        return found

    async def _each_minute(
        self, visit: SignedInVisit, title: str, today: str, kind: str, work: Callable[[], Any]
    ) -> Any:
        """As `found`, of this minute; what was found of minutes before is dropped."""
        minute = str(visit.now // MINUTE)
        for old in [one for one, task in self._tasks.items() if one[2] == kind and one[3] != minute and task.done()]:
            del self._tasks[old]
        return await self.found(visit, title, (today, kind, minute), work)

    def _key(self, today: str, kind: str, of: str) -> _Key:
        company = self.company
        return (company.revision if company is not None else "", today, kind, of)

    async def found(self, visit: SignedInVisit, title: str, what: tuple[str, str, str], work: Callable[[], Any]) -> Any:
        """What `work` gives for a day, a kind and what of it. Raises TurnedAwayError with a page that waits."""
        key = self._key(*what)
        task = self._tasks.get(key) or self._begun(key, work)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not task.done():
            waiting = self._site.page("console/network_waits.html", visit, title=title)
            waiting.headers["refresh"] = "1"
            raise TurnedAwayError(waiting)
        if not _is_good(task) and not isinstance(task.exception(), TooMuchError):
            self._tasks.pop(key, None)  # so that it is tried again
        return task.result()

    def _begun(self, key: _Key, work: Callable[[], Any]) -> asyncio.Task[Any]:
        """Whatever is of another revision or day goes, and then the oldest of what is done."""
        for old in [one for one in self._tasks if one[:2] != key[:2]]:
            if self._tasks.pop(old).cancel():
                stop_pages()
        done = [one for one, task in self._tasks.items() if task.done() and one[2] in {"radius", "firewall"}]
        for old in done[: max(0, len(self._tasks) - MOST_KEPT + 1)]:
            del self._tasks[old]
        if sum(not task.done() for task in self._tasks.values()) >= MOST_WAITING:
            raise LimenError("several blast radii are being worked out already", "try again in a minute")

        async def worked_out() -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

        task = self._tasks[key] = asyncio.create_task(worked_out())
        return task


def _is_good(task: asyncio.Task[Any]) -> bool:
    return task.done() and not task.cancelled() and task.exception() is None
