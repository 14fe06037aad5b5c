"""What must never be, proved or refuted: no packet there could be, or this one, by this rule, in these steps.

A zone that must not be reached from all that is inside is not meant to be kept from itself: a way within one zone
counts where a host is named, or the zone itself on both sides. Nothing is kept from itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

from limen.network.compiling import Places
from limen.network.model import Network, Never, Ports, Way
from limen.network.packets.box import Packet
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.ruleset import Rule
from limen.network.packets.spans import Span, first_of, span_between
from limen.network.proof.assets import Asset, Assets
from limen.network.proof.forbidden import Forbidden, of_service, parts_of
from limen.network.proof.steps import Reach, Step, Ways

MOST_ASKED: Final = 20_000
"""Boxes of one statement that are asked for one by one, where what is let through can't be listed: up to a minute."""

MOST_REACHES: Final = 2_000
"""Of one statement by hops: so often it is followed who gets where, from other beginnings each time."""
MOST_REACHES_KEPT: Final = 100


@dataclass(frozen=True, slots=True)
class Verdict:
    """`path`: how it is possible all the same, in one step or, by way of others, in several."""

    never: Never
    path: tuple[Step, ...] = ()
    is_decided: bool = True
    """False where the rules are too tangled for a proof. Then nothing is proved."""

    @property
    def holds(self) -> bool:
        """Proved: it is not possible."""
        return self.is_decided and not self.path

    @property
    def is_on_trial(self) -> bool:
        """It is possible, and some step of it only because nothing is cut there yet."""
        return any(step.rule is not None and step.rule.is_trial for step in self.path)


def verdicts(network: Network, regions: Regions) -> tuple[Verdict, ...]:
    """One for each thing that must never be, in the order of the file. `regions` are those of the compiled network, or
    of what a firewall has; the zones are the network's.
    """
    proving = _Proving(network, regions)
    return tuple(proving.verdict(one) for one in network.nevers)


