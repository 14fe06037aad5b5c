"""Devices that nobody planned, journalled as firewalls tell of them: each address once a day, and of each zone so many
an hour. Who forges a million addresses gets a number of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from limen.clock import DAY, HOUR, Instant
from limen.events import Event, Outcome
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.unplanned import StatedHosts, hardware_of
from limen.network.model import Network
from limen.network.packets import address_of

KIND: Final = "network.unplanned_device"
AT_ONCE: Final = 20
"""Addresses of a zone that are named within an hour; more are counted."""
MOST_COUNTED: Final = 1_000
Whose: TypeAlias = Callable[[int, int, Instant], tuple[str, str]]


@dataclass(slots=True)
class _Hour:
    """What is said of a zone within an hour, and which addresses were too many for it."""

    begun_at: Instant
    said: int = 0
    beyond: set[tuple[int, int]] = field(default_factory=set)


class Unplanned:
    """Used on the event loop alone. `whose`: the ids of the person and the device at an address at a time."""

    def __init__(self, whose: Whose) -> None:
        self._whose = whose
        self._network = Network(())
        self._stated = StatedHosts(self._network)
        self._said_at: dict[tuple[str, int, int], Instant] = {}
        self._hours: dict[str, _Hour] = {}

    def take(
        self, network: Network, firewall: str, own: Collection[str], flow: ObservedFlow, now: Instant
    ) -> Event | None:
        """The event that this connection, which `firewall` tells of, is worth. `own`: addresses of firewalls."""
        if network is not self._network:
            self._network, self._stated = network, StatedHosts(network)
            self._hours = {zone: hour for zone, hour in self._hours.items() if zone in network.zone_of}
        zone = self._stated.zone_of_unplanned(flow.family, flow.source)
        if not zone or not _guards(network, firewall, zone) or str(address_of(flow.family, flow.source)) in own:
            return None
        place = zone, flow.family, flow.source
        if 0 <= now - self._said_at.get(place, now - DAY) < DAY or self._whose(flow.family, flow.source, flow.at)[1]:
            return None
        hour = self._hours.setdefault(zone, _Hour(now))
        if hour.said >= AT_ONCE:
            if len(hour.beyond) < MOST_COUNTED:
                hour.beyond.add(place[1:])
            return None
        hour.said += 1
        self._said_at[place] = now
        return self._named(firewall, zone, flow, now)

    def ends_of_hours(self, now: Instant) -> Iterator[Event]:
        """For each zone whose hour is over how many more there were than were named. Forgets what is a day old."""
        for zone, hour in list(self._hours.items()):
            if 0 <= now - hour.begun_at < HOUR:
                continue
            del self._hours[zone]
            if hour.beyond:
                yield self._event(zone, "", now, {"more": len(hour.beyond)})
        self._said_at = {place: at for place, at in self._said_at.items() if 0 <= now - at < DAY}

    def _named(self, firewall: str, zone: str, flow: ObservedFlow, now: Instant) -> Event:
        spoke_to = self._stated.said(flow.family, flow.destination, flow.protocol, flow.port)
        details: dict[str, str | int | bool] = {
            "firewall": firewall,
            "hardware": hardware_of(flow.family, flow.source),
            "spoke_to": spoke_to,
            "refused": flow.was_refused,
        }
        return self._event(zone, str(address_of(flow.family, flow.source)), now, details)

    def _event(self, zone: str, address: str, now: Instant, details: dict[str, str | int | bool]) -> Event:
        kind = self._network.zone_of[zone].kind
        whole: dict[str, str | int | bool] = {"zone": zone, "zone_kind": kind, **details}
        return Event(at=now, kind=KIND, outcome=Outcome.FAILURE, address=address, details=whole)


def _guards(network: Network, firewall: str, zone: str) -> bool:
    """Whether this firewall stands at the border of the zone. Of what is elsewhere it accuses nobody."""
    return any(one.name == firewall and zone in one.zones and not one.host for one in network.firewalls)
