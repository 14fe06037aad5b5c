"""What UniFi is told: policies between two zones, and the end of each pair."""

from __future__ import annotations

from tests.network.networks import flow, harbor, way

from limen.network.emit.unifi import policies, unifi_rules, zone_names
from limen.network.model import Block, Firewall

GATE = Firewall("gate", "unifi", ("office", "servers"))


def test_a_flow_is_a_policy_of_each_family_and_each_pair_ends_with_a_denial() -> None:
    of = harbor([flow("files", way("office", "files", "ssh")), flow("echo", way("office", "files", "ping"))])
    wanted, said = unifi_rules(of, GATE, "2026-11-27")
    assert [one.id for one in said.unfit] == ["echo"]
    told = policies(wanted, {zone: zone for zone in zone_names(of, GATE)})
    assert len([one for one in told if one["name"] == "limen rest"]) == 6
    ways = [(one["source"]["zoneId"], one["destination"]["zoneId"]) for one in told]
    four, six, rest = (one for one, it in zip(told, ways, strict=True) if it == ("office", "servers"))
    assert (four["ipProtocolScope"]["ipVersion"], six["ipProtocolScope"]["ipVersion"]) == ("IPV4", "IPV6")
    assert four["destination"]["trafficFilter"]["portFilter"]["items"] == [{"type": "PORT_NUMBER", "value": 22}]
    assert four["destination"]["trafficFilter"]["ipAddressFilter"]["items"] == [
        {"type": "IP_ADDRESS", "value": "10.20.0.10"}
    ]
    assert four["action"]["allowReturnTraffic"]
    assert rest["connectionStateFilter"] == ["NEW", "INVALID"]


def test_a_block_cuts_no_answers_to_what_is_let_through_the_other_way() -> None:
    of = harbor(
        [flow("files", way("office", "files", "ssh")), flow("back", way("servers", "office", "ssh"))],
        [Block("quiet", way("files", "office", "any"), "")],
    )
    wanted, _ = unifi_rules(of, GATE, "2026-11-27")
    told = policies(wanted, {zone: zone for zone in zone_names(of, GATE)})
    denials = [one for one in told if one["action"]["type"] == "BLOCK"]
    assert {one["name"] for one in denials} == {"limen quiet", "limen rest"}
    assert all(one["connectionStateFilter"] == ["NEW", "INVALID"] for one in denials)
