"""Where tunnels end, which addresses devices have there, and which keys are taken."""

from __future__ import annotations

import base64
from dataclasses import replace
from ipaddress import ip_network

import pytest
from tests.network.networks import host

from limen.network.model import Firewall, Network, WireGuard, Zone
from limen.network.tunnels.model import End, end_of_tunnels, first_slot, is_key

VPN = Zone("vpn", "vpn", (ip_network("10.99.0.0/29"), ip_network("fd00:99::/64")), "wg0")
ROUTER = Firewall("router", "nftables", ("vpn",), "gw1", wireguard=WireGuard("wg0", "vpn.harbor.example"))


def the_end(network: Network) -> End:
    found = end_of_tunnels(network)
    assert found is not None
    return found


def test_each_number_has_an_address_of_each_family_and_hosts_keep_theirs() -> None:
    one = the_end(Network((VPN,), (host("printer", "vpn", "10.99.0.3"),), firewalls=(ROUTER,)))
    assert one.own == ("10.99.0.1/29", "fd00:99::1/64")
    assert one.slots == 5
    assert [one.addresses(slot) for slot in range(one.slots)] == [
        ("10.99.0.2", "fd00:99::2"),
        (),
        ("10.99.0.4", "fd00:99::4"),
        ("10.99.0.5", "fd00:99::5"),
        ("10.99.0.6", "fd00:99::6"),
    ]
    assert "10.99.0.7" not in {each for slot in range(one.slots) for each in one.addresses(slot)}  # broadcast


@pytest.mark.parametrize(
    "network",
    [
        Network(()),
        Network((VPN,)),
        Network((VPN,), firewalls=(replace(ROUTER, wireguard=None),)),
        Network((replace(VPN, kind="server"),), firewalls=(ROUTER,)),
        Network((replace(VPN, interface="wg1"),), firewalls=(ROUTER,)),
        Network((replace(VPN, prefixes=(ip_network("10.99.0.0/31"),)),), firewalls=(ROUTER,)),
    ],
)
def test_without_a_firewall_and_its_zone_there_are_none(network: Network) -> None:
    assert end_of_tunnels(network) is None


def test_a_device_begins_at_the_same_number_each_time() -> None:
    assert first_slot("dv_1", 250) == first_slot("dv_1", 250) < 250
    assert len({first_slot(f"dv_{number}", 250) for number in range(250)}) > 100


def test_a_key_is_32_bytes_and_no_point_of_small_order() -> None:
    def written(number: int) -> str:
        return base64.b64encode(number.to_bytes(32, "little")).decode()

    assert is_key(written(9))
    prime = 2**255 - 19
    weak = (0, 1, prime - 1, prime, prime + 1, 1 << 255, (1 << 255) + 1)
    assert not any(is_key(written(one)) for one in weak)
    good = written(9)
    assert not any(is_key(one) for one in ("", "x", good[:-1], good + "\n", f" {good}", good[:-2] + "B=", "é" * 44))
