"""What is learned from an hour of a company's connections, against the policy that made them, and how fast.

`learned_used_percent`: of the connections that the hidden policy let people make, how many the proposed flows let
through. `learned_slack_percent`: pairs and services that they let through and nobody used, among all addresses that
were seen, for each that was used. `learned_nevers_broken`: proposed rules that a `never` forbids. All over `companies`
of different sizes with two scanners in each. `learned_flows_per_s` is how many connections are counted in a second
of one core, `learned_proposal_s` the longest time that a proposal took.
"""

from __future__ import annotations

import random
import time
from dataclasses import replace

from tests.laws.test_network_learning import TODAY, let_through, packet, with_all
from tests.network.traffic import company, scans, used

from limen.network.compiling import Places, compiled
from limen.network.learning.counting import Counts
from limen.network.learning.proposing import proposed
from limen.network.zones_by_address import ZonesByAddress

BOUNDS = {
    "learned_used_percent": (">=", 100.0),
    "learned_slack_percent": ("<=", 5.0),
    "learned_nevers_broken": ("<=", 0.0),
}


def learned(rounds: int = 40) -> dict[str, float]:
    let, wanted_of_all, more, used_of_all, broken = 0, 0, 0, 0, 0
    rates, longest = [], 0.0
    for seed in range(max(3, rounds)):
        chance = random.Random(seed)
        one = company(chance, workstations=chance.choice((12, 24, 120)), truths=chance.randint(4, 30))
        wanted = [flow for truth in one.truths for flow in used(one, truth)]
        forbidden = replace(
            wanted[0], source=one.addresses["office0"][4], destination=one.addresses["backup0"][4], family=4, count=9
        )
        noise = [flow for name in ("office3", "iot1") for flow in scans(one, chance, name)]
        hour = [*wanted, forbidden, *noise]
        chance.shuffle(hour)
        begun = time.perf_counter()
        counts = Counts(ZonesByAddress(one.network))
        counts.take(hour)
        counted = time.perf_counter()
        proposal = proposed(one.network, counts.tallies, TODAY)
        longest = max(longest, time.perf_counter() - counted)
        rates.append(len(hour) / (counted - begun))
        network = with_all(one.network, proposal)
        ruleset = compiled(network, TODAY)
        seen = {packet(one.network, flow) for flow in wanted}
        let += sum(ruleset.allows(each) for each in seen)
        wanted_of_all += len(seen)
        more += sum(each not in seen for each in let_through(ruleset, seen))
        used_of_all += len(seen)
        walls = [wall for never in network.nevers for wall in Places(network).boxes(never.way)]
        broken += sum(
            rule.is_between(from_zone, to_zone) and rule.box.meets(box) is not None
            for rule in ruleset.rules
            for from_zone, to_zone, box in walls
        )
    return {
        "learned_used_percent": round(100 * let / wanted_of_all, 3),
        "learned_slack_percent": round(100 * more / used_of_all, 3),
        "learned_nevers_broken": broken,
        "learned_flows_per_s": round(sorted(rates)[len(rates) // 2]),
        "learned_proposal_s": round(longest, 2),
        "companies": max(3, rounds),
    }
