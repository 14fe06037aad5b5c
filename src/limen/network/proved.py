"""All that is proved of a network on one day, computed once for everybody who looks at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from limen.network.compiling import compiled
from limen.network.graph import Graph, graph_of
from limen.network.model import EVERYTHING, INSIDE, Flow, Network, Trial, Way
from limen.network.packets.regions import Regions
from limen.network.proof.matrix import Cell, Matrix
from limen.network.proof.naming import Named, Naming, Reachable, lines
from limen.network.proof.nevers import Verdict, verdicts
from limen.network.proof.shadowed import Unneeded, unneeded


@dataclass(frozen=True)
class Proved:
    """`cells`: pairs of zones between which something is let through. `idle`: what does nothing, by its id, also once
    nothing is on trial any more.
    """

    network: Network
    today: str
    cells: dict[tuple[str, str], Cell]
    graph: Graph
    verdicts: tuple[Verdict, ...]
    idle: dict[str, Unneeded]

    def cell(self, from_zone: str, to_zone: str) -> Cell:
        return self.cells.get((from_zone, to_zone)) or Cell(from_zone, to_zone)

    def is_guarded(self, from_zone: str, to_zone: str) -> bool:
        """Whether a firewall is on the way: within a zone only where its hosts are kept apart."""
        zone = self.network.zone_of.get(from_zone)
        return from_zone != to_zone or (zone is not None and zone.is_isolated)

    def lines(self, from_zone: str, to_zone: str) -> tuple[Reachable, ...]:
        """What is let through between two zones, by names."""
        return lines(_named(self.cell(from_zone, to_zone)), self.network, self._naming)

    def lines_of(self, flow: Flow, most_pairs: int) -> tuple[tuple[Reachable, ...], int]:
        """What a flow lets through that nothing before it does or denies, between so many pairs of zones at most; and
        between how many others it lets something through, too.
        """
        pairs = sorted(pair for pair in self._pairs(flow.way) if flow.id in self.cells[pair].rule_ids)
        found = (one for pair in pairs[:most_pairs] for one in _named(self.cells[pair]) if one.rule_id == flow.id)
        return lines(found, self.network, self._naming), max(0, len(pairs) - most_pairs)

    def blocks(self, from_zone: str, to_zone: str) -> tuple[str, ...]:
        """The ids of what is denied in any case between two zones."""
        return tuple(
            one.id for one in self.network.blocks if self._is_between(self._zones(one.way), from_zone, to_zone)
        )

    def about(self, from_zone: str, to_zone: str) -> tuple[Verdict, ...]:
        """The statements of what must never be between two zones. Nothing is kept from itself but by a host's name."""
        is_within = from_zone == to_zone
        return tuple(
            one
            for one, zones in zip(self.verdicts, self._stated, strict=True)
            if self._is_between(zones, from_zone, to_zone) and (not is_within or self._names_within(one, from_zone))
        )

    @cached_property
    def trials(self) -> dict[tuple[str, str], Trial]:
        """Between which zones nothing is cut today."""
        return {pair: one for one in self.network.trials if self.today < one.until for pair in one.pairs}

    @cached_property
    def broken(self) -> frozenset[tuple[str, str]]:
        """Pairs of zones by which something is possible that must never be, and not only while zones are on trial."""
        steps = (step for one in self.verdicts if not one.is_on_trial for step in one.path)
        return frozenset((step.source.zone, step.destination.zone) for step in steps)

    @cached_property
    def walls(self) -> dict[str, tuple[Verdict, ...]]:
        """By zone what must never reach it from elsewhere."""
        found: dict[str, list[Verdict]] = {}
        for one, (sources, destinations) in zip(self.verdicts, self._stated, strict=True):
            for zone in destinations:
                if sources - {zone}:
                    found.setdefault(zone, []).append(one)
        return {zone: tuple(some) for zone, some in found.items()}

    @cached_property
    def _naming(self) -> Naming:
        return Naming(self.network)

    @cached_property
    def _stated(self) -> list[tuple[frozenset[str], frozenset[str]]]:
        return [self._zones(one.never.way) for one in self.verdicts]

    def _zones(self, way: Way) -> tuple[frozenset[str], frozenset[str]]:
        return self._all(way.sources), self._all(way.destinations)

    def _all(self, names: Iterable[str]) -> frozenset[str]:
        return frozenset(zone for name in names for zone in self._of(name))

    def _of(self, name: str) -> tuple[str, ...]:
        network = self.network
        if name in {INSIDE, EVERYTHING}:
            return network.zone_names if name == EVERYTHING else network.zone_names[:-1]
        return (network.host_of[name].zone if name in network.host_of else name,)

    def _pairs(self, way: Way) -> Iterator[tuple[str, str]]:
        sources, destinations = self._zones(way)
        yield from ((one, other) for one in sources for other in destinations if (one, other) in self.cells)

    @staticmethod
    def _is_between(zones: tuple[frozenset[str], frozenset[str]], from_zone: str, to_zone: str) -> bool:
        return from_zone in zones[0] and to_zone in zones[1]

    def _names_within(self, verdict: Verdict, zone: str) -> bool:
        way, hosts = verdict.never.way, self.network.host_of
        named = [name in hosts and hosts[name].zone == zone for name in (*way.sources, *way.destinations)]
        return any(named) or (zone in way.sources and zone in way.destinations)


def _named(cell: Cell) -> Iterator[Named]:
    return (Named(cell.from_zone, cell.to_zone, one.box, one.rule.id) for one in cell.regions)


def proved(network: Network, today: str) -> Proved:
    """On this day (ISO 8601). It may take seconds where there are a hundred thousand rules."""
    regions = Regions(compiled(network, today))
    cells = list(Matrix(regions).open_cells())
    at_last = Regions(compiled(network.without_trials, today)) if network.trials else regions
    return Proved(
        network,
        today,
        {(one.from_zone, one.to_zone): one for one in cells},
        graph_of(network, cells),
        verdicts(network, regions),
        {one.id: one for one in unneeded(at_last)},
    )
