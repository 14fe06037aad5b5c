"""Connections counted by day, so that an hour with a million of them is a few hundred rows.

A row is what is alike: day, source, destination, service and, where known, who. Addresses out there in the internet are
one, since flows say no more of them. What is within a link, and what comes from a zone whose addresses its source has
not, is not counted: no flow lets it through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from limen.clock import DAY, Instant
from limen.network.learning.flows import NOBODY, Ends, ObservedFlow
from limen.network.zones_by_address import ZonesByAddress

MOST_CONTACTS: Final = 200_000
"""Rows that are kept at once."""
MOST_OF_ONE: Final = 2_000
"""Rows of one source on one day: a scanner fills its own share, and nobody else's."""
ELSEWHERE: Final = 0
"""In place of an address: somewhere in the internet."""


class Contact(NamedTuple):
    """What is alike. `day` is the number of days since the epoch (UTC)."""

    day: int
    family: int
    source: int
    destination: int
    protocol: int
    port: int
    person_id: str = NOBODY
    device_id: str = NOBODY


@dataclass(slots=True)
class Tally:
    """How often, and how it went. `answered` and `failed` count what somebody said of it; most logs say neither."""

    count: int = 0
    answered: int = 0
    failed: int = 0
    refused: int = 0
    first_at: Instant = 0
    last_at: Instant = 0

    def add(self, other: Tally) -> None:
        self.count += other.count
        self.answered += other.answered
        self.failed += other.failed
        self.refused += other.refused
        self.first_at = min(self.first_at or other.first_at, other.first_at or self.first_at)
        self.last_at = max(self.last_at, other.last_at)


@dataclass(slots=True)
class Counts:
    """`beyond` are connections for which there was no room, by their source; `forged` those whose source has no
    address of the zone that they came from. `until`: what is said to be yet to come counts as of then, since it would
    take the room of what was, and would never be forgotten.
    """

    places: ZonesByAddress
    until: Instant | None = None
    tallies: dict[Contact, Tally] = field(default_factory=dict)
    beyond: dict[tuple[int, int], int] = field(default_factory=dict)
    forged: int = 0
    _of_source: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def take(self, flows: Iterable[ObservedFlow]) -> None:
        for flow in flows:
            self._take(flow)

    def add(self, other: Counts) -> None:
        """Count what was counted elsewhere since."""
        for contact, tally in other.tallies.items():
            if contact in self.tallies or len(self.tallies) < MOST_CONTACTS:
                self.tallies.setdefault(contact, Tally()).add(tally)
        self.forged += other.forged

    def _take(self, flow: ObservedFlow) -> None:
        if not Ends(flow.family, flow.source, flow.destination).is_routed:
            return
        if flow.from_zone and flow.from_zone != self.places.zone_at(flow.family, flow.source):
            self.forged += flow.count
            return
        at = max(flow.at, 0) if self.until is None else min(max(flow.at, 0), self.until)
        contact = Contact(
            at // DAY,
            flow.family,
            self._folded(flow.family, flow.source),
            self._folded(flow.family, flow.destination),
            flow.protocol,
            flow.port,
            flow.person_id,
            flow.device_id,
        )
        tally = self.tallies.get(contact) or self._begun(contact, flow)
        if tally is not None:
            tally.add(_tally(flow, at))

    def _begun(self, contact: Contact, flow: ObservedFlow) -> Tally | None:
        """A new row; None where there is no room for it, or only an answer without its question was seen."""
        if not flow.count:
            return None
        whose = (contact.day, contact.family, contact.source)
        if len(self.tallies) >= MOST_CONTACTS or self._of_source.get(whose, 0) >= MOST_OF_ONE:
            key = (contact.family, contact.source)
            if key in self.beyond or len(self.beyond) < MOST_OF_ONE:
                self.beyond[key] = self.beyond.get(key, 0) + flow.count
            return None
        self._of_source[whose] = self._of_source.get(whose, 0) + 1
        return self.tallies.setdefault(contact, Tally())

    def _folded(self, family: int, address: int) -> int:
        return ELSEWHERE if self.places.is_elsewhere(family, address) else address


def _tally(flow: ObservedFlow, at: Instant) -> Tally:
    return Tally(
        flow.count,
        answered=int(flow.was_answered is True),
        failed=int(flow.was_answered is False),
        refused=flow.count if flow.was_refused else 0,
        first_at=at,
        last_at=at,
    )
