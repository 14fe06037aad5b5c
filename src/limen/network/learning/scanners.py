"""Who was looking around: contacts that no work needs, and that must not become flows.

Somebody who scans makes many contacts, each once or twice, that come to nothing: nobody answers, nobody is there, or
they try the ports of a host one by one. Of such a source all rare contacts are left out that nobody else has a use for,
and told; what it uses again and again, or as others do, stays. The idea is that of Jung, Paxson, Berger and
Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis Testing" (2004): those who don't know the network
fail often.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from limen.network.learning.counting import ELSEWHERE, Contact, Tally

MOST_ODD: Final = 20
"""From so many odd contacts on somebody is looking around. Work makes a few: what moved, a printer that is off."""
RARE: Final = 3
"""Connections; what was made more often is used."""
MOST_PORTS: Final = 12
"""Rare ports of one destination; from there on somebody tries them one by one."""
LAST_STATED: Final = 49_151
"""Ports above are drawn by services as they start (RFC 6335, section 6), so many of them say nothing."""

Address: TypeAlias = tuple[int, int]
"""The family, and the number."""
_End: TypeAlias = tuple[int, int, int, int]
"""Family, destination, protocol, port."""


@dataclass(frozen=True, slots=True)
class Scanner:
    """A source that was looking around: how many contacts of it are left out, and to how many addresses."""

    family: int
    source: int
    contacts: int
    destinations: int
    person_ids: tuple[str, ...] = ()


def without_scans(tallies: Mapping[Contact, Tally]) -> tuple[dict[Contact, Tally], tuple[Scanner, ...]]:
    """What is left, and who was looking around; the one who did most comes first."""
    seen = _Seen(tallies)
    odd: dict[Address, set[_End]] = defaultdict(set)
    for contact in tallies:
        if seen.is_odd(contact):
            odd[contact.family, contact.source].add(_end(contact))
    scanning = {source for source, ends in odd.items() if len(ends) >= MOST_ODD}
    of_use = {_end(one) for one in tallies if (one.family, one.source) not in scanning or not seen.is_rare(one)}
    out = {one for one in tallies if (one.family, one.source) in scanning and _end(one) not in of_use}
    told = tuple(sorted((_told(source, out) for source in scanning), key=lambda one: (-one.contacts, one.source)))
    return {contact: tally for contact, tally in tallies.items() if contact not in out}, told


class _Seen:
    """What was seen of each end, by each source on all days together."""

    def __init__(self, tallies: Mapping[Contact, Tally]) -> None:
        self._totals: dict[tuple[int, _End], Tally] = {}
        for contact, tally in tallies.items():
            self._totals.setdefault((contact.source, _end(contact)), Tally()).add(tally)
        self._rare_ports: dict[tuple[int, int, int], int] = defaultdict(int)
        for (source, end), total in self._totals.items():
            if total.count <= RARE and not total.answered and end[3] <= LAST_STATED:
                self._rare_ports[source, end[0], end[1]] += 1
        self._alive = self._all_alive(tallies)

    def is_rare(self, contact: Contact) -> bool:
        return self._totals[contact.source, _end(contact)].count <= RARE

    def is_odd(self, contact: Contact) -> bool:
        """Rare, and it came to nothing, leads nowhere, or is one of many ports that were tried."""
        total = self._totals[contact.source, _end(contact)]
        if total.count > RARE or total.answered:
            return False
        is_tried = self._rare_ports[contact.source, contact.family, contact.destination] > MOST_PORTS
        is_alive = (contact.family, contact.destination) in self._alive
        return bool(total.failed or total.refused) or is_tried or not is_alive

    def _all_alive(self, tallies: Mapping[Contact, Tally]) -> set[Address]:
        """Addresses that speak, answer, or are used often."""
        alive = {(contact.family, contact.source) for contact in tallies}
        for (_, end), total in self._totals.items():
            if total.answered or total.count > RARE or end[1] == ELSEWHERE:
                alive.add((end[0], end[1]))
        return alive


def _end(contact: Contact) -> _End:
    return contact.family, contact.destination, contact.protocol, contact.port


def _told(source: Address, out: Iterable[Contact]) -> Scanner:
    its = [one for one in out if (one.family, one.source) == source]
    return Scanner(
        *source,
        contacts=len({_end(one) for one in its}),
        destinations=len({one.destination for one in its}),
        person_ids=tuple(sorted({one.person_id for one in its if one.person_id})),
    )
