"""What is learned is what was used: all of it, hardly more, nothing that must never be, and nothing of who scans."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.network.traffic import Company, company, scans, used

from limen.network.compiling import compiled
from limen.network.learning.counting import Counts
from limen.network.learning.flows import ObservedFlow
from limen.network.learning.proposing import SLACK, Proposal, proposed
from limen.network.model import Network
from limen.network.packets import Packet, Ruleset
from limen.network.zones_by_address import ZonesByAddress

TODAY = "2026-11-27"


def learned(one: Company, flows: list[ObservedFlow]) -> Proposal:
    counts = Counts(ZonesByAddress(one.network))
    counts.take(flows)
    return proposed(one.network, counts.tallies, TODAY)


def with_all(network: Network, proposal: Proposal) -> Network:
    return replace(
        network,
        hosts=network.hosts + proposal.hosts,
        services=network.services + proposal.services,
        flows=network.flows + tuple(each.flow for each in proposal.flows),
    )


def packet(network: Network, flow: ObservedFlow) -> Packet:
    zones = ZonesByAddress(network)
    from_zone, to_zone = zones.zone_at(flow.family, flow.source), zones.zone_at(flow.family, flow.destination)
    return Packet(from_zone, to_zone, flow.family, flow.source, flow.destination, flow.protocol, flow.port)


def let_through(ruleset: Ruleset, seen: set[Packet]) -> Iterator[Packet]:
    """Of all that these addresses could do to one another by these services, what the rules let through."""
    places = {(each.from_zone, each.family, each.source) for each in seen}
    places |= {(each.to_zone, each.family, each.destination) for each in seen}
    services = {(each.protocol, each.port) for each in seen}
    for (from_zone, family, source), (to_zone, other, destination) in product(places, places):
        rules = [rule for rule in ruleset.rules if from_zone != to_zone and rule.is_between(from_zone, to_zone)]
        if family == other and any(rule.box.source[0] <= source <= rule.box.source[1] for rule in rules):
            for service in services:
                every = Packet(from_zone, to_zone, family, source, destination, *service)
                if any(rule.box.holds(every) for rule in rules):
                    yield every


@settings(max_examples=size(200, least=10), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_all_that_was_used_is_let_through_and_hardly_more(seed: int) -> None:
    chance = random.Random(seed)
    one = company(chance)
    wanted = [flow for truth in one.truths for flow in used(one, truth)]
    noise = [flow for name in ("office3", "iot1") for flow in scans(one, chance, name)]
    everything = wanted + noise
    chance.shuffle(everything)
    proposal = learned(one, everything)

    ruleset = compiled(with_all(one.network, proposal), TODAY)
    assert all(ruleset.allows(packet(one.network, flow)) for flow in wanted)
    assert all(each.slack <= SLACK for each in proposal.flows)

    seen = {packet(one.network, flow) for flow in wanted}
    assert sum(each not in seen for each in let_through(ruleset, seen)) <= SLACK * len(seen)
    assert {each.source for each in proposal.scanners} == {one.addresses[name][4] for name in ("office3", "iot1")}
    assert not any(ruleset.allows(packet(one.network, flow)) for flow in noise if flow.port not in {22, 53, 443})


@settings(max_examples=size(60, least=5), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_must_never_be_is_named_and_not_proposed(seed: int) -> None:
    chance = random.Random(seed)
    one = company(chance)
    forbidden = ObservedFlow(1, "", "", 4, one.addresses["office0"][4], one.addresses["backup0"][4], 6, 443, 9)
    proposal = learned(one, [*(flow for truth in one.truths for flow in used(one, truth)), forbidden])
    assert [(each.never, each.count) for each in proposal.forbidden] == [("office-never-backup", 9)]
    ruleset = compiled(with_all(one.network, proposal), TODAY)
    assert not any(rule.from_zone == "office" and rule.to_zone == "backup" for rule in ruleset.rules)


@settings(max_examples=size(60, least=5), deadline=None)
@given(seed=st.integers(0, 2**32))
def test_what_was_taken_over_is_not_proposed_again(seed: int) -> None:
    one = company(random.Random(seed))
    flows = [flow for truth in one.truths for flow in used(one, truth)]
    first = learned(one, flows)
    again = learned(Company(with_all(one.network, first), one.addresses, one.truths), flows)
    assert (again.flows, again.hosts, again.services) == ((), (), ())
    assert sum(again.stated.values()) == again.used == first.used
