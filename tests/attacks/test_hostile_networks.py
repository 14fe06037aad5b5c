"""Rules that were made to hang whoever computes with them: answered within bounds, and never with a false proof."""

from __future__ import annotations

import random
import resource
import time
from collections.abc import Iterator

import pytest
from tests.network.networks import harbor

from limen.network.compiling import Places
from limen.network.model import Never, Way
from limen.network.packets import (
    ANY_PORT,
    ANYWHERE,
    Box,
    Rule,
    Ruleset,
    decision_diagrams,
    every_packet,
    regions as module,
)
from limen.network.packets.box import LAST_ADDRESS
from limen.network.packets.regions import Regions
from limen.network.packets.spans import span_between
from limen.network.proof.blast_radius import Start, blast_radius
from limen.network.proof.matrix import Matrix
from limen.network.proof.nevers import verdicts
from limen.network.proof.newly_reachable import newly_reachable
from limen.network.proof.shadowed import unneeded

_NETWORK = harbor(
    nevers=[
        Never("n", Way(("office",), ("backup",), ("any",)), ""),
        Never("h", Way(("office",), ("backup",), ("any",)), "", hops=True),
    ]
)
_ADDRESSES = {name: Places(_NETWORK).of(name)[0][2] for name in ("office", "servers", "backup")}
_SECONDS = 60.0
"""Generous: the work is bounded by steps and nodes, and machines differ."""


def _denies(count: int, from_zone: str, to_zone: str, seed: int = 1) -> Iterator[Rule]:
    """Boxes that cross each other in every field: what is left beside them falls into pieces without end."""
    chosen = random.Random(seed)
    bounds = (
        *(_ADDRESSES.get(zone, (0, LAST_ADDRESS[4])) for zone in (from_zone, to_zone)),
        (0, 255),
        ANY_PORT,
        ANY_PORT,
    )
    for number in range(count):
        pairs = [sorted(chosen.randint(*bound) for _ in range(2)) for bound in bounds]
        yield Rule(f"d{number}", False, from_zone, to_zone, Box(4, *((low, high) for low, high in pairs)))


def _tangled(count: int, from_zone: str = "office", to_zone: str = "backup") -> Ruleset:
    everything = Rule("all", True, from_zone, to_zone, every_packet(4))
    return Ruleset(_NETWORK.zone_names, (*_denies(count, from_zone, to_zone), everything))


def _closed(count: int) -> Ruleset:
    """As `_tangled`, and after all that crosses two halves deny everything: true, and hard to prove."""
    tangled, whole = _tangled(count), every_packet(4)
    halves = (whole._replace(port=half) for half in ((0, 7_777), (7_778, 65_535)))
    denies = (Rule(f"half{at}", False, "office", "backup", one) for at, one in enumerate(halves))
    return Ruleset(tangled.zones, (*tangled.rules[:-1], *denies, tangled.rules[-1]))


def test_denies_that_cross_each_other_end_in_an_exact_answer() -> None:
    began = time.monotonic()
    ruleset = _tangled(60)
    regions = Regions(ruleset)
    assert regions.unlisted == [60]
    assert not regions.lists_all
    found = regions.witness(span_between("office", "backup", every_packet(4), regions.numbers))
    assert found is not None
    assert ruleset.decides(found[0]) is found[1]
    assert not Matrix(regions).cell("office", "backup").is_empty
    assert time.monotonic() - began < _SECONDS


def test_what_is_true_and_hard_to_prove_is_proved_by_the_diagrams() -> None:
    regions = Regions(_closed(60))
    assert regions.witness(span_between("office", "backup", every_packet(4), regions.numbers)) is None
    assert regions.reached[-1] == []
    assert [one.holds for one in verdicts(_NETWORK, regions)] == [True, True]


def test_beyond_every_bound_nothing_is_proved(monkeypatch) -> None:
    monkeypatch.setattr(decision_diagrams, "MOST_NODES", 5_000)
    regions = Regions(_closed(60))
    with pytest.raises(decision_diagrams.TooTangledError):
        regions.witness(span_between("office", "backup", every_packet(4), regions.numbers))
    found = verdicts(_NETWORK, regions)
    assert [one.holds for one in found] == [False, False]
    assert not blast_radius(_NETWORK, regions, Start("office", ("office",))).is_whole
    assert not Matrix(regions).cell("office", "backup").is_empty
    assert "all" not in {one.id for one in unneeded(regions)}


def test_a_step_that_could_not_be_listed_is_no_proof_by_hops() -> None:
    """Between office and servers the rules are tangled, so that it isn't known who goes on to the backup."""
    servers = Rule("copy", True, "servers", "backup", every_packet(4))
    tangled = _tangled(60, "office", "servers")
    regions = Regions(Ruleset(tangled.zones, (*tangled.rules, servers)))
    direct, by_hops = verdicts(_NETWORK, regions)
    assert direct.holds
    assert not by_hops.holds
    assert not by_hops.is_decided


def test_a_change_within_a_tangle_is_not_said_to_open_nothing(monkeypatch) -> None:
    before, after = _tangled(60), _tangled(59)
    found = newly_reachable(before, after)
    assert found.new or not found.is_whole
    monkeypatch.setattr(decision_diagrams, "MOST_NODES", 5_000)
    assert not newly_reachable(before, after).is_whole


def test_tangles_between_many_zones_end() -> None:
    """Each pair of zones is a tangle of its own; only so many are looked into."""
    began = time.monotonic()
    zones = tuple(f"z{number}" for number in range(12))
    rules = [
        rule
        for at, one in enumerate(zones)
        for rule in (
            *_denies(40, one, zones[0], seed=at),
            Rule("all", True, one, zones[0], every_packet(4)),
        )
    ]
    regions = Regions(Ruleset(zones, tuple(rules)))
    assert len(regions.unlisted) >= len(zones) - module.MOST_TANGLES
    assert time.monotonic() - began < _SECONDS


def test_ten_thousand_rules_for_every_zone_stay_small() -> None:
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rules = [
        Rule(
            f"r{number}",
            number % 3 > 0,
            ANYWHERE,
            ANYWHERE,
            Box(4, (number * 97, number * 97 + 500), (0, number * 31), (6, 6)),
        )
        for number in range(10_000)
    ]
    regions = Regions(Ruleset(_NETWORK.zone_names, tuple(rules)))
    assert regions.let_through
    assert time.monotonic() - began < _SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 500_000
