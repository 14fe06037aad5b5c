"""What lets nothing through, and what is too much to prove."""

from __future__ import annotations

from tests.network.networks import PING, flow, harbor, host, way, zone

from limen.network.compiling import compiled
from limen.network.model import INTERNET, Block, Network, Never, Ports, Service
from limen.network.whole import MOST_RULES, whole_complaints


def _about(network: Network) -> list[str]:
    return [id_ for id_, _, _ in whole_complaints(network)]


def test_harbor_is_right_as_a_whole() -> None:
    assert _about(harbor([flow("a", way("office guests", "erp files", "https ping"))])) == []


def test_what_no_packet_can_do_is_told_of_flows_blocks_and_statements() -> None:
    six = host("six", "servers", "fd00:20::6")
    network = harbor(
        [flow("a", way("guests", "six")), flow("b", way("guests office", "six"))],
        [Block("c", way(INTERNET, INTERNET), "quiet")],
        [Never("d", way("guests", "six", "any"), "quiet"), Never("e", way("guests", "six"), "q", is_built_in=True)],
    )
    network = Network(
        network.zones, (*network.hosts, six), network.services, network.flows, network.blocks, network.nevers
    )
    assert _about(network) == ["a", "c", "d"]


def test_a_service_of_one_family_needs_addresses_of_it() -> None:
    four = Service("p4", (Ports((1, 1), (8, 8), (4,)),))
    zones = (zone("a", "server", 1), zone("b", "server", 2))
    hosts = (host("six", "a", "fd00:1::6"),)
    for services, wrong in (("p4", ["x"]), ("ping", []), ("p4 ping", [])):
        assert _about(Network(zones, hosts, (four, PING), (flow("x", way("six", "b", services)),))) == wrong


def test_the_size_is_that_of_what_would_be_compiled() -> None:
    zones = tuple(zone(f"z{number}", "server", number) for number in range(1, 200))
    everything = [flow(f"f{number}", way("everything", "everything", "any")) for number in range(3)]
    one = Network(zones[:20], flows=tuple(everything[:1]))
    assert _about(one) == []
    assert len(compiled(one, "2026-11-27").rules) < MOST_RULES
    assert _about(Network(zones, flows=tuple(everything))) == ["f0"]
