"""What the kernel tells of the networks that a machine stands in."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

from limen.network.local_networks import MOST_NEIGHBOURS, LocalNetworks, local_networks

ROUTES = """Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t01140A0A\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t00140A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0.30\t001E0A0A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
eth0\t00280A0A\tFE140A0A\t0003\t0\t0\t0\t00FFFFFF\t0\t0\t0
down0\t00320A0A\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
bad\tzz\t\t
"""
INET6 = """fd000020000000000000000000000012 04 40 00 80     eth0
fe8000000000000000fc00fffe000001 04 40 20 80     eth0
00000000000000000000000000000001 01 80 10 80       lo
"""
ARP = """IP address       HW type     Flags       HW address            Mask     Device
10.10.20.1       0x1         0x2         02:fc:00:00:00:05     *        eth0
10.10.20.77      0x1         0x0         00:00:00:00:00:00     *        eth0
10.10.20.9       0x1         0x2         02:fc:00:00:00:09     *        eth0
"""
TRIE = """Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.10.20.0
        /24 link UNICAST
     |-- 10.10.20.12
        /32 host LOCAL
     |-- 10.10.20.255
        /32 link BROADCAST
"""
VLANS = """VLAN Dev name\t | VLAN ID
Name-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD
eth0.30        | 30  | eth0
"""


def told(folder: Path) -> Path:
    """A /proc/net of a server in a company's network, with a VLAN and a network behind another gateway."""
    (folder / "vlan").mkdir()
    for name, text in (
        ("route", ROUTES),
        ("if_inet6", INET6),
        ("arp", ARP),
        ("fib_trie", TRIE),
        ("vlan/config", VLANS),
    ):
        (folder / name).write_text(text)
    return folder


def test_networks_addresses_and_neighbours_are_read(tmp_path: Path) -> None:
    found = local_networks(told(tmp_path))
    assert found.gateway == "10.10.20.1"
    assert [(str(one.prefix), one.interface, one.is_here, one.vlan) for one in found.networks] == [
        ("10.10.20.0/24", "eth0", True, 0),
        ("10.10.30.0/24", "eth0.30", True, 30),
        ("10.10.40.0/24", "eth0", False, 0),
        ("fd00:20::/64", "eth0", True, 0),
    ]
    own = {one.prefix: one.own for one in found.networks}
    assert own[ip_network("10.10.20.0/24")] == ("10.10.20.12",)
    assert own[ip_network("fd00:20::/64")] == ("fd00:20::12",)
    assert found.networks[0].neighbours == ("10.10.20.1", "10.10.20.9")
    assert found.networks[1].neighbours == ()


def test_where_nothing_is_told_nothing_is_seen(tmp_path: Path) -> None:
    assert local_networks(tmp_path / "nowhere") == LocalNetworks()
    (tmp_path / "route").write_bytes(b"\xff\x00\n" * 50)
    assert local_networks(tmp_path) == LocalNetworks()


def test_a_crowd_is_cut(tmp_path: Path) -> None:
    told(tmp_path)
    crowd = "".join(f"10.10.20.{n} 0x1 0x2 02:fc:00:00:00:05 * eth0\n" for n in range(1, 200))
    (tmp_path / "arp").write_text(ARP + crowd)
    (tmp_path / "route").write_text(ROUTES + ROUTES.splitlines()[2] + "\n" + "x y\n" * 50_000)
    (network, *_) = local_networks(tmp_path).networks
    assert len(network.neighbours) == MOST_NEIGHBOURS


def test_this_machine_can_be_looked_at() -> None:
    assert isinstance(local_networks(), LocalNetworks)
