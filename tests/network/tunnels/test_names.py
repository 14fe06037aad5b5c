"""Which names a door brings: those of the hosts it leads to, with the addresses that it opens, and no other."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from tests.network.networks import host
from tests.network.tunnels.test_model import ROUTER, VPN

from limen.facts.network_service import NetworkService
from limen.network.doors.model import Opening
from limen.network.model import Firewall, Host, Network, WireGuard, Zone
from limen.network.services import built_in_services
from limen.network.tunnels.names import MOST_OF_ONE, names_of

NAMED = replace(ROUTER, wireguard=WireGuard("wg0", "vpn.harbor.example", domain="harbor.internal"))
ERP = replace(host("erp", "finance", "10.21.0.4", "fd00:21::4"), names=("books.harbor.internal",))
DOOR = Opening("no_1", "p_1", "s_1", "erp-desktop", "192.0.2.1", "d_1", 0, 9, "dv_1", ("10.99.0.2", "fd00:99::2"))


FINANCE = Zone("finance", "finance", (ip_network("10.21.0.0/16"), ip_network("fd00:21::/64")), "vlan21")


def network(*hosts: Host, firewall: Firewall = NAMED) -> Network:
    return Network((VPN, FINANCE), (ERP, *hosts), built_in_services(), firewalls=(firewall,))


def found(to: tuple[str, ...], door: Opening = DOOR, of: Network | None = None) -> dict[str, tuple[str, ...]]:
    return names_of(door, NetworkService(to, ("rdp",)), of or network())


def test_a_host_has_its_own_name_others_and_that_of_the_app_which_leads_to_it_alone() -> None:
    both = ("10.21.0.4", "fd00:21::4")
    assert found(("erp",)) == {
        "erp.harbor.internal": both,
        "books.harbor.internal": both,
        "erp-desktop.harbor.internal": both,
    }


def test_of_a_zone_each_host_that_has_a_name() -> None:
    of = network(host("files", "finance", "10.21.0.5"))
    assert found(("finance",), of=of)["files.harbor.internal"] == ("10.21.0.5",)
    assert "erp-desktop.harbor.internal" not in found(("finance",), of=of)


def test_no_address_that_is_not_open_to_the_device() -> None:
    only_4 = replace(DOOR, tunnel=("10.99.0.2",))
    assert set(found(("erp",), only_4).values()) == {("10.21.0.4",)}
    assert found(("gone",)) == found(("internet",)) == {}


@pytest.mark.parametrize(
    ("door", "firewall"), [(replace(DOOR, tunnel=()), NAMED), (DOOR, ROUTER), (DOOR, replace(ROUTER, wireguard=None))]
)
def test_there_are_none_without_a_tunnel_and_a_domain(door: Opening, firewall: Firewall) -> None:
    assert found(("erp",), door, network(firewall=firewall)) == {}


def test_a_host_called_as_the_app_keeps_its_name() -> None:
    of = network(host("erp-desktop", "finance", "10.21.0.9"))
    assert "erp-desktop.harbor.internal" not in found(("erp",), of=of)


def test_one_door_brings_so_many_and_no_more() -> None:
    many = (host(f"h{number}", "finance", f"10.21.1.{number}") for number in range(MOST_OF_ONE + 9))
    assert len(found(("finance",), of=network(*many))) == MOST_OF_ONE
