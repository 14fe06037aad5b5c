"""Links of cloud drives in the server: looked for, and what their makers say of them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from limen.connectors.turns import Told
from limen.data.doors.judging import Protection
from limen.data.findings import store as findings_store
from limen.data.findings.held import HeldExceptions
from limen.data.findings.service import LONGEST_REASON, Findings
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import NO_STORES, StatedStores, Store
from limen.data.inventory.service import owners_of
from limen.data.links import kept_links, last_looks
from limen.data.links.considering import Considering
from limen.data.links.judging import Judging
from limen.data.links.kept_links import LinkStore
from limen.data.links.kinds import BACK, FAILED, JUSTIFIED
from limen.data.links.last_looks import LastLook
from limen.data.links.letters import Letters
from limen.data.links.model import NEEDS, REMEMBERED_FOR, KeptLink, LinkState
from limen.data.links.taking_away import TakingAway
from limen.data.links.watching import LinkWatch
from limen.events import Event
from limen.pillar import CompanyPeople, Core, Every, Once
from limen.printable import one_line
from limen.storage import Snapshot, Transaction

LOOK_SECONDS: Final = 20.0


class Links:
    """Used on the event loop. `walkers` opens stores."""

    def __init__(
        self, core: Core, protection: Protection, findings: Findings, held: HeldExceptions, walkers: Walkers
    ) -> None:
        self._core, self._findings = core, findings
        self._told: list[LastLook] = []
        known = core.known

        def language_of(snapshot: Snapshot, person: str) -> str:
            return core.offers.take(CompanyPeople).language_of(snapshot, person)

        letters = Letters(core.keyring, core.settings, known.people.get, language_of)
        considering = Considering(
            core.database,
            core.clock.now,
            Judging(
                protection,
                lambda address: owners_of(known).get(address, ""),
                lambda person, store, digest: held.holds(person, store, digest, core.clock.now()),
            ),
            TakingAway(core.journal.record),
            walkers.domains,
            letters.tell,
        )
        self.watch = LinkWatch(
            core.keyring,
            walkers,
            considering,
            stores=lambda: (known.rules_of(StatedStores) or NO_STORES).by_name,
            is_active=lambda person: (found := known.people.get(person)) is not None and found.active,
            told=Told(core.journal, FAILED.name, BACK.name),
        )

    @property
    def periodic(self) -> tuple[Every, ...]:
        return (Every("look for links of cloud drives", LOOK_SECONDS, self.look_due, Once.IN_ALL),)

    async def look_due(self) -> None:
        """Look where it is time to, and say for the doctor how it goes."""
        watched = self.watch.watched()
        await self.watch.look_due()
        states, lacking = await self._core.database.reading(
            lambda s: (kept_links.stores(s.connection), kept_links.lacking_a_right(s.connection))
        )
        looks = [_look_of(watched[name], state, lacking) for name, state in states.items() if name in watched]
        if looks != self._told:
            folder = self._core.root / self._core.settings.storage.data
            await asyncio.to_thread(last_looks.write, folder, looks)
            self._told = looks

    async def of_person(self, person_id: str) -> list[KeptLink]:
        """What this person may say something about: links that wait, and those that went for want of a reason."""
        since = self._core.clock.now() - REMEMBERED_FOR
        return await self._core.database.reading(lambda s: kept_links.of_person(s.connection, person_id, since))

    async def stores(self) -> dict[str, LinkStore]:
        """How far each store that tells of links was looked at."""
        return await self._core.database.reading(lambda s: kept_links.stores(s.connection))

    async def justify(self, event: str, person_id: str, why: str) -> bool:
        """Have the links of a finding stand, for this reason; one that was taken away may be made again for 30 days.
        False where nothing of this person's waits for a reason.
        """
        text, now = one_line(why, LONGEST_REASON), self._core.clock.now()

        def work(t: Transaction) -> bool:
            links = kept_links.of_event(t.connection, event, person_id)
            if not links or not text:
                return False
            for one in links:
                stands = replace(one, state=LinkState.JUSTIFIED, why="", cannot="", made_at=now, due_at=0)
                kept_links.keep(t.connection, stands)
            findings_store.keep_reason(t.connection, event, person_id, text, now)
            details: dict[str, str | int | bool] = {"store": links[0].store, "event_id": event}
            t.say(Event(at=now, kind=JUSTIFIED.name, actor=person_id, details=details))
            return True

        return await self._core.write(work)

    async def not_sensitive(self, event: str, person_id: str) -> bool:
        """Have this document pass for this person until that ends; False where nothing of theirs waits for a reason,
        and where somebody decided that it is sensitive.
        """
        reading = self._core.database.reading
        links = await reading(lambda s: kept_links.of_event(s.connection, event, person_id))
        digests = {one.digest for one in links if one.digest}
        if not digests:
            return False
        if not await self._findings.not_sensitive(person_id, links[0].store, dict.fromkeys(digests, event)):
            return False
        await self._core.write(lambda t: kept_links.let_stand(t.connection, [event]))
        return True


def _look_of(store: Store, state: LinkStore, lacking: Collection[str]) -> LastLook:
    needs = NEEDS[store.kind] if store.name in lacking else ""
    return LastLook(store.name, state.asked.tried_at, state.looked_at, state.asked.error, needs)
