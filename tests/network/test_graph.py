"""The network as a graph: zones in columns, and edges that are proved."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.graph import COLUMNS, Edge, drawable, graph
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


def test_of_many_zones_those_are_drawn_that_are_most_sensitive_and_most_connected() -> None:
    whole = graph(harbor([flow("a", way("office", "servers")), flow("b", way("servers", "finance"))]), _TODAY)
    part = drawable(whole, 3, 10)
    assert {one.name for one in part.nodes} == {INTERNET, "finance", "backup"} or len(part.nodes) == 3
    assert all({one.start, one.end} <= {node.name for node in part.nodes} for one in part.edges)
    assert drawable(whole, 3, 10, first=("guests",)).nodes[-1] == part.nodes[-1]
    assert {"guests", INTERNET} < {one.name for one in drawable(whole, 3, 10, first=("guests",)).nodes}
    assert drawable(whole, 100, 100) == whole
    assert len(drawable(whole, 100, 1).edges) == 1
