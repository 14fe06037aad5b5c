"""What firewalls tell: which packets they denied and how many in all, which connections began, and rules that somebody
changed. A firewall is believed in what it can see, and no oftener than one that works has something to tell.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain
from typing import Final, TypeAlias, TypeVar

from limen.clock import MINUTE, Instant, to_iso
from limen.events import Event, Outcome
from limen.network.firewalls.beacons import BeaconsOfFirewalls
from limen.network.firewalls.crossings import Denied, Surroundings
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.unplanned import Unplanned
from limen.network.learning.from_firewalls import Begun, Holders, flow_of, refused_flow_of
from limen.network.learning.service import Learning
from limen.network.model import Network
from limen.network.probes.asked import AskedProbes
from limen.network.probes.model import Outcome as Came, Round
from limen.pillar import Core, Figure, FirewallLogs
from limen.printable import visible
from limen.rate_limit import RateLimit

LONGEST_SAID: Final = 300
NOT_ITS_OWN: Final = "not-its-own"
TOO_OFTEN: Final = "too-often"
NOT_ASKED: Final = "not-asked"
"""Why: it told of probes that it was not asked to try."""
BEYOND: Final = "beyond"
"""Why: more was denied between two zones than was told of, packet by packet."""
_MOST_BEYOND: Final = 100
"""Packets between two interfaces that the log may lack before it is said: some are always still on their way."""
_SAID_EVERY: Final = 5 * MINUTE
_MOST_SAID: Final = 100
"""Pairs of one firewall within that time: whoever is in it invents interfaces without end."""
_MOST_PAIRS: Final = 5_000
_AT_ONCE: Final = 200
"""Connections that are looked at before others have their turn: they take some milliseconds."""
Pair: TypeAlias = tuple[str, str, str]
"""A firewall, and the interfaces that packets come and go by there."""
P = TypeVar("P", Denied, Begun)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many packets the kernel denied between two interfaces since the firewall told it last, logged or not."""

    came_by: str
    goes_by: str
    packets: int


@dataclass(frozen=True, slots=True)
class Drift:
    """Rules in force that are not those that Limen sent: each with where, and what it was and is."""

    found: tuple[Mapping[str, str], ...]
    is_repaired: bool


@dataclass(frozen=True, slots=True)
class Probed:
    """What a canary says came of a round, by the number of the probe."""

    round_id: str
    outcomes: tuple[tuple[int, Came], ...]


@dataclass(frozen=True, slots=True)
class Tells:
    """What one firewall tells at once. `lost`: of how many it had no room to tell. `moved`: addresses at which another
    machine is than when something was opened for it.
    """

    denied: Sequence[Denied] = ()
    begun: Sequence[Begun] = ()
    counted: Sequence[Counted] = ()
    drift: Sequence[Drift] = ()
    lost: int = 0
    moved: Sequence[str] = ()
    probed: Probed | None = None


