"""Which part of a network a firewall in a cloud enforces."""

from __future__ import annotations

from tests.network.emit.clouds import IN_CLOUD, cloud
from tests.network.networks import flow, way

FLOWS = [
    flow("in", way("office", "web")),
    flow("beside", way("office", "guests")),
    flow("out", way("data", "internet")),
]


def test_it_is_what_goes_to_or_from_its_zones() -> None:
    wanted = cloud("aws", FLOWS)
    assert wanted.zones == IN_CLOUD
    assert {rule.id for rule in wanted.ruleset.rules} == {"in", "out", "within-web", "within-app", "within-data"}


def test_an_isolated_zone_has_no_way_within() -> None:
    assert "within-data" not in {rule.id for rule in cloud("aws", isolated=True).ruleset.rules}


def test_without_flows_blocks_stay() -> None:
    kept = cloud("aws", FLOWS).without(frozenset({"in"}))
    assert "in" not in {rule.id for rule in kept.ruleset.rules}
    assert "out" in {rule.id for rule in kept.ruleset.rules}
