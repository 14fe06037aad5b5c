"""Names: which there are, and what somebody meant who wrote one that is not."""

from __future__ import annotations

import pytest
from tests.network.written import ZONES, flow, lines, read_text

from limen.network.names import RESERVED, Named, owner_complaint
from limen.network.services import BUILT_IN
from limen.network.shapes import FileShape


def test_names_count_whether_what_bears_them_is_right_or_not() -> None:
    named = Named.in_file(FileShape(zones={"a": None}, hosts={"b": 7}, services={"c": []}))
    assert named == Named(frozenset("a"), frozenset("b"), frozenset({"c", *BUILT_IN}))
    broken = ZONES.replace("kind: server", "kind: serve") + "flows:\n"
    assert lines(broken + flow("a", "servers", "erp", "ssh")) == [3]


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_reserved_words_name_nothing_else(name: str) -> None:
    text = f"zones:\n  {name}: {{kind: dmz, prefixes: [10.1.0.0/24]}}\n"
    assert lines(text) == [2]


def test_a_firewall_may_be_called_as_a_zone() -> None:
    text = ZONES + "firewalls:\n  office: {kind: nftables, device: gw1}\n"
    assert lines(text) == []


@pytest.mark.parametrize(
    ("said", "is_right"),
    [
        ("kind: nftables, host: files", True),
        ("kind: nftables, host: nowhere", False),
        ("kind: nftables, host: office", False),
        ("kind: nftables, host: files, device: gw1", False),
        ("kind: aws, host: files", False),
        ("kind: windows, host: files", True),
        ("kind: windows", False),
        ("kind: windows, host: nowhere", False),
        ("kind: windows, host: files, uplink: eth0", False),
        ("kind: fortigate", True),
        ('kind: cisco, url: "https://10.20.0.1"', True),
        ("kind: paloalto, host: files", False),
        ("kind: paloalto, uplink: untrust-of-the-provider", True),
        ("kind: paloalto, uplink: [a, b]", False),
        ("kind: fortigate, uplink: 'a b'", False),
        ("kind: fortigate, device: gw1", False),
    ],
)
def test_a_host_guards_itself_in_place_of_a_device(said: str, is_right: bool) -> None:
    found = set(lines(f"{ZONES}firewalls:\n  files: {{{said}}}\n"))
    assert found == (set() if is_right else {ZONES.count("\n") + 2})


def test_addresses_and_names_of_dns_in_a_flow_lead_to_hosts() -> None:
    for name in ("files.harbor.example", "10.20.0.10", '"fd00:20::/64"', "nowhere"):
        (one,) = read_text(ZONES + "flows:\n" + flow("a", "office", f"{name}", "ssh"))[1]
        assert "`hosts`" in one.fix


def test_ids_are_names_of_one_list() -> None:
    one = flow("a", "office", "erp", "smb")
    block = "blocks:\n  - {id: a, from: office, to: erp, service: rdp, why: quiet}\n"
    assert len(lines(ZONES + "flows:\n" + one + block)) == 1
    assert lines(ZONES + "flows:\n" + one.replace("id: a", "id: guests-inside")) != []


@pytest.mark.parametrize("owner", ["@", "a@b@c", "a @b.example", "@b.example", "a@"])
def test_what_is_no_address_owns_nothing(owner: str) -> None:
    assert owner_complaint(owner, None) is not None


TUNNELS = """zones:
  vpn: {kind: vpn, interface: wg0, prefixes: [10.99.0.0/24]}
  office: {kind: workstation, interface: vlan10, prefixes: [10.10.0.0/24]}
firewalls:
  gw1: {kind: nftables, device: gw1, wireguard: {interface: INTERFACE, endpoint: "ENDPOINT"}}
"""


@pytest.mark.parametrize(
    ("interface", "endpoint", "wrong"),
    [
        ("wg0", "vpn.harbor.example", 0),
        ("wg0", "2001:db8::1", 0),
        ("vlan10", "vpn.harbor.example", 1),
        ("wg1", "vpn.harbor.example", 1),
        ("wg0", "vpn.harbor.example:51820", 1),
        ("wg1", "-x", 2),
    ],
)
def test_tunnels_end_at_the_interface_of_a_zone_for_them(interface: str, endpoint: str, wrong: int) -> None:
    text = TUNNELS.replace("INTERFACE", interface).replace("ENDPOINT", endpoint)
    assert lines(text) == [5] * wrong


def test_tunnels_have_one_end_at_a_firewall_that_follows_limen() -> None:
    text = TUNNELS.replace("INTERFACE", "wg0").replace("ENDPOINT", "vpn.harbor.example")
    gw1 = text.splitlines(keepends=True)[-1]
    assert lines(text + gw1.replace("gw1", "gw2")) == [6]
    assert lines(text.replace("nftables, device: gw1", "opnsense, url: https://fw.harbor.example")) == [5]


@pytest.mark.parametrize("tag", ["lan to-zone any", "x" * 32, '"', ""])
def test_what_a_firewall_calls_a_zone_is_a_plain_word(tag: str) -> None:
    text = f"zones:\n  a: {{kind: server, prefixes: [10.1.0.0/24], tags: {{fortigate: '{tag}'}}}}\n"
    assert lines(text) == [2]
    assert lines(text.replace(f"'{tag}'", "virtual-wan-link")) == []
