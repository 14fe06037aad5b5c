"""From where people sign in is written down, soon and together: no sign-in waits for it."""

from __future__ import annotations

from typing import Final

from limen.clock import DAY, Instant
from limen.facts import Session
from limen.monitor.places import familiar_store as store
from limen.monitor.places.familiar_store import FamiliarPlace
from limen.monitor.places.places import Places
from limen.pillar import Core

FORGET_AFTER: Final = 180 * DAY
MOST_OF_A_PERSON: Final = 100
MOST_WAITING: Final = 10_000


class FamiliarPlaces:
    """Where everybody signed in from. Offered to pages. Used on the event loop.

    It looks at the sign-ins that there are, every minute: one that ends before that stands in the journal.
    """

    def __init__(self, core: Core, places: Places) -> None:
        self._core = core
        self._places = places
        self._noted: dict[str, str] = {}

    async def write(self) -> None:
        """Write down the places of sign-ins that began since the last time."""
        sessions = [one for one in self._core.known.sessions.values() if not one.app and one.address]
        new = [one for one in sessions if self._noted.get(one.id) != one.address]
        self._noted = {one.id: one.address for one in sessions}
        seen = [place for one in new[:MOST_WAITING] if (place := self._place(one)) is not None]
        if seen:
            await self._core.database.writing(lambda t: store.keep(t.connection, seen, MOST_OF_A_PERSON))

    async def forget(self) -> None:
        """Drop places that nobody was seen at for `FORGET_AFTER`."""
        before = self._core.clock.now() - FORGET_AFTER
        await self._core.database.writing(lambda t: store.forget(t.connection, before))

    async def of_person(self, person_id: str) -> list[FamiliarPlace]:
        """The one that was seen last first."""
        await self.write()
        return await self._core.database.reading(lambda snapshot: store.of_person(snapshot.connection, person_id))

    def _place(self, session: Session) -> FamiliarPlace | None:
        """None where nothing is known of its address: that is no place."""
        found = self._places.find(session.address, self._core.known.networks)
        if not (found.country or found.owner or found.network) or session.person_id not in self._core.known.people:
            return None
        at: Instant = session.started_at
        return FamiliarPlace(
            session.person_id,
            found.country,
            found.owner,
            found.network[:60],
            found.owner_name,
            found.city,
            at,
            at,
        )
