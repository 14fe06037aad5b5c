"""From what was used to flows: with how often, by whom, and how much more each would let through.

What a `never` forbids is not proposed, though it was seen: it is named, with the statement that forbids it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from limen.clock import Instant
from limen.network.compiling import Places, compiled
from limen.network.learning.counting import Contact, Tally
from limen.network.learning.covering import Block, Zones, covered
from limen.network.learning.hops import parted
from limen.network.learning.scanners import Scanner, without_scans
from limen.network.learning.used import PROTOCOL_NAMES, Names, Use
from limen.network.model import INTERNET, Flow, Host, Network, Never, Service, Way
from limen.network.packets.box import Box, Packet
from limen.network.packets.ruleset import Rule
from limen.printable import plain_word

SLACK: Final = 0.05
REVIEW_AFTER: Final = timedelta(days=180)
MOST_ID: Final = 40


@dataclass(frozen=True, slots=True)
class Proposed:
    """A flow, and what it rests on. Its owner is empty: somebody has to stand behind it."""

    flow: Flow
    count: int
    sources: int
    pairs: int
    slack: float
    first_at: Instant
    last_at: Instant
    person_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What was seen, and this never-statement forbids."""

    never: str
    source: str
    destination: str
    service: str
    count: int
    person_ids: tuple[str, ...] = ()
    is_by_others: bool = False
    """Not directly: together with what else is let through."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """`hosts` and `services` have to be stated for the flows. `stated`: connections that a flow or block of the network
    speaks of already, by its id. `refused` were denied by a firewall that is there, and count as unused. `unplaced` are
    connections between addresses that no zone has, `unsaid` those of protocols that network.yaml has no word for.
    """

    flows: tuple[Proposed, ...]
    hosts: tuple[Host, ...]
    services: tuple[Service, ...]
    forbidden: tuple[Forbidden, ...]
    scanners: tuple[Scanner, ...]
    stated: Mapping[str, int]
    used: int
    refused: int
    unplaced: int
    unsaid: int

    @property
    def slack(self) -> float:
        """Of all flows together."""
        pairs = sum(one.pairs for one in self.flows)
        return sum(one.slack * one.pairs for one in self.flows) / pairs if pairs else 0.0


def proposed(network: Network, tallies: Mapping[Contact, Tally], today: str, most_slack: float = SLACK) -> Proposal:
    """Flows for all that was used and that no flow lets through yet. `today` is ISO 8601."""
    let_through = {one: tally for one, tally in tallies.items() if tally.count > tally.refused}
    left, scanners = without_scans(tallies)
    names = Names(network, left)
    uses = names.uses({one: tally for one, tally in left.items() if one in let_through})
    said_at_all = [one for one in uses if one.packet.protocol in PROTOCOL_NAMES]
    wide = replace(
        network,
        hosts=(*network.hosts, *names.hosts.values()),
        services=(*network.services, *names.services.values()),
    )
    stated, unstated = _stated(network, said_at_all, today)
    walls = Walls(wide)
    wanted, forbidden = _parted(unstated, walls)
    found = tuple(_Proposing(wide, walls, _alive(names, left, tallies), today, most_slack).flows(wanted))
    flows, by_others = _without_hops(wide, found, today)
    said = {name for one in flows for name in (*one.flow.way.sources, *one.flow.way.destinations)}
    services = {name for one in flows for name in one.flow.way.services}
    return Proposal(
        flows,
        tuple(host for name, host in names.hosts.items() if name in said),
        tuple(service for name, service in names.services.items() if name in services),
        forbidden + by_others,
        scanners,
        stated,
        used=sum(one.tally.count - one.tally.refused for one in uses),
        refused=sum(tally.refused for tally in tallies.values()),
        unplaced=sum(tally.count for one, tally in left.items() if names.is_unplaced(one)),
        unsaid=sum(one.tally.count for one in uses if one.packet.protocol not in PROTOCOL_NAMES),
    )


class Walls:
    """What must never be directly, as boxes between two zones. By way of others: `hops.py`."""

    def __init__(self, network: Network) -> None:
        self._places = Places(network)
        self._boxes: dict[tuple[str, str], list[tuple[Box, Never]]] = defaultdict(list)
        for never in network.nevers:
            for from_zone, to_zone, box in self._places.boxes(never.way):
                self._boxes[from_zone, to_zone].append((box, never))

    def against(self, packet: Packet) -> Never | None:
        """What forbids a packet."""
        its = self._boxes.get((packet.from_zone, packet.to_zone), ())
        return next((never for box, never in its if box.holds(packet)), None)

    def lets(self, way: Way) -> bool:
        """Whether no packet of this way is forbidden."""
        return not any(
            box.meets(wall)
            for from_zone, to_zone, box in self._places.boxes(way)
            for wall, _ in self._boxes.get((from_zone, to_zone), ())
        )


def _without_hops(
    network: Network, found: Sequence[Proposed], today: str
) -> tuple[tuple[Proposed, ...], tuple[Forbidden, ...]]:
    """What may be, what is used most first taken, and what would break a statement by way of others."""
    by_use = sorted(found, key=lambda one: -one.count)
    taken, refused = parted(network, [one.flow for one in by_use], today)
    of_id = {one.flow.id: one for one in found}
    ids = {flow.id for flow in taken}
    return tuple(one for one in found if one.flow.id in ids), tuple(
        Forbidden(
            never,
            ", ".join(flow.way.sources),
            ", ".join(flow.way.destinations),
            ", ".join(flow.way.services),
            of_id[flow.id].count,
            of_id[flow.id].person_ids,
            is_by_others=True,
        )
        for flow, never in refused
    )


def _stated(network: Network, uses: Iterable[Use], today: str) -> tuple[dict[str, int], list[Use]]:
    """What the network has a rule for, counted by its id, and all else."""
    ruleset = compiled(network, today)
    between: dict[tuple[str, str], tuple[Rule, ...]] = {}
    stated: dict[str, int] = defaultdict(int)
    rest = []
    for use in uses:
        if use.pair not in between:
            between[use.pair] = tuple(ruleset.between(*use.pair))
        rule = next((one for one in between[use.pair] if one.box.holds(use.packet)), None)
        if rule is None:
            rest.append(use)
        else:
            stated[rule.id] += use.tally.count
    return dict(stated), rest


def _parted(uses: Iterable[Use], walls: Walls) -> tuple[list[Use], tuple[Forbidden, ...]]:
    """What may be, and what was seen and must not."""
    wanted: list[Use] = []
    against: dict[tuple[str, str, str, str], list[Use]] = defaultdict(list)
    for use in uses:
        never = walls.against(use.packet)
        if never is None:
            wanted.append(use)
        else:
            against[never.id, use.source.name, use.destination.name, use.service].append(use)
    return wanted, tuple(
        Forbidden(*what, count=sum(one.tally.count for one in its), person_ids=_people(its))
        for what, its in sorted(against.items())
    )


def _alive(names: Names, left: Iterable[Contact], all_seen: Iterable[Contact]) -> Mapping[str, frozenset[str]]:
    """Of each zone all that is stated, was used, or spoke; not what a scanner only looked for."""
    found: dict[str, set[str]] = defaultdict(set)
    for asset in names.seen(left, all_seen):
        found[asset.zone].add(asset.name)
    return {zone: frozenset(its) for zone, its in found.items()}


class _Proposing:
    def __init__(
        self, network: Network, walls: Walls, alive: Mapping[str, frozenset[str]], today: str, most_slack: float
    ) -> None:
        self._walls = walls
        self._alive = alive
        self._most_slack = most_slack
        self._families = {one.name: frozenset(each.version for each in one.addresses) for one in network.hosts}
        self._review = (date.fromisoformat(today) + REVIEW_AFTER).isoformat()
        self._ids = {
            *(one.id for one in network.flows),
            *(one.id for one in network.blocks),
            *(one.id for one in network.nevers),
        }

    def flows(self, uses: Iterable[Use]) -> Iterable[Proposed]:
        alike: dict[tuple[str, str, str], list[Use]] = defaultdict(list)
        for use in uses:
            alike[*use.pair, use.service].append(use)
        for (from_zone, to_zone, service), its in sorted(alike.items()):
            of_pair: dict[tuple[str, str], list[Use]] = defaultdict(list)
            for use in its:
                of_pair[use.source.name, use.destination.name].append(use)
            zones = Zones(self._all(from_zone), self._all(to_zone), self._families)

            def may(block: Block, pair: tuple[str, str] = (from_zone, to_zone), service: str = service) -> bool:
                return self._walls.lets(_way(block, *pair, service))

            for block in covered(of_pair, zones, self._most_slack, may):
                seen = [use for pair in block.used for use in of_pair[pair]]
                yield self._proposed(block, seen, from_zone, to_zone, service)

    def _all(self, zone: str) -> frozenset[str]:
        return self._alive.get(zone, frozenset())

    def _proposed(self, block: Block, seen: list[Use], from_zone: str, to_zone: str, service: str) -> Proposed:
        way = _way(block, from_zone, to_zone, service)
        count = sum(one.tally.count - one.tally.refused for one in seen)
        sources = {one.source.name for one in seen}
        flow = Flow(self._id(way), way, purpose="", owner="", review=self._review)
        return Proposed(
            flow,
            count,
            sources=len(sources),
            pairs=len(block.used),
            slack=block.slack,
            first_at=min(one.tally.first_at for one in seen),
            last_at=max(one.tally.last_at for one in seen),
            person_ids=_people(seen),
        )

    def _id(self, way: Way) -> str:
        base = plain_word(f"{way.sources[0]}-{way.destinations[0]}-{way.services[0]}", MOST_ID - 4)
        free, number = base, 2
        while free in self._ids:
            free, number = f"{base}-{number}", number + 1
        self._ids.add(free)
        return free


def _way(block: Block, from_zone: str, to_zone: str, service: str) -> Way:
    is_from_internet, is_to_internet = from_zone == INTERNET, to_zone == INTERNET
    sources = (from_zone,) if block.is_whole_source and not is_from_internet else tuple(sorted(block.sources))
    destinations = (
        (to_zone,) if block.is_whole_destination and not is_to_internet else tuple(sorted(block.destinations))
    )
    return Way(sources, destinations, (service,))


def _people(uses: Iterable[Use]) -> tuple[str, ...]:
    return tuple(sorted({one.contact.person_id for one in uses if one.contact.person_id}))
