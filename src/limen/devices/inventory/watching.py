"""What is seen at the sign-in host is written down, soon and together: no sign-in waits for it.

What was not written when the process is killed is seen again at the next sign-in.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import Final

from limen.clock import DAY
from limen.devices import store as devices
from limen.devices.inventory import store
from limen.devices.inventory.model import Inventory, Known, SeenBrowser, inventory
from limen.devices.sources import store as sources
from limen.facts import Person
from limen.pillar import Core
from limen.storage import Snapshot
from limen.user_agents import browser_of, system_of

FORGET_AFTER: Final = 90 * DAY
MOST_WAITING: Final = 10_000


class SeenDevices:
    """What was seen, and the inventory. Offered to pages. Used on the event loop."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._waiting: dict[str, SeenBrowser] = {}

    def saw(self, person_id: str, browser: str, user_agent: str, device_id: str = "") -> None:
        """Somebody signed in with this browser, whose long-lived cookie this is; or proved that it sits on a device."""
        now = self._core.clock.now()
        if not browser or (len(self._waiting) >= MOST_WAITING):
            return
        name = sha256(f"seen {person_id} {browser}".encode()).hexdigest()
        before = self._waiting.get(name)
        seen = SeenBrowser(name, person_id, browser_of(user_agent), system_of(user_agent), now, now, device_id)
        self._waiting[name] = replace(seen, device_id=device_id or (before.device_id if before else ""))

    async def write(self) -> None:
        """Write down what was seen since the last time."""
        waiting, self._waiting = self._waiting, {}
        if waiting:
            await self._core.database.writing(lambda t: store.keep(t.connection, waiting.values()))

    async def forget(self) -> None:
        """Drop browsers that were not seen for `FORGET_AFTER`."""
        before = self._core.clock.now() - FORGET_AFTER
        await self._core.database.writing(lambda t: store.forget(t.connection, before))

    async def inventory(self) -> Inventory:
        """Every device that was seen lately."""
        await self.write()
        people, rules, now = dict(self._core.known.people), self._core.known.device_rules, self._core.clock.now()
        known = await self._core.database.reading(lambda snapshot: known_in(snapshot, people))
        return inventory(known, rules, now)


def known_in(snapshot: Snapshot, people: dict[str, Person]) -> Known:
    """What the inventory is put together from, as it is in the database."""
    connection = snapshot.connection
    return Known(
        held=devices.every(connection),
        records=sources.all_records(connection),
        matches=sources.all_matches(connection),
        browsers=store.every(connection),
        people=people,
    )
