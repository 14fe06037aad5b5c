"""The network as a graph: zones in columns, and edges that are proved."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.graph import COLUMNS, Edge, graph
from limen.network.model import INTERNET, KINDS, Block

_TODAY = "2026-11-27"


def test_every_kind_has_a_column() -> None:
    assert sorted(kind for kinds in COLUMNS for kind in kinds) == sorted(KINDS)


def test_zones_stand_by_their_kinds_with_their_hosts() -> None:
    found = graph(harbor(), _TODAY)
    assert [[one.name for one in found.of(column)] for column in range(len(COLUMNS))] == [
        [INTERNET],
        ["guests"],
        ["office"],
        ["servers"],
        ["finance", "backup"],
    ]
    assert found.of(3)[0].hosts == ("files", "dc")
    assert found.edges == ()


def test_an_edge_is_there_where_a_packet_gets_through() -> None:
    flows = [
        flow("a", way("office", "servers")),
        flow("b", way("office", "files", "ssh")),
        flow("c", way("guests", "erp")),
    ]
    network = harbor(
        [*flows, flow("d", way("office", "guests"), expires=_TODAY)], [Block("x", way("guests", "erp"), "q")]
    )
    assert graph(network, _TODAY).edges == (Edge("office", "servers", ("a", "b")),)
