"""N3, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.network.learning.seen import contact, tally
from tests.network.networks import flow, way
from tests.roadmap.network.houses import FLOWS, NOW, SEEN, SILENT, evidence, known, misses, network, state

from limen.clock import DAY
from limen.network.model import Flow
from limen.roadmap.model import Grade
from limen.roadmap.network.flow_reasons import CONTROL

OLD = {**SEEN, contact("10.10.0.9", "10.20.0.10"): replace(tally(), first_at=NOW - 60 * DAY)}


def test_it_is_met_where_each_has_a_reason_and_is_used() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade) == (True, Grade.IMPORTED)
    assert [(one.numerator, one.denominator) for one in found.parts] == [(4, 4), (2, 2)]


@pytest.mark.parametrize(
    "bad",
    [
        replace(FLOWS[0], owner="gone@harbor.example"),
        replace(FLOWS[0], owner="nobodys-group"),
        replace(FLOWS[0], purpose=" "),
        replace(FLOWS[0], review="2026-11-27"),
    ],
)
def test_it_misses_by_one(bad: Flow) -> None:
    assert misses(CONTROL, evidence(network((bad, FLOWS[1])))) == ["web"]


def test_a_group_with_an_active_member_owns_a_flow_and_an_ended_one_needs_nothing() -> None:
    ended = flow("ended", way("guests", "files"), expires="2026-11-27")
    assert misses(CONTROL, evidence(network((replace(FLOWS[0], owner="it"), FLOWS[1], ended)))) == []


def test_a_firewall_of_which_it_is_not_known_what_it_lets_through_is_a_miss() -> None:
    of = network()
    assert misses(CONTROL, evidence(of, firewalls=(state(of, heard_at=0),))) == ["firewall:gw1"]


def test_unused_flows_are_missed_once_sixty_days_are_on_record() -> None:
    idle = replace(flow("idle", way("office", "erp")), owner="it")
    of = network((*FLOWS, idle))
    assert known(CONTROL, evidence(of)) == [True, False]
    assert (known(CONTROL, evidence(of, seen=OLD)), misses(CONTROL, evidence(of, seen=OLD), 1)) == (
        [True] * 2,
        ["idle"],
    )


def test_it_is_unknown_where_nothing_is_stated_or_seen() -> None:
    assert known(CONTROL, SILENT) == [False, False]
    assert known(CONTROL, evidence(seen=None)) == [True, False]
