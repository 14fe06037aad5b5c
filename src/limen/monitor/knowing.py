"""Places, people and names as the server knows them: taken into the facts, and told to the process that watches."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

import msgspec

from limen.clock import Instant
from limen.facts import Device, Session
from limen.monitor.detections.shared_accounts.shared_accounts import SharedKnown
from limen.monitor.detections.travel.announcing import Travels
from limen.monitor.detections.travel.travel import TravelKnown
from limen.monitor.detections.usual.usual import UsualKnown
from limen.monitor.monitor_rules import MonitorRules
from limen.monitor.normal_form.identities import Identities, called, shared_domain
from limen.monitor.places.places import Places
from limen.monitor.surroundings import PEOPLE, PeopleGiven
from limen.monitor.understanding import NAMES, PLACES, PlacesGiven
from limen.pillar import CompanyPeople, Core, DeviceNames, Figure

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
            for kind, put_together in ((PEOPLE, self._people(await self._last_days())), (NAMES, self._names())):
                await self._give(kind, await asyncio.to_thread(_written, put_together))

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

    async def _last_days(self) -> dict[str, str]:
        """Of those who leave, as 2026-12-18."""
        core = self._core
        people = core.offers.find(CompanyPeople)
        found = await core.database.reading(people.last_days) if people is not None else {}
        return {person_id: day.isoformat() for person_id, day in found.items()}

    def _people(self, last_days: dict[str, str]) -> Callable[[], PeopleGiven]:
        """What is known of people now, and puts it together in a thread: whoever decides waits for none of it."""
        known, now, travels = self._core.known, self._core.clock.now(), self._travels.all
        devices, people = list(known.devices.values()), list(known.people.values())
        sessions, zone = list(known.sessions.values()), str(self._core.settings.zone)
        labels = {one.id: int(one.label) for one in known.apps.values()}
        found = self._core.offers.find(DeviceNames)
        owners = found.owners() if found is not None else {}
        networks = tuple((name, str(network)) for name, network in known.networks)

        def put_together() -> PeopleGiven:
            healthy = {one.id for one in devices if _is_healthy(one, now)}
            bound = {one.id: device for one in sessions if (device := self._bound(one, now)) in healthy}
            groups = {one.id: sorted(one.groups) for one in people}
            travel = TravelKnown(travels, frozenset(healthy), bound)
            usual = UsualKnown(groups, zone, labels, last_days=last_days)
            return PeopleGiven(travel=travel, usual=usual, shared=SharedKnown(owners, networks))

        return put_together

    def _bound(self, session: Session, now: Instant) -> str:
        """The device that a session's sign-in is bound to now; "" where it is to none."""
        root = self._core.known.sessions.get(session.parent) if session.parent else session
        return root.device_id if root is not None and root.binding and root.bound_until > now else ""

    def _names(self) -> Callable[[], Identities]:
        r"""What others call people and devices. Who has an email address in the company's own domain is also called by
        what stands before it, as `jane` or `HARBOR\jane`.
        """
        people, own = list(self._core.known.people.values()), self._core.settings.domain
        found = self._core.offers.find(DeviceNames)
        devices = list(found.all().items()) if found else []

        def put_together() -> Identities:
            domains = {own, shared_domain([one.email for one in people])} - {""}
            return Identities.of(
                [(one.id, called(one.email, domains)) for one in people],
                devices,
                domains | {one.partition(".")[0] for one in domains},
            )

        return put_together


def _written(put_together: Callable[[], msgspec.Struct]) -> bytes:
    """The same bytes for the same value, so that nothing is told twice."""
    return msgspec.msgpack.encode(put_together(), order="deterministic")


def _is_healthy(device: Device, now: Instant) -> bool:
    return device.managed and device.compliance == "compliant" and not 0 < device.fades_at <= now
