"""Beacons in the connections that firewalls tell of. They are looked at as they come, and which address of the internet
somebody connected to is written down nowhere else.
"""

from __future__ import annotations

from typing import Final

from limen.beacons import Beacons
from limen.clock import SECOND, Instant
from limen.events import Event, Outcome
from limen.network.learning.flows import ObservedFlow
from limen.network.model import INTERNET, Network
from limen.network.packets import address_of
from limen.network.zones_by_address import ZonesByAddress

KIND: Final = "network.beacon"


class BeaconsOfFirewalls:
    """Used on the event loop alone. What it remembers ends with the process."""

    def __init__(self) -> None:
        self._beacons = Beacons()
        self._network = Network(())
        self._places = ZonesByAddress(self._network)

    def take(self, network: Network, firewall: str, flow: ObservedFlow, now: Instant) -> Event | None:
        """The event that this connection is worth: it goes from a zone to an address out there that nobody stated."""
        if network is not self._network:
            self._network, self._places = network, ZonesByAddress(network)
        zone = self._places.zone_at(flow.family, flow.source)
        if zone == INTERNET or not flow.port or not self._places.is_elsewhere(flow.family, flow.destination):
            return None
        source, to = (str(address_of(flow.family, one)) for one in (flow.source, flow.destination))
        found = self._beacons.connected(source, f"{to} {flow.port}", flow.at, by=firewall)
        if found is None:
            return None
        details: dict[str, str | int | bool] = {
            "firewall": firewall,
            "zone": zone,
            "to": to,
            "port": flow.port,
            "seconds": round(found.every / SECOND),
            "connections": found.count,
        }
        return Event(at=now, kind=KIND, outcome=Outcome.FAILURE, address=source, details=details)
