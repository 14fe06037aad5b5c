"""How a zone becomes a network security group."""

from __future__ import annotations

from tests.network.emit.clouds import cloud
from tests.network.networks import flow, way

from limen.network.emit.azure import azure_rules, document, terraform


def test_rules_have_priorities_in_their_order_and_names_of_their_own() -> None:
    wanted = cloud("azure", [flow("in", way("office guests", "web"))])
    said = azure_rules(wanted)
    [web] = [one for one in document(wanted, said.inward, said.outward) if one["name"] == "limen-web"]
    rules = web["properties"]["securityRules"]
    for direction in ("Inbound", "Outbound"):
        priorities = [one["properties"]["priority"] for one in rules if one["properties"]["direction"] == direction]
        assert priorities == [*range(100, 100 + len(priorities) - 1), 4096]
    assert len({one["name"] for one in rules}) == len(rules)
    last = [one["properties"] for one in rules if one["properties"]["priority"] == 4096]
    assert {(one["access"], one["sourceAddressPrefix"], one["protocol"]) for one in last} == {("Deny", "*", "*")}


def test_one_flow_is_one_rule_for_each_family() -> None:
    wanted = cloud("azure", [flow("in", way("office guests desk", "web"))])
    lines = [one for one in azure_rules(wanted).inward["web"] if one.id == "in"]
    assert {(one.family, one.sources) for one in lines} == {
        (4, ("10.10.0.0/24", "10.40.0.0/24", "10.10.0.9/32")),
        (6, ("fd00:10::/64",)),
    }


def test_terraform_names_every_argument_of_a_rule() -> None:
    wanted = cloud("azure", [flow("in", way("office", "web"))])
    file = terraform(azure_rules(wanted), wanted, "harbor", "westeurope")
    rules = file["resource"]["azurerm_network_security_group"]["limen_web"]["security_rule"]
    assert {len(one) for one in rules} == {len(rules[0])}
    assert rules[0]["source_address_prefix"] is None
