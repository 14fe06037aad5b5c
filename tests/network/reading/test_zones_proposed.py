"""What is proposed is a network.yaml that is no wider than the rules it came from."""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml import YAML
from tests.network.reading.sampled import sample
from tests.network.reading.test_aws import _tcp

from limen.network.reading.aws import read_aws
from limen.network.reading.iptables import read_iptables
from limen.network.reading.reading import Reading
from limen.network.reading.zones_proposed import proposed


def _file(reading: Reading) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(proposed(reading, "it@harbor.example", "2027-03-01")))


def _forward(*rules: str) -> Reading:
    return read_iptables("*filter\n:INPUT DROP\n:FORWARD DROP\n:OUTPUT DROP\n" + "\n".join(rules), "r", 4)


def test_networks_that_rules_name_are_zones_and_no_two_share_an_address() -> None:
    reading = _forward(
        "-A FORWARD -s 10.1.0.0/16 -i lan0 -d 10.2.0.0/16 -p tcp --dport 443 -j ACCEPT",
        "-A FORWARD -s 10.1.5.0/24 -d 10.2.0.9 -p tcp --dport 22 -j ACCEPT",
    )
    file = _file(reading)
    assert {name: one["prefixes"] for name, one in file["zones"].items()} == {
        "lan0": ["10.1.0.0/16"],
        "net-10-2-0-0-16": ["10.2.0.0/16"],
    }
    assert [(one["from"], one["to"], one["service"]) for one in file["flows"]] == [
        ("lan0", "net-10-2-0-0-16", "tcp-443")
    ]


def test_what_can_not_be_said_so_is_left_out_and_named() -> None:
    text = proposed(
        _forward("-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/16 -p tcp --sport 53 -j ACCEPT"), "it", "2027-03-01"
    )
    assert "flows:" not in text
    assert "r:5" in text


def test_what_is_denied_before_is_no_part_of_a_flow() -> None:
    reading = _forward(
        "-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/16 -p tcp --dport 22 -j DROP",
        "-A FORWARD -s 10.1.0.0/16 -d 10.2.0.0/16 -p tcp --dport 20:30 -j ACCEPT",
    )
    assert {one["service"] for one in _file(reading)["flows"]} == {"tcp-20-21", "tcp-23-30"}


def test_groups_of_a_cloud_with_their_interfaces() -> None:
    groups = [{"GroupId": "sg-web", "IpPermissions": [_tcp(443, "10.0.0.0/8")]}]
    interface = {"Groups": [{"GroupId": "sg-web"}], "PrivateIpAddresses": [{"PrivateIpAddress": "172.16.0.5"}]}
    file = _file(read_aws({"SecurityGroups": groups, "NetworkInterfaces": [interface]}))
    assert file["zones"]["sg-web"] == {"kind": "dmz", "prefixes": ["172.16.0.5/32"]}
    assert [(one["from"], one["to"]) for one in file["flows"]] == [("net-10-0-0-0-8", "sg-web")]


def test_names_from_elsewhere_write_nothing_into_the_file() -> None:
    evil = 'sg"]}\nnever: []\n# '
    interface = {"Groups": [{"GroupId": evil}], "PrivateIpAddresses": [{"PrivateIpAddress": "172.16.0.5"}]}
    reading = read_aws(
        {
            "SecurityGroups": [{"GroupId": evil, "IpPermissions": [_tcp(443, "10.0.0.0/8")]}],
            "NetworkInterfaces": [interface],
        }
    )
    file = _file(reading)
    assert set(file) == {"zones", "services", "flows"}
    assert json.dumps(file)


def test_zones_of_a_firewall_that_loads_a_text_keep_what_it_calls_them() -> None:
    zones = _file(sample("asa.conf"))["zones"]
    assert {name: one.get("tags") for name, one in zones.items() if name in {"inside-2", "dmz"}} == {
        "inside-2": {"cisco": "inside"},
        "dmz": {"cisco": "dmz"},
    }
    assert all("tags" not in one for one in _file(sample("windows.txt"))["zones"].values())
