"""The network as a graph: its zones in columns, from where strangers are to what is worth most, and who reaches whom.

What stands in it is exact: an edge is there only where some packet is let through.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from limen.network.compiling import compiled
from limen.network.model import INTERNET, Network
from limen.network.packets.regions import Regions
from limen.network.proof.matrix import Cell, Matrix

COLUMNS: Final[tuple[tuple[str, ...], ...]] = (
    ("internet",),
    ("guest", "dmz", "vpn"),
    ("workstation", "iot"),
    ("server", "cloud", "domain"),
    ("finance", "backup", "management"),
)
"""The kinds of zones in each column."""


@dataclass(frozen=True, slots=True)
class Node:
    """A zone. `hosts` are those that have a name; `is_open`: nothing keeps its hosts apart."""

    name: str
    kind: str
    column: int
    sensitivity: int
    hosts: tuple[str, ...]
    is_open: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """Something is let through from a zone to another, by these flows."""

    start: str
    end: str
    flows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]

    def of(self, column: int) -> tuple[Node, ...]:
        return tuple(one for one in self.nodes if one.column == column)


def graph(network: Network, today: str) -> Graph:
    """As it is on this day (ISO 8601)."""
    return graph_of(network, Matrix(Regions(compiled(network, today))).open_cells())


def graph_of(network: Network, cells: Iterable[Cell]) -> Graph:
    """The same of a matrix that was made before: its cells that are not empty."""
    hosts: dict[str, list[str]] = {}
    for one in network.hosts:
        hosts.setdefault(one.zone, []).append(one.name)
    columns = _columns()
    nodes = [
        Node(
            one.name, one.kind, columns[one.kind], one.sensitivity, tuple(hosts.get(one.name, ())), not one.is_isolated
        )
        for one in network.zones
    ]
    nodes.append(Node(INTERNET, INTERNET, columns[INTERNET], 0, (), is_open=True))
    edges = (Edge(one.from_zone, one.to_zone, one.rule_ids) for one in cells if one.from_zone != one.to_zone)
    return Graph(tuple(nodes), tuple(edges))


def drawable(whole: Graph, most_nodes: int, most_edges: int, first: Collection[str] = ()) -> Graph:
    """As much of it as a picture can show: the internet and `first`, then what is most sensitive and most connected."""
    ways = Counter(name for one in whole.edges for name in (one.start, one.end))
    order = sorted(
        whole.nodes,
        key=lambda one: (one.name != INTERNET and one.name not in first, -one.sensitivity, -ways[one.name], one.name),
    )
    kept = {one.name: one.sensitivity for one in order[:most_nodes]}
    edges = [one for one in whole.edges if one.start in kept and one.end in kept]
    chosen = {*sorted(edges, key=lambda one: (-kept[one.end], one.start, one.end))[:most_edges]}
    return Graph(tuple(one for one in whole.nodes if one.name in kept), tuple(one for one in edges if one in chosen))


def _columns() -> Mapping[str, int]:
    return {kind: place for place, kinds in enumerate(COLUMNS) for kind in kinds}
