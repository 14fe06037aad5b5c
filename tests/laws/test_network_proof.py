"""Own engine, second engine and one look after another agree about every ruleset; what is proved is so."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import product

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.network_cases import NAMES, SERVICES, TODAY, Tried, networks
from tests.laws.rule_cases import ZONES, rulesets, told_apart

from limen.network.compiling import Places, compiled
from limen.network.model import INTERNET, Network, Never, Way
from limen.network.packets import Packet, Ruleset
from limen.network.packets.comparing import Part
from limen.network.packets.decision_diagrams import FAMILIES, Diagrams, are_equal, difference
from limen.network.packets.regions import Regions
from limen.network.packets.spans import Span, point_of
from limen.network.proof.assets import Asset
from limen.network.proof.blast_radius import Change, Start, blast_radius
from limen.network.proof.matrix import Matrix
from limen.network.proof.nevers import verdicts
from limen.network.proof.newly_reachable import newly_reachable
from limen.network.proof.shadowed import Why, unneeded

_MOST_LOOKED_AT = 150


def _some(packets: list[Packet], seed: int) -> list[Packet]:
    return random.Random(seed).sample(packets, min(len(packets), _MOST_LOOKED_AT))


@settings(max_examples=size(400), deadline=None)
@given(ruleset=rulesets(), seed=st.integers(0, 1_000))
def test_the_engines_agree_on_every_packet(ruleset: Ruleset, seed: int) -> None:
    regions = Regions(ruleset)
    spans = [span for span, _ in regions.let_through]
    diagrams = {family: Diagrams(len(ZONES), family) for family in FAMILIES}
    rules = [(span, rule.allows) for span, rule in zip(regions.spans, ruleset.rules, strict=True)]
    allowed = {family: one.allowed(rules) for family, one in diagrams.items()}
    assert regions.lists_all
    for packet in _some(told_apart(ruleset), seed):
        point = point_of(packet, regions.numbers)
        assert point is not None
        is_allowed = ruleset.allows(packet)
        assert regions.decides(packet) is ruleset.decides(packet)
        holding = [one for one in regions.let_through if _holds(one.span, point)]
        assert len(holding) == is_allowed
        assert all(ruleset.rules[one.position] is ruleset.decides(packet) for one in holding)
        family = diagrams[packet.family]
        assert (allowed[packet.family] & family.of(point)).satisfiable() == is_allowed
    for family, one in diagrams.items():
        union = one.nothing
        for span in spans:
            assert not (union & one.of(span)).satisfiable()
            union |= one.of(span)
        assert union == allowed[family]
        again = one.nothing
        for span in one.spans(allowed[family]):
            assert not (again & one.of(span)).satisfiable()
            again |= one.of(span)
        assert again == allowed[family]


def _holds(span: Span, point: Span) -> bool:
    return all(span[at] <= point[at] <= span[at + 1] for at in range(0, 16, 2))


@settings(max_examples=size(300), deadline=None)
@given(ruleset=rulesets(), asked=rulesets(most=4))
def test_a_witness_passes_and_none_is_a_proof(ruleset: Ruleset, asked: Ruleset) -> None:
    regions = Regions(ruleset)
    diagrams = {family: Diagrams(len(ZONES), family) for family in FAMILIES}
    rules = [(span, rule.allows) for span, rule in zip(regions.spans, ruleset.rules, strict=True)]
    for span in Regions(asked).spans:
        found, family = regions.witness(span), diagrams[span[4]]
        assert (family.allowed(rules) & family.of(span)).satisfiable() == (found is not None)
        if found is not None:
            packet, rule = found
            point = point_of(packet, regions.numbers)
            assert point is not None
            assert _holds(span, point)
            assert ruleset.decides(packet) is rule
            assert rule.allows


@settings(max_examples=size(300), deadline=None)
@given(before=rulesets(most=8), after=rulesets(most=8), seed=st.integers(0, 1_000))
def test_new_and_gone_are_the_whole_difference(before: Ruleset, after: Ruleset, seed: int) -> None:
    found = newly_reachable(before, after)
    assert found.is_whole
    for packet in _some(told_apart(before, after), seed):
        in_new = [one for one in found.new if _is_in(one, packet)]
        in_gone = [one for one in found.gone if _is_in(one, packet)]
        assert len(in_new) == (after.allows(packet) and not before.allows(packet))
        assert len(in_gone) == (before.allows(packet) and not after.allows(packet))
        assert all(one.rule == after.decides(packet) for one in in_new)
        assert all(one.rule == before.decides(packet) for one in in_gone)
    new, gone = difference(before, after)
    assert (bool(new), bool(gone)) == (bool(found.new), bool(found.gone))
    assert are_equal(before, after) == (not new and not gone)


def _is_in(part: Part, packet: Packet) -> bool:
    return (part.from_zone, part.to_zone) == packet[:2] and part.box.holds(packet)


@settings(max_examples=size(300), deadline=None)
@given(ruleset=rulesets(), seed=st.integers(0, 1_000))
def test_what_is_not_needed_can_go_all_at_once(ruleset: Ruleset, seed: int) -> None:
    found = unneeded(Regions(ruleset))
    gone = {one.id for one in found}
    left = Ruleset(ruleset.zones, tuple(one for one in ruleset.rules if one.id not in gone))
    assert are_equal(ruleset, left)
    for one in found:
        if one.why is Why.NEVER_REACHED:
            assert not any(
                rule.id == one.id for packet in _some(told_apart(ruleset), seed) if (rule := ruleset.decides(packet))
            )
    for id_ in {one.id for one in ruleset.rules} if not found else ():
        without = Ruleset(ruleset.zones, tuple(one for one in ruleset.rules if one.id != id_))
        assert not are_equal(ruleset, without)


@settings(max_examples=size(200), deadline=None)
@given(ruleset=rulesets(), seed=st.integers(0, 1_000))
def test_the_matrix_is_what_is_let_through(ruleset: Ruleset, seed: int) -> None:
    matrix = Matrix(Regions(ruleset))
    cells = {(one.from_zone, one.to_zone): one for one in matrix.cells()}
    assert list(cells) == list(product(ZONES, ZONES))
    for packet in _some(told_apart(ruleset), seed):
        holding = [one for one in cells[packet[:2]].regions if one.box.holds(packet)]
        assert len(holding) == ruleset.allows(packet)
        assert all(one.rule == ruleset.decides(packet) for one in holding)


@settings(max_examples=size(400), deadline=None)
@given(network=networks(), name=st.sampled_from(NAMES))
def test_a_blast_radius_is_what_trying_everything_gives(network: Network, name: str) -> None:
    tried, regions = Tried(network), Regions(compiled(network, TODAY))
    starts = set(tried.assets.named(name))
    found = blast_radius(network, regions, Start(name, (name,)))
    assert found.is_whole
    wanted = {tried.assets.all[at] for at in tried.touched(starts) - starts}
    assert {one.asset for one in found.reached} == wanted
    for one in found.reached:
        assert one.steps[-1].destination == one.asset
        for step in one.steps:
            assert step.packet is None or tried.ruleset.decides(step.packet) == step.rule
    _is_best_change(tried, found.best_change, starts)


def _is_best_change(tried: Tried, change: Change | None, starts: set[int]) -> None:
    """No flow that is taken out whole, and no zone that is isolated, spares more; and it spares what it says."""
    before, network = tried.touched(starts), tried.network

    def spared(changed: Network) -> set[Asset]:
        return {tried.assets.all[at] for at in before - Tried(changed).touched(starts)}

    def without(flow_id: str) -> Network:
        return replace(network, flows=tuple(one for one in network.flows if one.id != flow_id))

    def isolated(name: str) -> Network:
        zones = (replace(one, is_isolated=True) if one.name == name else one for one in network.zones)
        return replace(network, zones=tuple(zones))

    every = [*(without(one.id) for one in network.flows), *(isolated(one.name) for one in network.zones)]
    assert (change.weight if change else 0) == max(_weight(spared(one)) for one in every)
    if change and not change.to_zone:
        after = isolated(change.isolates) if change.isolates else without(change.rule_id)
        assert set(change.spares) == spared(after)


def _weight(assets: set[Asset]) -> int:
    return sum(one.sensitivity for one in assets)


@settings(max_examples=size(400), deadline=None)
@given(network=networks())
def test_a_never_holds_exactly_where_trying_finds_no_way(network: Network) -> None:
    tried, regions = Tried(network), Regions(compiled(network, TODAY))
    places = Places(network)
    for one in verdicts(network, regions):
        assert one.is_decided
        assert one.holds == (not _is_possible(tried, one.never))
        for step in one.path:
            assert step.packet is None or tried.ruleset.decides(step.packet) == step.rule
        if one.path and one.path[-1].packet is not None:
            packet = one.path[-1].packet
            assert any(
                box.holds(packet) and packet.to_zone == zone
                for _, zone, box in places.boxes(
                    Way(("everything", *ZONES), one.never.way.destinations, one.never.way.services)
                )
            )
        if one.path:
            sources = {at for name in one.never.way.sources for at in tried.assets.named(name)}
            assert tried.assets.all.index(one.path[0].source) in sources


def _is_possible(tried: Tried, never: Never) -> bool:
    meant = _services_of(never)
    for source, destination in product(never.way.sources, never.way.destinations):
        hosts = tried.network.host_of
        within = source in hosts or destination in hosts or (source == destination and source in ZONES)
        for start, end in product(tried.assets.named(source), tried.assets.named(destination)):
            is_same_zone = tried.assets.all[start].zone == tried.assets.all[end].zone
            if is_same_zone and (not within or tried.assets.all[start].zone == INTERNET):
                continue
            if (start, end) in tried.open:
                if start != end or source in ZONES:
                    return True
                continue
            is_itself = start == end and tried.assets.all[start].is_host
            is_same_host = source == destination and source in hosts
            if not is_same_host and any((start, end, by) in tried.steps for by in meant):
                return True
            if never.hops and not is_itself:
                beyond = tried.stands({start}) - {start}
                if any((at, end) in tried.open and at != end for at in beyond - {start}):
                    return True
                if any((at, end, by) in tried.steps for at in beyond - {end} for by in meant):
                    return True
    return False


def _services_of(never: Never) -> tuple[tuple[int, int], ...]:
    by_name = {"https": ((6, 443),), "ssh": ((6, 22),), "ping": ((1, 8),)}
    return by_name.get(never.way.services[0], SERVICES)
