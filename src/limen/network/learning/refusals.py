"""What was refused to somebody's devices lately, in words with which they can ask for it. Pure.

They tried it, so they know the address; what stands behind it they are told only where they could ask for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.clock import DAY, Instant, Milliseconds
from limen.network.learning.counting import Contact, Tally
from limen.network.model import INTERNET, Network
from limen.network.packets import address_of
from limen.network.packets.box import Packet
from limen.network.requested import BY_PART, OF_PEOPLE
from limen.network.services import is_unnamed, part_of, service_text
from limen.network.zones_by_address import ZonesByAddress

REFUSED_FOR: Final[Milliseconds] = DAY
MOST_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class Refusal:
    """Connections alike that were refused. `destination` is a host's name, the internet, or an address of which nothing
    more is said, and then nobody can ask for it (`is_known`).
    """

    source: str
    destination: str
    service: str
    device_id: str
    count: int
    last_at: Instant
    is_known: bool


def refusals(network: Network, seen: Iterable[tuple[Contact, Tally]], since: Instant) -> list[Refusal]:
    """From then on, the newest first."""
    words = _Words(network)
    found: dict[tuple[str, str, str, str], Refusal] = {}
    for contact, tally in seen:
        if not tally.refused or tally.last_at < since:
            continue
        source, (destination, is_known) = words.zone(contact), words.destination(contact)
        key = (source, destination, words.service(contact), contact.device_id)
        old = found.get(key)
        count, last_at = tally.refused + (old.count if old else 0), max(tally.last_at, old.last_at if old else 0)
        found[key] = Refusal(*key, count, last_at, is_known and source in network.zone_of)
    return sorted(found.values(), key=lambda one: -one.last_at)[:MOST_SHOWN]


class _Words:
    def __init__(self, network: Network) -> None:
        self._network = network
        self._places = ZonesByAddress(network)

    def zone(self, contact: Contact) -> str:
        return self._places.zone_at(contact.family, contact.source)

    def destination(self, contact: Contact) -> tuple[str, bool]:
        """What it is called, and whether it can be asked for by that."""
        zone = self._places.zone_at(contact.family, contact.destination)
        if zone == INTERNET:
            return INTERNET, True
        host = self._places.host_at(contact.family, contact.destination)
        if host and self._network.zone_of[zone].kind not in OF_PEOPLE:
            return host, True
        return str(address_of(contact.family, contact.destination)), False

    @staticmethod
    def service(contact: Contact) -> str:
        written = service_text(Packet("", "", *contact[1:6]))
        return BY_PART.get(part_of(written), written) if is_unnamed(written) else written
