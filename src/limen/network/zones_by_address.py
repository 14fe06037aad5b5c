"""In which zone an address is."""

from __future__ import annotations

from bisect import bisect_right

from limen.network.model import INTERNET, Network
from limen.network.packets import address_of


class ZonesByAddress:
    """Zones don't overlap, so an address is in one of them, or in the internet."""

    def __init__(self, network: Network) -> None:
        self._of_family: dict[int, tuple[list[int], list[tuple[int, str]]]] = {}
        for family in (4, 6):
            parts = sorted(
                (int(prefix.network_address), int(prefix.broadcast_address), zone.name)
                for zone in network.zones
                for prefix in zone.prefixes
                if prefix.version == family
            )
            self._of_family[family] = [low for low, _, _ in parts], [(high, name) for _, high, name in parts]
        self._hosts: dict[tuple[int, int], str] = {
            (prefix.version, int(prefix.network_address)): host.name
            for host in network.hosts
            for prefix in host.addresses
        }

    def zone_at(self, family: int, address: int) -> str:
        lows, ends = self._of_family[family]
        place = bisect_right(lows, address) - 1
        if place >= 0 and address <= ends[place][0]:
            return ends[place][1]
        return INTERNET

    def host_at(self, family: int, address: int) -> str:
        """The host that has it; "" where none is stated."""
        return self._hosts.get((family, address), "")

    def is_elsewhere(self, family: int, address: int) -> bool:
        """Whether it is one of the many out there that nobody stated: a public address, in no zone and of no host."""
        return (
            self.zone_at(family, address) == INTERNET
            and not self.host_at(family, address)
            and address_of(family, address).is_global
        )
