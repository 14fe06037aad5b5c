"""What is said to AWS lets through what was meant: read back from its documents, and from moto."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from tests.dial import size
from tests.network.emit.clouds import cloud, random_cloud
from tests.network.networks import HTTPS, SSH, flow, host, way, zone

from limen.network.emit.aws import aws_rules
from limen.network.emit.aws_document import document, terraform
from limen.network.emit.guarded import guarded
from limen.network.emit.quotas import AWS_ENTRIES_PER_ACL, AWS_RULES_PER_GROUP
from limen.network.model import Block, Firewall, Network, Ports, Service
from limen.network.packets.decision_diagrams import are_equal


def test_what_is_read_back_is_what_was_meant_but_for_what_is_said_not_to_fit() -> None:
    fitted, unfit = 0, 0
    for seed in range(size(120, 30)):
        wanted = random_cloud("aws", random.Random(seed))
        said = aws_rules(wanted)
        assert are_equal(said.actual, wanted.without(frozenset(one.id for one in said.unfit)).ruleset), seed
        fitted += not said.unfit
        unfit += bool(said.unfit)
        rules = Counter((one.group, one.way, one.family) for one in said.rules)
        assert max(rules.values(), default=0) <= AWS_RULES_PER_GROUP
        entries = Counter((one.zone, one.way) for one in said.entries)
        assert max(entries.values(), default=0) + 2 <= AWS_ENTRIES_PER_ACL
    assert fitted > unfit > 0, (fitted, unfit)


def test_groups_name_one_another() -> None:
    said = aws_rules(cloud("aws", [flow("web-app", way("web", "app"))], tags=True))
    assert not said.unfit
    [inward] = [
        one for one in said.rules if one.group == "limen-app" and one.ids == ("web-app",) and one.way == "ingress"
    ]
    assert (inward.family, inward.peer, inward.ports) == (0, "sg-0a1b", (443, 443))


def test_a_host_has_a_group_of_its_own() -> None:
    said = aws_rules(cloud("aws", [flow("sql", way("app", "db1", "sql"))]))
    assert not said.unfit
    assert {one.group for one in said.rules if "sql" in one.ids} == {"limen-app", "limen-data.db1"}


def test_the_internet_is_everybody_and_an_acl_denies_who_is_not_meant() -> None:
    said = aws_rules(cloud("aws", [flow("shop", way("internet", "web"))]))
    assert not said.unfit
    assert {one.peer for one in said.rules if "shop" in one.ids} == {"0.0.0.0/0", "::/0"}
    assert {(one.zone, one.way, one.ports) for one in said.entries} == {("web", "ingress", (443, 443))}
    assert {one.peer for one in said.entries} >= {"10.10.0.0/24", "10.40.0.0/24", "fd00:10::/64"}


def test_an_acl_never_denies_what_could_be_an_answer() -> None:
    shop, outward = flow("shop", way("internet", "web", "high")), flow("out", way("web", "office"))
    said = aws_rules(cloud("aws", [shop, outward]))
    assert [one.id for one in said.unfit] == ["shop"]
    assert not said.entries


def test_a_block_is_what_it_leaves_of_the_flows() -> None:
    wanted = cloud("aws", [flow("in", way("office", "web"))], [Block("no", way("desk", "web"), "not the kiosk")])
    said = aws_rules(wanted)
    assert not said.unfit
    assert not [one for one in said.entries if one.peer == "10.10.0.9/32"]
    assert len({one.peer for one in said.rules if one.ids == ("in",) and one.family == 4}) == 8


def test_a_block_of_one_service_among_all_is_denied_by_the_acl() -> None:
    wanted = cloud(
        "aws", [flow("in", way("office", "web", "any"))], [Block("no", way("office", "web", "ssh"), "never")]
    )
    said = aws_rules(wanted)
    assert not said.unfit
    assert {(one.zone, one.peer, one.ports) for one in said.entries} == {
        ("web", "10.10.0.0/24", (22, 22)),
        ("web", "fd00:10::/64", (22, 22)),
    }


def test_what_exceeds_the_quota_is_said_and_stays_closed() -> None:
    own = [Service(f"s{number}", (Ports((6, 6), (1000 + 2 * number,) * 2),)) for number in range(70)]
    flows = [flow(f"f{number}", way("desk", "web", f"s{number}")) for number in range(70)]
    wanted = cloud("aws", flows, services=own)
    said = aws_rules(wanted)
    assert 10 <= len(said.unfit) <= 12
    assert {one.id for one in said.unfit} <= {one.id for one in flows}
    assert are_equal(said.actual, wanted.without(frozenset(one.id for one in said.unfit)).ruleset)


def test_ports_side_by_side_are_one_rule() -> None:
    own = [Service(f"s{number}", (Ports((6, 6), (1000 + number,) * 2),)) for number in range(70)]
    said = aws_rules(
        cloud("aws", [flow(f"f{number}", way("desk", "web", f"s{number}")) for number in range(70)], services=own)
    )
    assert not said.unfit
    assert [one.ports for one in said.rules if "f0" in one.ids] == [(1000, 1069)]


def test_terraform_references_what_it_makes_and_names_what_is_there() -> None:
    wanted = cloud("aws", [flow("shop", way("internet", "web")), flow("web-app", way("web", "app"))], tags=True)
    said = aws_rules(wanted)
    file = terraform(said.rules, said.entries, wanted, "vpc-1")
    assert set(file["resource"]["aws_security_group"]) == {"limen_app", "limen_data"}
    rules = file["resource"]["aws_vpc_security_group_ingress_rule"].values()
    peers = {
        one["security_group_id"]: one.get("referenced_security_group_id")
        for one in rules
        if one["description"] == "web-app"
    }
    assert peers == {"${aws_security_group.limen_app.id}": "sg-0a1b"}
    assert file["data"]["aws_subnets"]["limen_web"]["filter"][1]["values"] == ["10.80.0.0/24"]
    described = document(said.rules, said.entries, wanted)
    assert len(file["resource"]["aws_network_acl_rule"]) == len(described["NetworkAcls"][0]["Entries"])


def test_a_zone_that_is_called_as_another_zones_host_would_be_has_a_group_of_its_own() -> None:
    """Else what is let through to one host would be to a whole zone, and read back as if it were not."""
    zones = (zone("web", "dmz", 80), zone("data", "server", 81), zone("data-db1", "server", 82))
    apart = tuple(replace(one, is_isolated=True) for one in zones)
    flows = (flow("sql", way("web", "db1", "ssh")), flow("page", way("web", "data-db1")))
    network = Network(apart, (host("db1", "data", "10.81.0.5", "fd00:81::5"),), (HTTPS, SSH), flows)
    wanted = guarded(network, Firewall("cloud", "aws", tuple(one.name for one in zones)), "2026-11-27")
    said = aws_rules(wanted)
    inward = {(one.group, one.ids) for one in said.rules if one.way == "ingress"}
    assert (said.unfit, inward) == ((), {("limen-data.db1", ("sql",)), ("limen-data-db1", ("page",))})
    groups = terraform(said.rules, said.entries, wanted, "vpc-1")["resource"]["aws_security_group"]
    assert {"limen_data-db1", "limen_data_db1"} <= groups.keys()
