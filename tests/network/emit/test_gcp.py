"""How a zone becomes firewall rules for a network tag."""

from __future__ import annotations

from tests.network.emit.clouds import cloud
from tests.network.networks import flow, way

from limen.network.emit.gcp import document, gcp_rules, terraform


def test_every_rule_is_for_a_tag_and_of_one_family() -> None:
    wanted = cloud("gcp", [flow("in", way("office", "web", "https dns"))])
    said = gcp_rules(wanted)
    rules = document(wanted, said.inward, said.outward, "harbor")
    assert {tuple(one["targetTags"]) for one in rules} == {("limen-web",), ("limen-app",), ("limen-data",)}
    for one in rules:
        prefixes = [*one.get("sourceRanges", ()), *one.get("destinationRanges", ())]
        assert len({":" in prefix for prefix in prefixes}) == 1
    assert len({one["name"] for one in rules}) == len(rules)


def test_what_no_flow_lets_through_is_denied_in_both_directions_and_families() -> None:
    wanted = cloud("gcp")
    rules = document(wanted, {zone: [] for zone in wanted.zones}, {zone: [] for zone in wanted.zones}, "harbor")
    assert len(rules) == 3 * 2 * 2
    assert {one["priority"] for one in rules} == {65_000}
    assert all(one["denied"] == [{"IPProtocol": "all"}] for one in rules)


def test_terraform_says_allow_and_deny() -> None:
    wanted = cloud("gcp", [flow("in", way("office", "web"))])
    resources = terraform(gcp_rules(wanted), wanted, "harbor")["resource"]["google_compute_firewall"]
    [one] = [one for one in resources.values() if one["description"] == "in" and "10.10.0.0/24" in one["source_ranges"]]
    assert one["allow"] == [{"protocol": "tcp", "ports": ["443"]}]
    assert "deny" not in one
