"""What a firewall denied, in the words of the network: between which zones, and which flow it would have needed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from typing import Any, Final

from limen.clock import DAY, SECOND, Instant, to_iso
from limen.network.model import INTERNET, Network
from limen.network.packets.box import ICMP, ICMPV6, TCP, UDP
from limen.network.zones_by_address import ZonesByAddress
from limen.printable import visible

_PROTOCOLS: Final = {TCP: "tcp", UDP: "udp", ICMP: "icmp", ICMPV6: "icmpv6"}
UNKNOWN_INTERFACE: Final = "unknown-interface"
FORGED: Final = "not-at-home"
NO_FLOW: Final = "no-flow"
"""Why: it came by an interface that no zone has, its source is of another zone than the interface, or neither."""
ON_TRIAL: Final = "on-trial"
"""It was let through, and would not have been were its pair of zones not on trial."""

PROBE: Final = "probe"
"""A canary tried it, as Limen had asked it to."""


@dataclass(frozen=True, slots=True)
class Denied:
    """Packets alike within one second, as the firewall tells them. `at`: in seconds since 1970."""

    at: int
    came_by: str
    goes_by: str
    source: str
    destination: str
    protocol: int
    port: int
    count: int
    is_let_through: bool = False
    is_probe: bool = False


@dataclass(frozen=True)
class Surroundings:
    """What names stand for at one moment: found by address, and by the zone's interface."""

    network: Network = field(default_factory=lambda: Network(()))

    def record(self, firewall: str, one: Denied, now: Instant) -> bytes:
        """One line of JSON, for monitoring. Raises ValueError for what is no address."""
        source, destination = self.zone_at(one.source), self.zone_at(one.destination)
        by = self._of_interface.get(one.came_by, "")
        service = self.service(one.protocol, one.port)
        said: dict[str, Any] = {
            "at": to_iso(min(max(one.at * SECOND, now - DAY), now)),
            "firewall": firewall,
            "why": self._why_of(firewall, one, by, source),
            "from_zone": source,
            "to_zone": destination,
            "from_kind": self._kind(source),
            "to_kind": self._kind(destination),
            "source": one.source,
            "destination": one.destination,
            "protocol": _PROTOCOLS.get(one.protocol, str(one.protocol)),
            "port": one.port,
            "service": service,
            "count": one.count,
            "came_by": visible(one.came_by),
            "goes_by": visible(one.goes_by),
            "needs": f"{source} to {self.host_at(one.destination) or destination} by {service}",
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def is_at_home(self, firewall: str, one: Denied) -> bool:
        """Whether its source is where it belongs, as far as can be told: nobody is told of what others forged in their
        name.
        """
        try:
            why = self._why(firewall, self._of_interface.get(one.came_by, ""), self.zone_at(one.source))
        except ValueError:
            return False
        return why == NO_FLOW

    def zone_at(self, address: str) -> str:
        """Raises ValueError for what is no address."""
        found = ip_address(address)
        return self._places.zone_at(found.version, int(found))

    def zone_by(self, interface: str) -> str:
        """The zone whose packets go by this interface."""
        return self._of_interface.get(interface) or (INTERNET if interface in self._uplinks else UNKNOWN_INTERFACE)

    def addresses_of_guarded(self, firewall: str) -> frozenset[str] | None:
        """Those of the one host that this firewall guards; None where it stands between zones."""
        host = next((one.host for one in self.network.firewalls if one.name == firewall), "")
        if not host:
            return None
        return frozenset(str(one.network_address) for one in self.network.host_of[host].addresses)

    def host_at(self, address: str) -> str:
        """Raises ValueError for what is no address."""
        found = ip_address(address)
        return self._places.host_at(found.version, int(found))

    def service(self, protocol: int, port: int) -> str:
        """What it is called, or as one writes it in network.yaml: `tcp/8443`."""
        return self._services.get((protocol, port)) or f"{_PROTOCOLS.get(protocol, protocol)}/{port}"

    def _why_of(self, firewall: str, one: Denied, by: str, source: str) -> str:
        if one.is_let_through:
            return ON_TRIAL
        why = self._why(firewall, by, source)
        return PROBE if one.is_probe and why == NO_FLOW else why

    def _why(self, firewall: str, by: str, source: str) -> str:
        """The interface of a host that guards itself is no zone's."""
        if not self._of_interface or firewall in self._on_hosts:
            return NO_FLOW
        if not by and source != INTERNET:
            return UNKNOWN_INTERFACE
        return FORGED if by and by != source else NO_FLOW

    def _kind(self, zone: str) -> str:
        return self.network.zone_of[zone].kind if zone in self.network.zone_of else INTERNET

    @cached_property
    def _places(self) -> ZonesByAddress:
        return ZonesByAddress(self.network)

    @cached_property
    def _of_interface(self) -> Mapping[str, str]:
        return {zone.interface: zone.name for zone in self.network.zones if zone.interface}

    @cached_property
    def _uplinks(self) -> frozenset[str]:
        return frozenset(name for one in self.network.firewalls for name in one.uplinks)

    @cached_property
    def _on_hosts(self) -> frozenset[str]:
        return frozenset(one.name for one in self.network.firewalls if one.host)

    @cached_property
    def _services(self) -> Mapping[tuple[int, int], str]:
        return {
            (part.protocol[0], part.ports[0]): service.name
            for service in self.network.services
            for part in service.parts
            if part.protocol[0] == part.protocol[1] and part.ports[0] == part.ports[1]
        }