class Telling:
    """Used on the event loop alone."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._surroundings = Surroundings()
        self._often = RateLimit(per_second=0.2, at_once=50)
        self._unsound = RateLimit(per_second=1 / 300, at_once=1)
        self._denied: Counter[tuple[str, str]] = Counter()
        self._beyond: Counter[Pair] = Counter()
        self._unplanned = Unplanned(Holders(core.known, core.clock).whose)
        self._beacons = BeaconsOfFirewalls()
        self._firewalls_at: dict[str, str] = {}
        self._said_at: dict[Pair, Instant] = {}
        self.drifts: dict[str, Event] = {}
        """The last of each firewall, by its name, since Limen started."""
        self._of_moved: list[Callable[[str, str], None]] = []
        self._of_rounds: list[Callable[[Round], None]] = []
        self.asked = AskedProbes()
        self.lost = 0
        """Packets that were denied and connections that began of which firewalls had no room to tell more."""

    def watch_moved(self, told: Callable[[str, str], None]) -> None:
        """Call `told` with a firewall's name and each address at which it sees another machine since something was
        opened for it. That there is something open, whoever is told has to see: a firewall may be taken over.
        """
        self._of_moved.append(told)

    def watch_rounds(self, told: Callable[[Round], None]) -> None:
        """Call `told` with each round of probes that its canary has tried."""
        self._of_rounds.append(told)

    def figures(self) -> Iterator[Figure]:
        yield Figure(
            "limen_firewall_events_lost_total", "Packets and connections that firewalls could not tell of", self.lost
        )
        for (source, destination), packets in sorted(self._denied.items()):
            yield Figure(
                "limen_firewall_denied_packets_total",
                "Packets that firewalls denied, by the zones that they came from and went to, logged or not",
                packets,
                {"from": source, "to": destination},
            )

    @property
    def surroundings(self) -> Surroundings:
        """What names stand for by the network in force."""
        network = self._core.known.rules_of(Network)
        if network is not None and network is not self._surroundings.network:
            self._surroundings = Surroundings(network)
        return self._surroundings

    async def take(self, one: EnrolledFirewall, tells: Tells, address: str) -> None:
        """Return when monitoring keeps what was denied, or has no use for it. Raises NotTakenError, and then nothing of
        it was taken: the firewall tells all of it again.
        """
        for each in tells.moved:
            for told in self._of_moved:
                told(one.name, each)
        with self.asked.counted_once():
            denied = self.asked.marked(one.name, self._its_own(one, tells.denied))
            begun = self.asked.without_probes(one.name, self._its_own(one, tells.begun))
            await self._keep(one, denied, tells.counted, address)
        refused = [
            Begun(each.at, each.source, each.destination, each.protocol, each.port, each.count)
            for each in denied
            if not each.is_let_through and not each.is_probe and self.surroundings.is_at_home(one.name, each)
        ]
        learning = self._core.offers.take(Learning)
        learning.told(begun)
        learning.refused(refused)
        self._firewalls_at[one.name] = address
        await self._say_what_is_strange(one, begun, refused)
        self.lost += tells.lost
        for drift in tells.drift:
            self._drifted(one, drift)
        if tells.probed is not None:
            self._probed(one, tells.probed)

    def unsound(self, one: EnrolledFirewall, why: str) -> None:
        """Journal that a firewall does not hold to what Limen says; the same of one firewall once in five minutes."""
        at = self._core.clock.now()
        if self._unsound.admits(f"{one.id} {why}", at):
            details: dict[str, str | int | bool] = {"firewall": one.name, "why": why}
            self._core.journal.record(
                Event(at=at, kind="network.firewall_unsound", outcome=Outcome.FAILURE, reason=why, details=details)
            )

    async def say_more_unplanned(self) -> None:
        """Journal how many more devices than were named spoke in zones where nobody planned them."""
        for event in self._unplanned.ends_of_hours(self._core.clock.now()):
            self._core.journal.record(event)

    # Inside

    async def _say_what_is_strange(
        self, one: EnrolledFirewall, begun: Sequence[Begun], refused: Sequence[Begun]
    ) -> None:
        """Journal devices that nobody planned, and beacons. Whoever is decided about meanwhile does not wait for it."""
        now, network, own = self._core.clock.now(), self.surroundings.network, self._firewalls_at.values()
        flows = chain((flow_of(each, now) for each in begun), (refused_flow_of(each, now) for each in refused))
        for number, flow in enumerate(flows, 1):
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
            if flow is not None:
                unplanned = self._unplanned.take(network, one.name, own, flow, now)
                beacon = self._beacons.take(network, one.name, flow, now)
                for event in filter(None, (unplanned, beacon)):
                    self._core.journal.record(event)

    def _its_own(self, one: EnrolledFirewall, told: Sequence[P]) -> list[P]:
        """What it can have seen. A server that guards itself sees packets of its own alone: whoever is in it accuses
        nobody else, and teaches no flow between others.
        """
        own = self.surroundings.addresses_of_guarded(one.name)
        if own is None:
            return list(told)
        seen = [each for each in told if _is_between(each, own)]
        if len(seen) < len(told):
            self.unsound(one, NOT_ITS_OWN)
        return seen

    async def _keep(
        self, one: EnrolledFirewall, denied: Sequence[Denied], counted: Sequence[Counted], address: str
    ) -> None:
        now, logs = self._core.clock.now(), self._core.offers.find(FirewallLogs)
        records: list[bytes] = []
        for packet in denied:
            with suppress(ValueError):  # it is no address, so it is nobody's
                records.append(self.surroundings.record(one.name, packet, now))
        beyond = self._with(one.name, denied, counted)
        said_at = {pair: at for pair, at in self._said_at.items() if 0 <= now - at < _SAID_EVERY}
        said = list(_due(beyond, said_at))
        records += [self._beyond_record(pair, beyond[pair], now) for pair in said]
        if logs is not None and records:
            await logs.take(records, address)
        for pair in said:
            del beyond[pair]
        self._beyond, self._said_at = beyond, said_at | dict.fromkeys(said, now)
        for each in counted:
            self._denied[self._zones(each.came_by, each.goes_by)] += each.packets

    def _with(self, firewall: str, denied: Sequence[Denied], counted: Sequence[Counted]) -> Counter[Pair]:
        """By pair of interfaces, of how many packets the kernel counted nothing was told until now. It may be below
        zero for a moment, where they were told first.
        """
        beyond = self._beyond.copy() if len(self._beyond) < _MOST_PAIRS else Counter()
        for each in counted:
            beyond[firewall, each.came_by, each.goes_by] += each.packets
        for packet in denied:
            pair = firewall, packet.came_by, packet.goes_by
            if pair in beyond and not packet.is_let_through:
                beyond[pair] = max(beyond[pair] - packet.count, -_MOST_BEYOND)
        return beyond

    def _beyond_record(self, pair: Pair, packets: int, now: Instant) -> bytes:
        firewall, came_by, goes_by = pair
        source, destination = self._zones(came_by, goes_by)
        said = {
            "at": to_iso(now),
            "firewall": firewall,
            "why": BEYOND,
            "from_zone": source,
            "to_zone": destination,
            "count": packets,
            "came_by": visible(came_by),
            "goes_by": visible(goes_by),
        }
        return json.dumps(said, separators=(",", ":")).encode()

    def _zones(self, came_by: str, goes_by: str) -> tuple[str, str]:
        return self.surroundings.zone_by(came_by), self.surroundings.zone_by(goes_by) if goes_by else "firewall"

    def _probed(self, one: EnrolledFirewall, probed: Probed) -> None:
        found = self.asked.take(one.id, probed.round_id, probed.outcomes, self._core.clock.now())
        if found is None:
            self.unsound(one, NOT_ASKED)
            return
        for told in self._of_rounds:
            told(found)

    def _drifted(self, one: EnrolledFirewall, drift: Drift) -> None:
        at = self._core.clock.now()
        if not self._often.admits(one.id, at):
            self.unsound(one, TOO_OFTEN)
            return
        first = drift.found[0] if drift.found else {"where": "", "was": "", "is": ""}
        details: dict[str, str | int | bool] = {
            "firewall": one.name,
            "where": visible(first["where"])[:100],
            "was": visible(first["was"])[:LONGEST_SAID],
            "is": visible(first["is"])[:LONGEST_SAID],
            "differences": len(drift.found),
            "repaired": drift.is_repaired,
        }
        event = Event(at=at, kind="network.drift", outcome=Outcome.FAILURE, details=details)
        self.drifts[one.name] = event
        self._core.journal.record(event)


def _due(beyond: Mapping[Pair, int], said_at: Mapping[Pair, Instant]) -> Iterator[Pair]:
    """Those of which so much is beyond that it has to be said, and was not lately."""
    said_of = Counter(firewall for firewall, _, _ in said_at)
    for pair, packets in beyond.items():
        if packets >= _MOST_BEYOND and pair not in said_at and said_of[pair[0]] < _MOST_SAID:
            said_of[pair[0]] += 1
            yield pair


def _is_between(packet: Denied | Begun, own: frozenset[str]) -> bool:
    """Whether one of its ends is of these addresses, or both are good on one link alone."""
    try:
        ends = ip_address(packet.source), ip_address(packet.destination)
    except ValueError:
        return True  # nobody's; it is dropped where it is read
    return any(str(each) in own for each in ends) or ends[0].is_link_local
