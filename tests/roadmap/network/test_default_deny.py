"""N2, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import flow, way
from tests.roadmap.network.houses import FLOWS, NOW, SILENT, evidence, known, misses, network, state

from limen.clock import DAY
from limen.network.model import INTERNET, Trial
from limen.roadmap.model import Grade
from limen.roadmap.network.default_deny import CONTROL


def test_it_is_met_where_every_pair_is_denied_by_default_in_force() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 8 * 7)


def test_it_misses_by_one_flow_for_every_service_or_of_nobody() -> None:
    wide = replace(flow("wide", way("printers", INTERNET, "any")), owner="it")
    left = replace(flow("left", way("guests", INTERNET)), owner="gone@harbor.example")
    assert misses(CONTROL, evidence(network((*FLOWS, wide)))) == [f"printers>{INTERNET}"]
    assert misses(CONTROL, evidence(network((*FLOWS, left)))) == [f"guests>{INTERNET}"]


def test_it_misses_by_one_pair_on_trial() -> None:
    of = replace(network(), trials=(Trial("t", way("office", "backup"), "why", "2027-01-01"),))
    assert misses(CONTROL, evidence(of)) == ["office>backup"]


def test_pairs_without_a_firewall_or_with_one_that_is_not_heard_are_missed() -> None:
    of = network()
    assert len(misses(CONTROL, evidence(of, firewalls=()))) == 56
    few = state(of, zones=frozenset({"office", "servers"}))
    assert len(misses(CONTROL, evidence(of, firewalls=(few,)))) == 54
    late = state(of, heard_at=NOW - 2 * DAY)
    assert len(misses(CONTROL, evidence(of, firewalls=(late,)))) == 56


def test_within_an_isolated_zone_a_firewall_stands_as_well() -> None:
    of = network()
    of = replace(of, zones=tuple(replace(one, is_isolated=one.name == "office") for one in of.zones))
    assert CONTROL.measured(evidence(of)).parts[0].denominator == 57


def test_it_is_unknown_where_nothing_is_stated_or_proved() -> None:
    assert known(CONTROL, SILENT) == known(CONTROL, evidence(proved=None)) == [False]
