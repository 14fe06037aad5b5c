"""Rules of Azure and Google Cloud read: in which order they count, and what is named as not understood."""

from __future__ import annotations

import json
from ipaddress import ip_address
from typing import Any

import pytest

from limen.network.model import INTERNET
from limen.network.packets import Packet
from limen.network.reading.azure import read_azure
from limen.network.reading.files import File, read_files
from limen.network.reading.gcp import read_gcp
from limen.network.reading.reading import OTHER, Errs, Reading, UnreadableError


def _decides(reading: Reading, to_zone: str, source: str, port: int, from_zone: str = INTERNET) -> tuple[str, bool]:
    packet = Packet(from_zone, to_zone, 4, int(ip_address(source)), int(ip_address("10.0.0.5")), 6, port, 40_000)
    rule = reading.ruleset.decides(packet)
    return (rule.id, rule.allows) if rule else ("", False)


def _nsg(*rules: dict[str, Any]) -> dict[str, Any]:
    usual = {
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "sourcePortRange": "*",
        "destinationPortRange": "*",
    }
    usual |= {"sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}
    stated = []
    for at, one in enumerate(rules):
        several = dict.fromkeys(
            (
                key.removesuffix("es" if "Prefix" in key else "s")
                for key in one
                if key in {"sourceAddressPrefixes", "destinationPortRanges"}
            ),
            "",
        )
        stated.append({**usual, "name": f"r{at}", **several, **one})
    return {"name": "web", "securityRules": stated}


_SHUT = {"priority": 4096, "access": "Deny", "protocol": "*"}


def test_azure_goes_by_priority() -> None:
    closed = {"priority": 200, "access": "Deny", "destinationPortRanges": ["22", "3000-3010"]}
    open_ = {"priority": 300, "sourceAddressPrefixes": ["192.0.2.0/24", "10.0.0.0/8"]}
    reading = read_azure({"": [_nsg(open_, closed, _SHUT)]})
    assert _decides(reading, "web", "192.0.2.1", 443) == ("web:inbound:300", True)
    assert _decides(reading, "web", "192.0.2.1", 3005) == ("web:inbound:200", False)
    assert _decides(reading, "web", "198.51.100.1", 443) == ("web:inbound:4096", False)


def test_the_form_of_azures_api_is_the_same() -> None:
    flat = _nsg({"priority": 300}, _SHUT)
    rules = [{"name": one["name"], "properties": one} for one in flat["securityRules"]]
    nested = {"name": "web", "properties": {"securityRules": rules}}
    assert read_azure({"value": [nested]}).ruleset == read_azure({"": [flat]}).ruleset


@pytest.mark.parametrize(
    ("rule", "opens"),
    [
        ({"priority": 300, "sourceAddressPrefix": "Internet"}, True),
        ({"priority": 300, "sourceApplicationSecurityGroups": [{"id": "asg"}], "sourceAddressPrefix": None}, True),
        ({"priority": 300, "protocol": "Frob"}, True),
        ({"priority": 300, "destinationPortRange": "ssh"}, True),
        ({"priority": 300, "access": "Deny", "sourceAddressPrefix": "Sql"}, True),
    ],
)
def test_what_azure_alone_knows_takes_the_more_open_meaning(rule: dict[str, Any], opens: bool) -> None:
    last = {"priority": 4000} if rule.get("access") == "Deny" else _SHUT
    reading = read_azure({"": [_nsg(rule, last, _SHUT | {"direction": "Outbound"}, _SHUT)]})
    assert _decides(reading, "web", "192.0.2.1", 443)[1] is opens
    assert {one.where for one in reading.not_understood} == {"web:inbound:300"}
    assert reading.errs is Errs.TOO_OPEN


def test_what_every_group_of_azure_has_counts_and_is_named() -> None:
    reading = read_azure({"": [_nsg()]})
    assert _decides(reading, "web", "192.0.2.1", 443) == ("web:inbound:65000", True)
    assert {one.where for one in reading.not_understood} == {
        "web:inbound:65000",
        "web:outbound:65000",
        "web:outbound:65001",
    }


def _firewall(name: str, **said: Any) -> dict[str, Any]:
    return {"name": name, "direction": "INGRESS", "priority": 1000, **said}


_TCP = {"allowed": [{"IPProtocol": "tcp", "ports": ["22", "80-90"]}]}


def test_google_goes_by_priority_and_of_two_the_one_that_denies() -> None:
    rules = [
        _firewall("all", targetTags=["web"], sourceRanges=["0.0.0.0/0"], **_TCP),
        _firewall("no", sourceRanges=["192.0.2.0/24"], denied=[{"IPProtocol": "all"}]),
        _firewall("first", priority=10, targetTags=["web"], sourceRanges=["192.0.2.7/32"], **_TCP),
        _firewall("off", disabled=True, sourceRanges=["0.0.0.0/0"], allowed=[{"IPProtocol": "all"}]),
    ]
    reading = read_gcp({"": rules})
    assert _decides(reading, "web", "198.51.100.1", 85) == ("all", True)
    assert _decides(reading, "web", "192.0.2.1", 85) == ("no", False)
    assert _decides(reading, "web", "192.0.2.7", 85) == ("first", True)
    assert _decides(reading, OTHER, "198.51.100.1", 22) == ("", False)


def test_a_tag_as_a_source_is_a_zone() -> None:
    rule = _firewall("app", sourceTags=["web"], targetTags=["app"], allowed=[{"IPProtocol": "tcp"}])
    reading = read_gcp({"": [rule]})
    assert _decides(reading, "app", "10.0.0.9", 443, "web") == ("app", True)
    assert _decides(reading, "app", "10.0.0.9", 443) == ("", False)
    assert reading.errs is Errs.TOO_CLOSED


@pytest.mark.parametrize(
    "said",
    [{"sourceServiceAccounts": ["a@b"]}, {"sourceRanges": ["everybody"]}, {"allowed": [{"IPProtocol": "frob"}]},
     {"allowed": [{"IPProtocol": "tcp", "ports": ["ssh"]}]}],
)  # fmt: skip
def test_what_is_not_understood_of_google_takes_the_more_open_meaning(said: dict[str, Any]) -> None:
    reading = read_gcp({"": [_firewall("x", **{**_TCP, **said})]})
    assert _decides(reading, OTHER, "192.0.2.1", 22) == ("x", True)
    assert [(one.where, one.errs) for one in reading.not_understood] == [("x", Errs.TOO_OPEN)]


def test_each_kind_is_known_by_its_look() -> None:
    looks = {"aws": {"SecurityGroups": []}, "azure": [_nsg()], "gcp": [_firewall("x", **_TCP)]}
    for kind, document in looks.items():
        assert read_files([File("x.json", json.dumps(document))]).kind == kind
    with pytest.raises(UnreadableError):
        read_files([File("x.json", "{}")])
