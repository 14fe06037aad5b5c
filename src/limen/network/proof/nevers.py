"""What must never be, proved or refuted: no packet there could be, or this one, by this rule, in these steps.

A zone that must not be reached from all that is inside is not meant to be kept from itself: a way within one zone
counts where a host is named, or the zone itself on both sides. Nothing is kept from itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from limen.network.compiling import Places
from limen.network.model import ANY_SERVICE, Network, Never, Ports, Way
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.packets.spans import Span, span_between
from limen.network.proof.assets import Asset, Assets
from limen.network.proof.steps import Reach, Step, Ways


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
        named = self._assets.named
        for source, destination in product(never.way.sources, never.way.destinations):
            for one, other in product(named(source), named(destination)):
                zone = self._assets.all[one].zone
                if zone != self._assets.all[other].zone or not self._assets.is_open_inside(zone):
                    continue
                if self._is_within_meant(source, destination) and (one != other or source in self._network.zone_of):
                    yield Step(self._assets.all[one], self._assets.all[other], None, None)

    def _is_within_meant(self, source: str, destination: str) -> bool:
        """Whether ways within one zone are meant, where both names stand for something in it."""
        hosts, zones = self._network.host_of, self._network.zone_of
        return source in hosts or destination in hosts or (source == destination and source in zones)

    def _direct(self, never: Never) -> Step | None:
        for span in self._spans(never):
            found = self._regions.witness(span)
            if found is not None:
                packet, rule = found
                source = self._asset(packet.family, packet.source, packet.from_zone)
                return Step(source, self._asset(packet.family, packet.destination, packet.to_zone), packet, rule)
        return None

    def _spans(self, never: Never) -> Iterator[Span]:
        """All packets that must not be. Of what is within an open zone no rule speaks."""
        for source, destination in product(never.way.sources, never.way.destinations):
            if source == destination and source in self._network.host_of:
                continue
            within = self._is_within_meant(source, destination)
            for one, other, box in self._places.boxes(Way((source,), (destination,), never.way.services)):
                if one != other or (within and not self._assets.is_open_inside(one)):
                    yield span_between(one, other, box, self._regions.numbers)

    def _asset(self, family: int, address: int, zone: str) -> Asset:
        found = (self._assets.all[at] for at, _ in self._assets.at(family, (address, address)))
        return next(one for one in found if one.zone == zone)

    def _paths(self, never: Never) -> Iterator[tuple[Step, ...]]:
        """Ways by several steps, of which the last is by a service that is meant."""
        ways = self._ways = self._ways or Ways(self._assets, self._regions)
        parts = [part for name in never.way.services for part in self._parts(name)]
        for ends, starts in self._ends(never).items():
            if starts not in self._reaches:
                self._reaches[starts] = ways.reach(starts)
            reach = self._reaches[starts]
            for at, step in (*self._last_inside(reach, ends), *self._last_by_rules(reach, ends, ways, parts)):
                yield (*ways.steps(reach, at), step)

    def _ends(self, never: Never) -> dict[frozenset[int], tuple[int, ...]]:
        """What must not be reached, and the assets from which it must not."""
        ends_of: dict[int, set[int]] = {}
        for source, destination in product(never.way.sources, never.way.destinations):
            within = self._is_within_meant(source, destination)
            ends = self._assets.named(destination)
            for start in self._assets.named(source):
                zone = self._assets.all[start].zone
                meant = {at for at in ends if within or self._assets.all[at].zone != zone}
                ends_of.setdefault(start, set()).update(meant - {start} if self._assets.all[start].is_host else meant)
        found: dict[frozenset[int], tuple[int, ...]] = {}
        for start, some in ends_of.items():
            if some:
                key = frozenset(some)
                found[key] = (*found.get(key, ()), start)
        return found

    def _last_inside(self, reach: Reach, ends: frozenset[int]) -> Iterator[tuple[int, Step]]:
        """The last step is within an open zone: there every service is."""
        for end in sorted(ends - reach.starts):
            zone = self._assets.all[end].zone
            if self._assets.is_open_inside(zone):
                for at in self._assets.numbers_in[zone]:
                    if at in reach.stands and self._assets.are_two(at, end):
                        yield at, Step(self._assets.all[at], self._assets.all[end], None, None)

    def _last_by_rules(
        self, reach: Reach, ends: frozenset[int], ways: Ways, parts: list[Ports]
    ) -> Iterator[tuple[int, Step]]:
        for piece, first in reach.left_by.items():
            meant = ends.intersection(ways.destinations(piece))
            part = next((one for part in parts if (one := _of_service(piece.span, part))), None) if meant else None
            if part is None:
                continue
            for end in sorted(meant):
                begins = (first, *ways.sources(piece)) if first == end else (first,)
                at = next((one for one in begins if one in reach.stands and self._assets.are_two(one, end)), None)
                if at is not None:
                    yield at, ways.step(at, end, piece._replace(span=part))

    def _parts(self, name: str) -> tuple[Ports, ...]:
        return (Ports(),) if name == ANY_SERVICE else self._network.service_of[name].parts


def _of_service(span: Span, part: Ports) -> Span | None:
    """The packets of a span that are of a service."""
    protocol = max(span[10], part.protocol[0]), min(span[11], part.protocol[1])
    port = max(span[12], part.ports[0]), min(span[13], part.ports[1])
    if span[4] not in part.families or protocol[0] > protocol[1] or port[0] > port[1]:
        return None
    return (*span[:10], *protocol, *port, *span[14:])
