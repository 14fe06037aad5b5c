from __future__ import annotations

from ipaddress import ip_network

from limen.importing.authelia.policies import read_policies
from limen.importing.conditions import FromNetworks, InGroup, Strength, all_of
from limen.importing.report import Report

SECTION = {
    "authorization_policies": {
        "books": {
            "default_policy": "deny",
            "rules": [
                {"policy": "one_factor", "subject": "group:finance", "networks": ["office"]},
                {"policy": "two_factor", "subject": "group:finance"},
            ],
        }
    }
}
BODY = {"access_control": {"networks": [{"name": "office", "networks": ["192.0.2.0/24"]}]}}


def test_a_policy_is_its_rules_in_their_order() -> None:
    named: dict[str, None] = {}
    policies = read_policies(SECTION, BODY, ("c",), Report(), named)
    finance = InGroup("group:finance")
    assert policies.of("books") == (
        all_of(finance, FromNetworks((ip_network("192.0.2.0/24"),)), Strength(1)),
        all_of(finance, Strength(2)),
    )
    assert list(named) == ["group:finance"]


def test_a_network_that_can_not_be_read_keeps_nobody_in() -> None:
    rules = [{"policy": "deny", "networks": ["office"]}, {"policy": "one_factor"}]
    section = {"authorization_policies": {"books": {"rules": rules, "default_policy": "deny"}}}
    body = {"access_control": {"networks": [{"name": "office", "networks": ["$OFFICE"]}]}}
    assert read_policies(section, body, ("c",), Report(), {}).of("books") == ()
    twice = {**BODY, "definitions": {"network": {"office": ["198.51.100.0/24"]}}}
    assert read_policies(section, twice, ("c",), Report(), {}).of("books") == ()


def test_the_policies_that_every_client_may_name() -> None:
    policies = read_policies({}, {}, ("c",), Report(), {})
    assert [policies.of(one) for one in ("one_factor", "two_factor", "deny")] == [(Strength(1),), (Strength(2),), ()]
    assert policies.of("bypass") is None
