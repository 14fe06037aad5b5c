"""What is left of somebody's ways through the network: doors and tunnels, and whether firewalls have closed them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from limen.clock import SECOND, Instant
from limen.pillar import AccessSurface, DeviceResponses, Standing
from limen.storage.change_feed import LEASE_SECONDS

if TYPE_CHECKING:
    from limen.network.doors.doors import Doors
    from limen.network.firewalls.followers import Followers, Heard
    from limen.network.tunnels.tunnels import Tunnels
    from limen.pillar import Core
    from limen.storage import Snapshot


@dataclass(frozen=True, slots=True)
class _Gone:
    """From which of this worker's states on a way is gone, and when that was."""

    number: int
    at: Instant

    def is_in(self, heard: Heard) -> bool:
        return heard.state >= self.number or heard.caught_up_at > self.at + LEASE_SECONDS * SECOND


class WaysLeft:
    """Remembers in which state of the firewalls whose ways were gone, until each firewall has that state.

    A firewall may ask any worker, and each numbers states of its own. One that asked another worker has the state when
    it had all of that one's a lease after the way was gone here: whoever has not heard of it by then decides nothing.
    """

    def __init__(self, core: Core, doors: Doors, tunnels: Tunnels, followers: Followers) -> None:
        self._core = core
        self._doors = doors
        self._tunnels = tunnels
        self._followers = followers
        self._people: frozenset[str] = frozenset()
        self._devices: frozenset[str] = frozenset()
        self._gone: dict[tuple[str, str], _Gone] = {}
        doors.watch(self._look)
        tunnels.watch(self._look)
        self._look()

    @property
    def surface(self) -> AccessSurface:
        return AccessSurface("ways_through_the_network", "Ways through firewalls, and tunnels", self.ask)

    async def ask(self, person_id: str, _since: Instant) -> Standing:
        """What is open, and the firewalls that have not said yet that what was open is closed."""
        devices = await self._devices_of(person_id)
        tunnels = sum(one.device_id in devices for one in self._tunnels.all())
        told_in = [
            self._gone[one]
            for one in (("person", person_id), *(("device", each) for each in devices))
            if one in self._gone
        ]
        silent = sorted({name for gone in told_in for name in self._without(gone)})
        return Standing(open=len(self._doors.open_of(person_id)) + tunnels, away=tuple(silent), ended=len(told_in))

    def _look(self) -> None:
        """Whose last way is gone since the look before: firewalls have it closed from this state on."""
        people = frozenset(one.person_id for one in self._doors.all_open())
        devices = frozenset(one.device_id for one in self._tunnels.all())
        gone = _Gone(self._followers.number, self._followers.clock.now())
        self._gone |= {("person", one): gone for one in self._people - people}
        self._gone |= {("device", one): gone for one in self._devices - devices}
        self._people, self._devices = people, devices

    async def forget_confirmed(self) -> None:
        """Drop what every firewall has confirmed."""
        self._gone = {one: gone for one, gone in self._gone.items() if self._without(gone)}

    def _without(self, gone: _Gone) -> list[str]:
        """The firewalls that have not said that a state without it is in force there."""
        heard = self._followers.heard
        return sorted(
            one.name
            for one in self._followers.firewalls.values()
            if one.id not in heard or not gone.is_in(heard[one.id])
        )

    async def _devices_of(self, person_id: str) -> frozenset[str]:
        """Of the devices that have or had a tunnel those that are this person's."""
        devices = self._core.offers.find(DeviceResponses)
        about = self._devices | {key for kind, key in self._gone if kind == "device"}
        if devices is None or not about:
            return frozenset()
        owner_of = devices.owner_of

        def read(snapshot: Snapshot) -> frozenset[str]:
            return frozenset(one for one in about if owner_of(snapshot, one) == person_id)

        return await self._core.database.reading(read)
