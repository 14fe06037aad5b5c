"""What is proved of the network in force: worked out in a thread of its own, and kept in memory for its revision.

A page waits for two seconds, and then shows that it is being worked out and looks again. So a network of five hundred
zones holds up neither the page nor anybody who is decided about meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Final, TypeAlias

from limen.company.company import Company
from limen.errors import LimenError
from limen.network.model import FILE, Network
from limen.network.proof.blast_radius import BlastRadius, Start, blast_radius
from limen.network.proved import Proved, proved
from limen.network.stated import NetworkFile
from limen.web.site import Site, TurnedAwayError
from limen.web.visit import SignedInVisit

PATIENCE_SECONDS: Final = 2.0
MOST_KEPT: Final = 64
MOST_WAITING: Final = 4
"""So much may be worked out or wait for it: whoever clicks through all hosts does not line them all up."""
_NOTHING: Final = NetworkFile()

_Key: TypeAlias = tuple[str, str, str]
"""A revision, a day, and of what: "" is the network, and else where a blast radius begins."""


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
        found: Proved = await self._found(visit, title, today, "", lambda: proved(network, today))
        return found

    async def radius(self, visit: SignedInVisit, title: str, place: str) -> tuple[Proved, BlastRadius]:
        """`place`: a zone, a host or the internet. Raises TurnedAwayError likewise, LimenError where too much waits."""
        whole = await self.proved(visit, title)
        start = Start(place, (place,))
        found: BlastRadius = await self._found(
            visit, title, whole.today, place, lambda: blast_radius(whole.network, whole.regions, start)
        )
        return whole, found

    async def _found(self, visit: SignedInVisit, title: str, today: str, place: str, work: Callable[[], Any]) -> Any:
        company = self.company
        key = (company.revision if company is not None else "", today, place)
        task = self._tasks.get(key) or self._begun(key, work)
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
        if not task.done():
            waiting = self._site.page("console/network_waits.html", visit, title=title)
            waiting.headers["refresh"] = "1"
            raise TurnedAwayError(waiting)
        if task.cancelled() or task.exception() is not None:
            self._tasks.pop(key, None)  # so that it is tried again
        return task.result()

    def _begun(self, key: _Key, work: Callable[[], Any]) -> asyncio.Task[Any]:
        """Whatever is of another revision or day goes, and then the oldest of what is done."""
        for old in [one for one in self._tasks if one[:2] != key[:2]]:
            self._tasks.pop(old).cancel()
        done = [one for one, task in self._tasks.items() if task.done() and one[2]]
        for old in done[: max(0, len(self._tasks) - MOST_KEPT + 1)]:
            del self._tasks[old]
        if sum(not task.done() for task in self._tasks.values()) >= MOST_WAITING:
            raise LimenError("several blast radii are being worked out already", "try again in a minute")

        async def worked_out() -> Any:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)

        task = self._tasks[key] = asyncio.create_task(worked_out())
        return task
