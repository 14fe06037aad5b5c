"""Network security groups of Azure read: in which order they count, and what is named as not understood."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from limen.network.model import INTERNET
from limen.network.packets import Packet
from limen.network.reading.azure import read_azure
from limen.network.reading.reading import Errs, Reading


def decides(reading: Reading, to_zone: str, source: str, port: int, from_zone: str = INTERNET) -> tuple[str, bool]:
    packet = Packet(from_zone, to_zone, 4, int(ip_address(source)), int(ip_address("10.0.0.5")), 6, port, 40_000)
    rule = reading.ruleset.decides(packet)
    return (rule.id, rule.allows) if rule else ("", False)


def nsg(*rules: dict[str, Any]) -> dict[str, Any]:
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


SHUT = {"priority": 4096, "access": "Deny", "protocol": "*"}


def test_azure_goes_by_priority() -> None:
    closed = {"priority": 200, "access": "Deny", "destinationPortRanges": ["22", "3000-3010"]}
    open_ = {"priority": 300, "sourceAddressPrefixes": ["192.0.2.0/24", "10.0.0.0/8"]}
    reading = read_azure({"": [nsg(open_, closed, SHUT)]})
    assert decides(reading, "web", "192.0.2.1", 443) == ("web:inbound:300", True)
    assert decides(reading, "web", "192.0.2.1", 3005) == ("web:inbound:200", False)
    assert decides(reading, "web", "198.51.100.1", 443) == ("web:inbound:4096", False)


def test_the_form_of_azures_api_is_the_same() -> None:
    flat = nsg({"priority": 300}, SHUT)
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
    last = {"priority": 4000} if rule.get("access") == "Deny" else SHUT
    reading = read_azure({"": [nsg(rule, last, SHUT | {"direction": "Outbound"}, SHUT)]})
    assert decides(reading, "web", "192.0.2.1", 443)[1] is opens
    assert {one.where for one in reading.not_understood} == {"web:inbound:300"}
    assert reading.errs is Errs.TOO_OPEN


def test_what_every_group_of_azure_has_counts_and_is_named() -> None:
    reading = read_azure({"": [nsg()]})
    assert decides(reading, "web", "192.0.2.1", 443) == ("web:inbound:65000", True)
    assert {one.where for one in reading.not_understood} == {
        "web:inbound:65000",
        "web:outbound:65000",
        "web:outbound:65001",
    }