class _Proving:
    def __init__(self, network: Network, regions: Regions) -> None:
        self._network, self._regions = network, regions
        self._places, self._assets = Places(network), Assets(network)
        self._ways: Ways | None = None
        self._reaches: dict[tuple[int, ...], Reach] = {}

    def verdict(self, never: Never) -> Verdict:
        try:
            step = next(self._inside_open_zones(never), None) or self._direct(never)
            if step is not None or not never.hops:
                return Verdict(never, (step,) if step else ())
            path = min(self._paths(never), key=len, default=())
            return Verdict(never, path, is_decided=bool(path) or self._regions.lists_all)
        except TooTangledError:
            return Verdict(never, is_decided=False)

    def _inside_open_zones(self, never: Never) -> Iterator[Step]:
        """Assets of one zone that were named to be kept apart, and that nothing keeps apart."""
        hosts, assets = self._network.host_of, self._assets
        for source, destination in product(never.way.sources, never.way.destinations):
            if not self._is_within_meant(source, destination):
                continue
            one_host = source if source in hosts else destination
            zone = hosts[one_host].zone if one_host in hosts else source
            if not assets.is_open_inside(zone):
                continue
            for one, other in product(assets.named_in(source, zone), assets.named_in(destination, zone)):
                if one != other or source in self._network.zone_of:
                    yield Step(assets.all[one], assets.all[other], None, None)

    def _is_within_meant(self, source: str, destination: str) -> bool:
        """Whether ways within one zone are meant, where both names stand for something in it."""
        hosts, zones = self._network.host_of, self._network.zone_of
        return source in hosts or destination in hosts or (source == destination and source in zones)

    def _direct(self, never: Never) -> Step | None:
        found = self._listed(never) if self._regions.lists_all else self._asked(never)
        if found is None:
            return None
        packet, rule = found
        source = self._asset(packet.family, packet.source, packet.from_zone)
        return Step(source, self._asset(packet.family, packet.destination, packet.to_zone), packet, rule)

    def _listed(self, never: Never) -> tuple[Packet, Rule] | None:
        """The first of all that is let through that must not be."""
        zones = self._regions.ruleset.zones
        forbidden = Forbidden.by(self._network, self._places, never.way, self._parted)
        for piece in self._regions.let_through:
            if (span := forbidden.of(piece, zones)) is not None:
                return first_of(span, zones), self._regions.ruleset.rules[piece.position]
        return None

    def _parted(self, source: str, destination: str, zone: str) -> bool:
        """Whether ways within a zone are meant by these two names, and guarded there."""
        is_itself = source == destination and source in self._network.host_of
        is_meant = self._is_within_meant(source, destination) and not is_itself
        return is_meant and not self._assets.is_open_inside(zone)

    def _asked(self, never: Never) -> tuple[Packet, Rule] | None:
        """One question for each box. Raises TooTangledError."""
        for number, span in enumerate(self._spans(never)):
            if number > MOST_ASKED:
                raise TooTangledError
            if (found := self._regions.witness(span)) is not None:
                return found
        return None

    def _spans(self, never: Never) -> Iterator[Span]:
        """All packets that must not be. Of what is within an open zone no rule speaks."""
        for source, destination in product(never.way.sources, never.way.destinations):
            for one, other, box in self._places.boxes(Way((source,), (destination,), never.way.services)):
                if one != other or self._parted(source, destination, one):
                    yield span_between(one, other, box, self._regions.numbers)

    def _asset(self, family: int, address: int, zone: str) -> Asset:
        found = (self._assets.all[at] for at, _ in self._assets.at(family, (address, address)))
        return next(one for one in found if one.zone == zone)

    def _paths(self, never: Never) -> Iterator[tuple[Step, ...]]:
        """Ways by several steps, of which the last is by a service that is meant. Raises TooTangledError."""
        parts, asked = self._parts(never.way), 0
        for starts, ends in self._ends(never):
            own = frozenset(starts)
            for path in self._paths_of(starts, ends, parts):
                end = self._assets.number_of(path[-1].destination)
                if not self._is_itself(end, own):
                    yield path
                    continue
                asked += 1  # a host is not kept from itself: is it reached by another one that it must be kept from?
                if asked > MOST_REACHES:
                    raise TooTangledError
                others = tuple(one for one in starts if one != end)
                yield from self._paths_of(others, frozenset({end}), parts)

    def _paths_of(
        self, starts: tuple[int, ...], ends: frozenset[int], parts: list[Ports]
    ) -> Iterator[tuple[Step, ...]]:
        ways = self._ways = self._ways or Ways(self._assets, self._regions)
        reach = self._reach(starts, ways)
        for at, step in (*self._last_inside(reach, ends), *self._last_by_rules(reach, ends, ways, parts)):
            yield (*ways.steps(reach, at), step)

    def _reach(self, starts: tuple[int, ...], ways: Ways) -> Reach:
        """That of the last statements is kept: many begin where others do."""
        if starts not in self._reaches:
            if len(self._reaches) == MOST_REACHES_KEPT:
                del self._reaches[next(iter(self._reaches))]
            self._reaches[starts] = ways.reach(starts)
        return self._reaches[starts]

    def _ends(self, never: Never) -> Iterator[tuple[tuple[int, ...], frozenset[int]]]:
        """The assets from which something must not be reached, and what: a host itself may be among it."""
        names_of: dict[int, list[str]] = {}
        for source in dict.fromkeys(never.way.sources):
            for start in self._assets.named(source):
                names_of.setdefault(start, []).append(source)
        alike: dict[tuple[str, tuple[str, ...]], list[int]] = {}
        for start, names in names_of.items():
            alike.setdefault((self._assets.all[start].zone, tuple(names)), []).append(start)
        starts_of: dict[frozenset[int], list[int]] = {}
        for (zone, sources), starts in alike.items():
            ends = frozenset(self._meant(zone, sources, never.way.destinations))
            starts_of.setdefault(ends, []).extend(starts)
        yield from ((tuple(starts), ends) for ends, starts in starts_of.items() if ends)

    def _meant(self, zone: str, sources: Iterable[str], destinations: Iterable[str]) -> Iterator[int]:
        """What is not to be reached from a zone, where it is meant by these names."""
        for destination in destinations:
            within = any(self._is_within_meant(source, destination) for source in sources)
            for at in self._assets.named(destination):
                if within or self._assets.all[at].zone != zone:
                    yield at

    def _is_itself(self, end: int, starts: frozenset[int]) -> bool:
        return self._assets.all[end].is_host and end in starts

    def _last_inside(self, reach: Reach, ends: frozenset[int]) -> Iterator[tuple[int, Step]]:
        """The last step is within an open zone: there every service is, from whichever of it was reached first."""
        first: dict[str, list[int]] = {}
        for at in (*reach.starts, *reach.came):
            zone = self._assets.all[at].zone
            if at in reach.stands and len(some := first.setdefault(zone, [])) < 2 and at not in some:
                some.append(at)
        for end in sorted(ends):
            asset = self._assets.all[end]
            if not self._assets.is_open_inside(asset.zone) or (end in reach.starts and not asset.is_host):
                continue
            others = [one for one in first.get(asset.zone, ()) if self._assets.are_two(one, end)]
            yield from ((one, Step(self._assets.all[one], asset, None, None)) for one in others[:1])

    def _last_by_rules(
        self, reach: Reach, ends: frozenset[int], ways: Ways, parts: list[Ports]
    ) -> Iterator[tuple[int, Step]]:
        """Of what one piece leads to one will do, but where that is what it began with."""
        for piece, first in reach.left_by.items():
            meant = ends.intersection(ways.destinations(piece))
            part = next((found for each in parts if (found := of_service(piece.span, each))), None) if meant else None
            if part is None:
                continue
            for end in sorted(meant):
                begins = (first, *ways.sources(piece)) if first == end else (first,)
                at = next((one for one in begins if one in reach.stands and self._assets.are_two(one, end)), None)
                if at is not None:
                    yield at, ways.step(at, end, piece._replace(span=part))
                    if not self._is_itself(end, reach.starts):
                        break

    def _parts(self, way: Way) -> list[Ports]:
        return [part for name in way.services for part in parts_of(self._network, name)]
