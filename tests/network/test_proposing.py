"""A network.yaml to begin with, from what a machine sees."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from tests.golden import Expected
from tests.network.test_local_networks import told
from tests.network.written import stated

from limen.network.local_networks import LocalNetwork, LocalNetworks, local_networks
from limen.network.proposing import MOST_ZONES, proposed


def _at(prefix: str, interface: str = "eth0", **more: object) -> LocalNetwork:
    return LocalNetwork(ip_network(prefix), interface, **more)  # type: ignore[arg-type]


def test_what_is_proposed_is_right_and_lets_nothing_through(tmp_path: Path, expected: Expected) -> None:
    text = proposed(local_networks(told(tmp_path)))
    network = stated(text).network
    assert [one.name for one in network.zones] == ["net-10-10-40-0-24", "net-eth0", "vlan30"]
    assert {one.name: one.zone for one in network.hosts} == {"limen-server": "net-eth0", "router": "net-eth0"}
    assert network.flows == ()
    expected(text[text.index("# Proposed") :])


def test_one_flat_network_is_an_office() -> None:
    text = proposed(LocalNetworks((_at("192.168.1.0/24"), _at("fd00::/64")), "192.168.1.1"))
    (zone,) = stated(text).network.zones
    assert (zone.name, zone.kind, len(zone.prefixes)) == ("office", "workstation", 2)


def test_what_is_not_the_companys_is_no_zone() -> None:
    others = [
        _at("203.0.113.0/24"),
        _at("172.17.0.0/16", "docker0"),
        _at("10.1.0.5/32", "eth0"),
        _at("10.2.0.0/24", 'a"b'),
    ]
    assert proposed(LocalNetworks(tuple(others))) == ""
    assert proposed(LocalNetworks()) == ""


def test_networks_that_overlap_are_one_zone_and_tunnels_are_vpns() -> None:
    text = proposed(LocalNetworks((_at("10.0.0.0/8", is_here=False), _at("10.1.0.0/24"), _at("10.9.0.0/24", "wg0"))))
    assert {one.name: one.kind for one in stated(text).network.zones} == {"net-eth0": "workstation", "net-wg0": "vpn"}


def test_many_are_bounded_and_none_has_the_name_of_another() -> None:
    many = [_at(f"10.{n}.0.0/24", f"eth{n}") for n in range(60)] + [
        _at("10.99.0.0/24", "ETH1"),
        _at("10.98.0.0/24", "eth1_"),
    ]
    zones = stated(proposed(LocalNetworks(tuple(many)))).network.zones
    assert len(zones) == MOST_ZONES
    few = stated(proposed(LocalNetworks((*many[:2], *many[-2:])))).network.zones
    assert len({one.name for one in few}) == 4
