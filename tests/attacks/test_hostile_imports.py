"""Rules of other firewalls that were written to mislead, to hang or to fill the memory of whoever reads them."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from tests.cli.test_main import leave

from limen.network.packets import Packet
from limen.network.packets.regions import Regions
from limen.network.reading.aws import read_aws
from limen.network.reading.files import File, read_files
from limen.network.reading.gcp import read_gcp
from limen.network.reading.iptables import read_iptables
from limen.network.reading.opnsense import read_opnsense, rows_of
from limen.network.reading.reading import UnreadableError
from limen.network.reading.unifi import read_unifi

# iptables


def _filter(*lines: str) -> str:
    return "\n".join(["*filter", ":FORWARD DROP [0:0]", *lines, "COMMIT"])


def test_chains_nested_a_thousand_deep_are_refused() -> None:
    chains = [f"-A c{number} -j c{number + 1}" for number in range(1_000)]
    declared = [f":c{number} - [0:0]" for number in range(1_001)]
    with pytest.raises(UnreadableError):
        read_iptables(_filter(*declared, "-A FORWARD -j c0", *chains), "rules", 4)


def test_chains_that_double_at_each_jump_are_refused_before_they_cost_anything() -> None:
    declared = [f":c{number} - [0:0]" for number in range(41)]
    chains = [f"-A c{number} -j c{number + 1}" for number in range(40) for _ in range(2)]
    began = time.perf_counter()
    with pytest.raises(UnreadableError):
        read_iptables(_filter(*declared, "-A FORWARD -j c0", *chains, "-A c40 -j ACCEPT"), "rules", 4)
    assert time.perf_counter() - began < 30


def test_returns_that_cut_packets_to_pieces_are_refused() -> None:
    lines = [
        f"-A c -s 10.0.{n // 200}.{n % 200} -d 10.1.0.{n % 250} -p tcp --dport {n + 1} -j RETURN" for n in range(900)
    ]
    with pytest.raises(UnreadableError):
        read_iptables(_filter(":c - [0:0]", "-A FORWARD -j c", *lines, "-A c -j ACCEPT"), "rules", 4)


def test_a_file_with_more_lines_or_interfaces_than_any_firewall_has_is_refused() -> None:
    with pytest.raises(UnreadableError):
        read_iptables(_filter("-A FORWARD -j ACCEPT\n" * 300_001), "rules", 4)
    with pytest.raises(UnreadableError):
        read_iptables(_filter(*(f"-A FORWARD -i e{number} -j ACCEPT" for number in range(600))), "rules", 4)


def test_a_hundred_thousand_rules_are_read() -> None:
    lines = [
        f"-A FORWARD -s 10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255} -p tcp --dport 443 -j ACCEPT"
        for n in range(100_000)
    ]
    reading = read_iptables(_filter(*lines), "rules", 4)
    assert len(reading.ruleset.rules) == 100_003
    assert not reading.not_understood


def test_a_quoted_comment_is_no_option() -> None:
    reading = read_iptables(_filter('-A FORWARD -m comment --comment "\\" -j ACCEPT" -j DROP'), "rules", 4)
    assert [one.allows for one in reading.ruleset.rules if one.id == "rules:3"] == [False]


# Documents of clouds


@pytest.mark.parametrize(
    "text", ["[" * 1_000, "[" * 100_000, '{"SecurityGroups": ' * 5_000, '{"SecurityGroups": 7}', "{", "\ud800"]
)
@pytest.mark.parametrize("kind", ["aws", "azure", "gcp"])
def test_json_that_is_too_deep_or_none_is_refused(kind: str, text: str) -> None:
    with pytest.raises(UnreadableError):
        read_files([File("x.json", text)], kind)


def test_groups_that_name_each_other_in_a_circle_are_read() -> None:
    groups = [
        {
            "GroupId": f"sg-{one}",
            "IpPermissions": [{"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": f"sg-{other}"}]}],
            "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        }
        for one, other in ((1, 2), (2, 3), (3, 1))
    ]
    rules = read_aws({"SecurityGroups": groups}).ruleset
    packet = Packet("sg-2", "sg-1", 4, 1, 2, 6, 22)
    assert rules.allows(packet)
    assert not rules.allows(packet._replace(from_zone="sg-1", to_zone="sg-2"))


def test_more_groups_and_rules_than_any_account_has_are_refused() -> None:
    def group(number: int, rules: int) -> dict[str, object]:
        one = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": f"sg-{at}"} for at in range(rules)]}
        return {"GroupId": f"sg-{number}", "IpPermissions": [one], "IpPermissionsEgress": [one]}

    for groups in ([group(one, 1) for one in range(600)], [group(one, 400) for one in range(400)]):
        began = time.perf_counter()
        with pytest.raises(UnreadableError):
            read_aws({"SecurityGroups": groups})
        assert time.perf_counter() - began < 60


def test_a_name_of_a_group_steers_no_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evil = "sg-\x1b[2J\u202e1"
    rule = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"SecurityGroups": [{"GroupId": evil, "IpPermissions": [rule]}]}), "utf-8")
    assert leave("network", "import", str(file)) == 0
    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert "\u202e" not in said


# Closed without a word


def _is_open(kind: str, document: object, *, said: bool = True) -> bool:
    """Whether anything is let through by what is read; `said`: and whether something was named that is not known."""
    reading = read_files([File("x.json", json.dumps(document))], kind)
    assert bool(reading.not_understood) == said
    return bool(Regions(reading.ruleset).let_through)


_AZURE = {
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "*",
}


@pytest.mark.parametrize(
    "odd",
    [
        {"access": "Audit"},
        {"sourceAddressPrefix": "", "sourceIpGroups": ["x"]},
        {"destinationPortRange": "", "destinationServices": ["x"]},
        {"sourceApplicationSecurityGroups": [{"id": "x"}]},
    ],
)
def test_a_denial_of_azure_that_is_not_understood_closes_nothing(odd: dict[str, object]) -> None:
    rules = [
        {"name": "a", "direction": "Inbound", "priority": 100, "access": "Deny", "protocol": "*", **_AZURE, **odd},
        {"name": "b", "direction": "inbound", "priority": 200, "access": "allow", "protocol": "Tcp", **_AZURE},
    ]
    group = {"name": "g", "securityRules": rules, "defaultSecurityRules": [rules[1] | {"direction": "Outbound"}]}
    assert _is_open("azure", [group])


@pytest.mark.parametrize("odd", [{"targetSecureTags": [{"name": "x"}]}, {"sourceServiceAccounts": ["x"]}, {"new": "x"}])
def test_a_denial_of_google_cloud_with_a_condition_that_is_not_known_closes_nothing(odd: dict[str, object]) -> None:
    common = {"direction": "INGRESS", "sourceRanges": ["0.0.0.0/0"]}
    denial = {"name": "a", "priority": 1, "denied": [{"IPProtocol": "all"}], **common, **odd}
    allowed = {"name": "b", "priority": 2, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], **common}
    inward = [rule.allows for rule in read_gcp({"items": [denial, allowed]}).ruleset.rules if rule.id in {"a", "b"}]
    assert inward
    assert all(inward)


@pytest.mark.parametrize(
    "odd",
    [
        {"action": "match"},
        {"tcpflags2": "syn,ack"},
        {"prio": "3"},
        {"sched": "nights"},
        {"ipprotocol": "inet99"},
        {"interface": "cameras"},
        {"a-field-of-tomorrow": "x"},
    ],
)
def test_a_denial_of_opnsense_that_is_not_understood_closes_nothing(odd: dict[str, str]) -> None:
    rule = {"interface": "lan", "source_net": "any", "destination_net": "any", "protocol": "any"}
    rows = [{**rule, "sequence": "1", "action": "block", **odd}, {**rule, "sequence": "2", "action": "pass"}]
    reading = read_opnsense({"rows": rows})
    assert reading.not_understood
    assert reading.ruleset.allows(Packet("lan", "other", 4, 1, 2, 6, 22))


def test_half_a_list_of_addresses_is_no_list() -> None:
    """It was cut at 20,000 letters: in the middle of a prefix, which then was another."""
    addresses = ",".join(f"10.{n // 250}.{n % 250}.0/24" for n in range(2_000))
    [row] = rows_of({"rows": [{"source_net": addresses}]})
    assert row["source_net"] == addresses
    with pytest.raises(UnreadableError):
        rows_of({"rows": [{"source_net": addresses * 200}]})


@pytest.mark.parametrize(
    "odd", [{"action": {"type": "SHAPE"}}, {"userGroups": ["x"]}, {"ipProtocolScope": {"ipVersion": "IPV9"}}]
)
def test_a_denial_of_unifi_that_is_not_understood_closes_nothing(odd: dict[str, object]) -> None:
    policy = {"id": "p", "source": {"zoneId": "a"}, "destination": {"zoneId": "b"}}
    policies = [{**policy, "action": {"type": "BLOCK"}, **odd}, {**policy, "action": {"type": "ALLOW"}}]
    assert _is_open("unifi", {"zones": [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}], "policies": policies})


def test_policies_of_unifi_without_their_zones_are_not_a_network_without_openings() -> None:
    policy = {"id": "p", "source": {"zoneId": "a"}, "destination": {"zoneId": "b"}, "action": {"type": "ALLOW"}}
    assert read_unifi({"policies": [policy]}).not_understood
    assert read_unifi({"policies": [policy], "zones": [{"id": "a"}]}).not_understood


def test_a_mask_with_holes_is_no_prefix() -> None:
    """The kernel takes 0.0.0.7/0.0.0.255 for each address that ends in 7; Python takes it for 0.0.0.0/24."""
    reading = read_iptables(_filter("-A FORWARD -s 0.0.0.7/0.0.0.255 -p tcp --dport 22 -j ACCEPT"), "rules", 4)
    assert reading.not_understood
    assert reading.ruleset.allows(Packet("other", "other", 4, 0x0A000007, 1, 6, 22))
    denied = read_iptables(_filter("-A FORWARD -s 0.0.0.7/0.0.0.255 -j DROP", "-A FORWARD -j ACCEPT"), "rules", 4)
    assert denied.ruleset.allows(Packet("other", "other", 4, 0x00000008, 1, 6, 22))
    plain = read_iptables(_filter("-A FORWARD -s 10.0.0.0/255.255.255.0 -j ACCEPT"), "rules", 4)
    assert not plain.not_understood


def test_what_is_said_twice_or_called_as_something_else_is_not_read() -> None:
    twice = _filter("-A FORWARD -j DROP") + "\n" + _filter("-A FORWARD -j ACCEPT")
    for text in (twice, _filter("-A FORWARD -i firewall -j ACCEPT"), _filter("-A FORWARD -i other -j ACCEPT")):
        with pytest.raises(UnreadableError):
            read_iptables(text, "rules", 4)


def test_everything_but_these_is_not_these() -> None:
    """It was read as open to the ones that it is closed to, and as closed to all others."""
    lan = {"interface": "lan", "action": "pass", "protocol": "any", "source_net": "any"}
    packet = Packet("lan", "other", 4, 0x0A000001, 0x0A140001, 6, 22)
    but = read_opnsense({"rows": [{**lan, "destination_net": "10.20.0.0/24", "destination_not": "1"}]})
    assert not but.not_understood
    assert not but.ruleset.allows(packet)
    assert but.ruleset.allows(packet._replace(destination=0x0A150001))
    lan["destination_net"] = "any"
    rows = [{**lan, "interface": "opt1", "interfacenot": "1"}, {**lan, "sequence": "9", "action": "block"}]
    elsewhere = read_opnsense({"rows": rows})
    assert elsewhere.ruleset.allows(packet)
    zones = [{"id": "a", "name": "a"}, {"id": "b", "name": "b"}]
    item = {"type": "IP_ADDRESSES", "matchOpposite": True, "items": [{"type": "SUBNET", "value": "10.20.0.0/24"}]}
    to = {"zoneId": "b", "trafficFilter": {"type": "IP_ADDRESS", "ipAddressFilter": item}}
    policy = {"id": "p", "source": {"zoneId": "a"}, "destination": to, "action": {"type": "ALLOW"}}
    reading = read_unifi({"zones": zones, "policies": [policy]})
    assert reading.not_understood
    assert reading.ruleset.allows(Packet("a", "b", 4, 1, 0x0A150001, 6, 22))
