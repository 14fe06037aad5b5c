"""What the file states, as it is kept with a revision, and what it means."""

from __future__ import annotations

from ipaddress import ip_network

import msgspec
from tests.network.written import ZONES, flow, stated

from limen.network.model import Flow, Ports, Way
from limen.network.stated import NetworkFile


def test_it_means_a_network_with_what_is_built_in() -> None:
    network = stated(
        ZONES
        + 'services:\n  erp: [tcp/8443, "tcp/9000-9010"]\nflows:\n'
        + flow("a", "[office, printers]", "erp", "[erp, https]")
        + "blocks:\n  - {id: b, from: printers, to: internet, service: any, why: quiet}\n"
        + "never:\n  - {id: c, from: office, to: backup, hops: true, why: ransomware}\n"
        + "without:\n  iot-sensitive: the scanner writes to a desk\n"
        + "firewalls:\n  router: {kind: nftables, device: gw1, uplink: eth0}\n"
    ).network
    assert [(one.name, one.kind, one.sensitivity) for one in network.zones] == [
        ("office", "workstation", 1),
        ("servers", "server", 2),
        ("backup", "backup", 3),
        ("printers", "iot", 1),
    ]
    assert network.host_of["erp"].addresses == (ip_network("10.20.0.4/32"),)
    assert network.service_of["erp"].parts == (Ports((6, 6), (8443, 8443)), Ports((6, 6), (9000, 9010)))
    assert network.service_of["ssh"].parts == (Ports((6, 6), (22, 22)),)
    way = Way(("office", "printers"), ("erp",), ("erp", "https"))
    assert network.flows == (Flow("a", way, "work", "staff", "2027-05-01"),)
    assert (network.blocks[0].id, network.blocks[0].way.services) == ("b", ("any",))
    assert (network.nevers[0].id, network.nevers[0].hops, network.nevers[0].way.services) == ("c", True, ("any",))
    built_in = {one.id for one in network.nevers if one.is_built_in}
    assert built_in == {"internet-inside", "backup-from-people", "administration-from-people"}
    (router,) = network.firewalls
    assert (router.device, router.reference, router.zones) == ("gw1", "", ("office", "servers", "backup", "printers"))
    assert router.uplinks == ("eth0",)


def test_it_is_kept_as_json_and_is_the_same_afterwards() -> None:
    file = stated(ZONES + "flows:\n" + flow("a", "office", "erp", "https"))
    assert file.network is file.network
    kept = msgspec.json.encode(msgspec.to_builtins(file, order="deterministic"))
    again = msgspec.convert(msgspec.json.decode(kept), NetworkFile)
    assert again == file
    assert again.network == file.network


def test_layout_comments_and_what_is_usual_anyhow_make_no_other_revision() -> None:
    one = stated('zones: {a: {kind: guest, prefixes: ["fd00:40:0::/64"]}} # comment\nnever: []\n')
    other = stated('zones:\n  a:\n    isolated: false\n    prefixes: ["fd00:40::/64"]\n    kind: guest\n')
    assert one == other
    assert stated("") == NetworkFile()


def test_a_protocol_with_its_port_is_a_service_without_being_stated() -> None:
    network = stated(ZONES + "flows:\n" + flow("a", "office", "erp", "[tcp/8443, https]")).network
    assert network.service_of["tcp/8443"].parts == (Ports((6, 6), (8443, 8443)),)
    assert "tcp/8444" not in network.service_of


def test_zones_and_hosts_may_have_an_owner() -> None:
    text = ZONES.replace("kind: server,", "kind: server, owner: staff,", 1)
    network = stated(text.replace("erp: {zone: servers,", "erp: {zone: servers, owner: ines@harbor.example,")).network
    assert network.zone_of["servers"].owner == "staff"
    assert network.host_of["erp"].owner == "ines@harbor.example"
    assert network.host_of["files"].owner == network.zone_of["office"].owner == ""
