"""What canaries were asked to try: whose packets are probes and no attack, and which results are taken.

A canary may be taken over. So a packet counts as a probe only where it is from and to exactly what Limen asked for,
while the round goes on, and no oftener than one try sends it; results count once, of the round's probes alone, and
from the one whose secret the round is for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Final, TypeVar

from limen.clock import SECOND, Instant, Milliseconds
from limen.network.firewalls.crossings import Denied
from limen.network.learning.from_firewalls import Begun
from limen.network.packets.box import TCP
from limen.network.probes.model import Outcome, Round

MOST_PACKETS: Final = 3
"""That one try sends within its two seconds: Linux repeats the first packet after one (RFC 6298, section 2)."""
SLACK: Final[Milliseconds] = 15 * SECOND
"""By which clocks of firewalls may differ."""
P = TypeVar("P", Denied, Begun)


class AskedProbes:
    """Used on the event loop alone. The last round of each canary, by the ID of its firewall."""

    def __init__(self) -> None:
        self._rounds: dict[str, Round] = {}
        self._by_packet: dict[tuple[str, str, int], tuple[Round, int]] = {}
        self._packets: Counter[tuple[str, int, str, str]] = Counter()
        self._counted: Counter[tuple[str, int, str, str]] = Counter()

    def ask(self, one: Round) -> None:
        """In place of the round before."""
        self._rounds[one.firewall_id] = one
        self._by_packet = {
            (probe.source, probe.destination, probe.port): (each, number)
            for each in self._rounds.values()
            for number, probe in enumerate(each.probes)
        }
        ids = {each.id for each in self._rounds.values()}
        self._packets = Counter({key: count for key, count in self._packets.items() if key[0] in ids})

    def marked(self, firewall: str, denied: Iterable[Denied]) -> list[Denied]:
        """What this firewall denied, with what are probes told apart. More than one try sends stays what it is."""
        found: list[Denied] = []
        for packet in denied:
            number = 0 if packet.is_let_through else self._taken(firewall, "denied", packet)
            found += [replace(packet, count=number, is_probe=True)] if number else []
            found += [replace(packet, count=packet.count - number)] if number < packet.count else []
        return found

    def without_probes(self, firewall: str, begun: Iterable[Begun]) -> list[Begun]:
        """Connections that began: probes show no flow to be in use."""
        left = ((one, one.count - self._taken(firewall, "begun", one)) for one in begun)
        return [replace(one, count=count) for one, count in left if count]

    @contextmanager
    def counted_once(self) -> Iterator[None]:
        """Packets told within count only where it ends well: else they are told again."""
        begun: Counter[tuple[str, int, str, str]] = Counter()
        self._counted = begun
        try:
            yield
        except BaseException:
            self._packets.subtract(begun)
            raise

    def take(self, firewall_id: str, round_id: str, told: Sequence[tuple[int, Outcome]], now: Instant) -> Round | None:
        """The round with what came of it; None where this firewall was not asked that, or has told it already."""
        one = self._rounds.get(firewall_id)
        if one is None or one.id != round_id or one.told_at or now > one.ends + 4 * SLACK:
            return None
        one.told_at = now
        one.outcomes = {number: outcome for number, outcome in told if number < len(one.probes)}
        return one

    def _taken(self, firewall: str, what: str, packet: Denied | Begun) -> int:
        """How many of these packets are those of a try."""
        one, number = self._by_packet.get((packet.source, packet.destination, packet.port), (None, 0))
        if one is None or packet.protocol != TCP:
            return 0
        if not one.begun - SLACK <= packet.at * SECOND <= one.ends + SLACK:
            return 0
        key = one.id, number, firewall, what
        taken = min(packet.count, MOST_PACKETS - self._packets[key])
        self._packets[key] += taken
        self._counted[key] += taken
        if taken and what == "denied":
            one.denied_by.setdefault(number, set()).add(firewall)
        return taken
