"""What is within reach from one place, and what takes most of it away."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.networks import flow, harbor, way

from limen.facts.network_service import NetworkService
from limen.network.compiling import compiled
from limen.network.doors.model import rules_from_anywhere
from limen.network.model import Block, Flow, Network
from limen.network.packets import Box, Rule
from limen.network.packets.regions import Regions
from limen.network.proof.blast_radius import DOOR, BlastRadius, Ground, Start, blast_radius, radius_on, starts_of

_TODAY = "2026-11-27"


def _network(*flows: Flow) -> Network:
    network = harbor(flows)
    weights = {"backup": 3, "finance": 3}
    return replace(network, zones=tuple(replace(one, sensitivity=weights.get(one.name, 1)) for one in network.zones))


def _radius(network: Network, start: Start) -> BlastRadius:
    return blast_radius(network, Regions(compiled(network, _TODAY)), start)


def test_reach_goes_on_from_what_is_reached() -> None:
    network = _network(flow("web", way("office", "files")), flow("copy", way("dc", "vault", "ssh")))
    found = _radius(network, Start("office", ("office",)))
    steps = {one.asset.name: [step.rule_id for step in one.steps] for one in found.reached}
    assert steps == {
        "files": ["web"],
        "dc": ["web", ""],
        "servers": ["web", ""],
        "vault": ["web", "", "copy"],
        "backup": ["web", "", "copy", ""],
    }
    assert found.weight == 3 * 1 + 2 * 3
    assert found.is_whole


def test_the_best_change_spares_the_most_sensitivity() -> None:
    network = _network(
        flow("web", way("office", "files")), flow("copy", way("office", "vault")), flow("books", way("office", "erp"))
    )
    best = _radius(network, Start("office", ("office",))).best_change
    assert best is not None
    assert (best.rule_id, best.weight) in {("copy", 6), ("books", 6)}


def test_a_part_is_taken_out_where_that_spares_as_much() -> None:
    network = _network(flow("all", way("office", "vault guests", "ssh")))
    best = _radius(network, Start("office", ("office",))).best_change
    assert best is not None
    assert (best.rule_id, best.to_zone, best.weight) == ("all", "", 7)
    network = replace(
        network, zones=tuple(replace(o, sensitivity=0 if o.name == "guests" else 3) for o in network.zones)
    )
    best = _radius(network, Start("office", ("office",))).best_change
    assert best is not None
    assert (best.rule_id, best.weight) == ("all", 6)


def test_what_two_flows_let_through_is_not_spared_by_one() -> None:
    network = _network(flow("one", way("office", "vault", "ssh")), flow("two", way("office", "vault", "ssh")))
    best = _radius(network, Start("office", ("office",))).best_change
    assert best is not None
    assert (best.isolates, best.rule_id, [one.name for one in best.spares]) == ("backup", "", ["backup"])
    apart = replace(network, zones=tuple(replace(one, is_isolated=True) for one in network.zones))
    assert _radius(apart, Start("office", ("office",))).best_change is None


def test_whoever_is_one_among_others_does_not_hold_the_hosts_beside_them() -> None:
    apart = replace(_network(), zones=tuple(replace(one, is_isolated=True) for one in _network().zones))
    apart = replace(apart, flows=(flow("copy", way("dc", "vault", "ssh")),))
    assert [one.asset.name for one in _radius(apart, Start("all", ("servers",))).reached] == ["vault"]
    assert _radius(apart, Start("Ana", (), within=("servers",))).reached == ()


def test_a_door_opens_from_wherever_its_holder_comes_to() -> None:
    network = _network(flow("web", way("office", "files")))
    service = NetworkService(("erp", "vault"), ("ssh",))
    door = tuple(replace(one, id=f"{DOOR}books") for one in rules_from_anywhere("books", service, network))
    ground = Ground(network, Regions(compiled(network, _TODAY)), {"books": door})
    without = radius_on(ground, Start("Ana", (), within=("office",)))
    found = radius_on(ground, Start("Ana", (), within=("office",), doors=frozenset({"books"})))
    assert {one.asset.name for one in without.reached} == {"files", "dc", "servers"}
    added = {one.asset.name: one.steps for one in found.reached if one not in without.reached}
    assert added.keys() == {"erp", "finance", "vault", "backup"}
    assert added["erp"][0].rule_id == f"{DOOR}books"
    assert {one.asset.name for one in without.reached} | added.keys() == {
        one.name for one in ground.reached(found.start)
    }


def test_what_a_block_denies_no_door_opens() -> None:
    network = replace(_network(), blocks=(Block("no", way("everything", "vault", "any"), "-"),))
    service = NetworkService(("vault",), ("ssh",))
    doors = {"copy": tuple(rules_from_anywhere(f"{DOOR}copy", service, network))}
    ground = Ground(network, Regions(compiled(network, _TODAY)), doors)
    assert ground.reached(Start("Ana", (), within=("office",), doors=frozenset({"copy"}))) == []


def test_where_a_flow_is_taken_out_its_door_still_lets_through() -> None:
    network = _network(flow("books", way("office", "erp", "ssh")))
    apart = replace(network, zones=tuple(replace(one, is_isolated=True) for one in network.zones))
    doors = {"erp": tuple(rules_from_anywhere(f"{DOOR}erp", NetworkService(("erp",), ("ssh",)), apart))}
    ground = Ground(apart, Regions(compiled(apart, _TODAY)), doors)
    found = radius_on(ground, Start("Ana", (), within=("office",), doors=frozenset({"erp"})))
    assert [one.asset.name for one in found.reached] == ["erp"]
    assert found.best_change is None


def test_a_person_brings_openings_of_their_own() -> None:
    network = _network()
    box = Box(4, (0x0A0A0007, 0x0A0A0007), (0x0A150004, 0x0A150004), (6, 6), (443, 443))
    opening = Rule("grant-1", True, "office", "finance", box)
    assert _radius(network, Start("Ana", ("office",))).reached == ()
    found = _radius(network, Start("Ana", ("office",), (opening,)))
    assert [one.asset.name for one in found.reached] == ["erp", "finance"]
    assert found.best_change is not None
    assert found.best_change.rule_id == "grant-1"


def test_an_unknown_place_is_an_error() -> None:
    with pytest.raises(KeyError):
        _radius(_network(), Start("x", ("attic",)))


def test_each_zone_and_host_is_a_start() -> None:
    assert len(list(starts_of(_network()))) == 6 + 4


def test_where_there_was_no_time_for_all_changes_that_is_said() -> None:
    network = harbor([flow("a", way("office", "files")), flow("b", way("office", "erp"))])
    regions, start = Regions(compiled(network, _TODAY)), Start("office", ("office",))
    turns = iter([True, False])
    found = blast_radius(network, regions, start, lambda: next(turns))
    assert found.best_change is not None
    assert not found.tried_all
    none = blast_radius(network, regions, start, lambda: False)
    assert none.best_change is None
    assert not none.tried_all
    assert none.reached == found.reached
    assert blast_radius(network, regions, start).tried_all
