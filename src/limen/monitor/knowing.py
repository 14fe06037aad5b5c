"""Places and people as the server knows them: taken into the facts, and told to the process that watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import msgspec

from limen.clock import Instant
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.detections.travel.travel import TravelKnown
from limen.monitor.detections.usual.usual import UsualKnown
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.identities import Identities
from limen.monitor.places.places import Places
from limen.monitor.surroundings import IDENTITIES, PEOPLE, PLACES, PeopleGiven, PlacesGiven
from limen.pillar import Core, DeviceNames, Figure

_log: Final = logging.getLogger("limen.monitor")


class Knowing:
    """`give` tells the process. Used on the event loop."""

    def __init__(
        self,
        core: Core,
        places: Places,
        travels: Travels,
        give: Callable[[str, bytes], Awaitable[None]],
    ) -> None:
        self._core = core
        self._places = places
        self._travels = travels
        self._give = give
        self._looked_at: Instant = 0
        self._looking = asyncio.Lock()

    async def look_again(self) -> None:
        """Take over places and people as they are now. Where nothing is other than it was, it costs a few calls."""
        async with self._looking:
            await self._look_at_places()
            await self._give(IDENTITIES, msgspec.msgpack.encode(self._identities(), order="deterministic"))
            await self._give(PEOPLE, msgspec.msgpack.encode(self._people()))

    def figures(self) -> Iterator[Figure]:
        """Files that tell places, by how they stand."""
        files = self._places.atlas.files
        for state, number in (
            ("used", sum(not one.problem for one in files)),
            ("old", sum(one.is_old for one in files)),
            ("unreadable", sum(bool(one.problem) for one in files)),
        ):
            yield Figure("limen_place_files", "Files that tell where addresses are", number, {"state": state})

    # Inside

    async def _look_at_places(self) -> None:
        core = self._core
        rules = (core.known.rules_of(MonitorRules) or MonitorRules(watch=False)).places
        now = core.clock.now()
        is_other = await asyncio.to_thread(self._places.look_again, rules, now)
        if is_other:
            for state in self._places.atlas.files:
                if state.problem:
                    _log.warning("%s tells no places: %s", state.name, state.problem)
            core.known.locate_by(self._places.place)
            self._looked_at = now
        networks = tuple((name, str(network)) for name, network in core.known.networks)
        given = PlacesGiven(
            rules=rules, root=str(self._places.root), room=str(self._places.room), networks=networks, at=self._looked_at
        )
        await self._give(PLACES, msgspec.msgpack.encode(given))

    def _identities(self) -> Identities:
        """People by their email addresses and what stands before the @; devices by their names."""
        core = self._core
        people = [(one.id, (one.email, one.email.partition("@")[0])) for one in core.known.people.values() if one.email]
        names = core.offers.find(DeviceNames)
        domain = core.settings.domain
        return Identities.of(people, names.every() if names is not None else (), (), (domain, domain.partition(".")[0]))

    def _people(self) -> PeopleGiven:
        known, now = self._core.known, self._core.clock.now()
        healthy = [
            one.id
            for one in known.devices.values()
            if one.managed and one.compliance == "compliant" and not 0 < one.fades_at <= now
        ]
        groups = {one.id: sorted(one.groups) for one in known.people.values()}
        return PeopleGiven(
            travel=TravelKnown(self._travels.all, frozenset(healthy)),
            usual=UsualKnown(groups, str(self._core.settings.zone)),
        )
