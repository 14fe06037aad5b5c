"""N9, with evidence that meets it, that misses it by one, and that is not there."""

from __future__ import annotations

from dataclasses import replace

from tests.network.networks import flow, way
from tests.roadmap.network.houses import FLOWS, NOW, SILENT, evidence, known, measured, misses, network, state

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.network.firewalls.drift_events import Drift
from limen.network.proof.naming import Reachable
from limen.roadmap.model import Grade
from limen.roadmap.network.evidence import EndedDoor
from limen.roadmap.network.openings_end import CONTROL

DOOR = EndedDoor("no_1", "erp", NOW - 3 * HOUR, NOW - HOUR, NOW - HOUR + SECOND)
AWAY = ("gw1", NOW - 2 * HOUR)


def test_it_is_met_where_all_closed_and_the_firewall_was_away_meanwhile() -> None:
    found = measured(CONTROL, evidence(doors=(DOOR,), silences=(AWAY,)))
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.MEASURED, [1, 1])


def test_it_misses_by_one_that_closed_late_or_not() -> None:
    for bad in (replace(DOOR, id="no_2", closed_at=0), replace(DOOR, id="no_2", closed_at=NOW - HOUR + 6 * SECOND)):
        assert misses(CONTROL, evidence(doors=(DOOR, bad))) == ["door:no_2"]


def test_it_misses_where_a_firewall_has_not_said_so_since() -> None:
    of = network()
    behind = state(of, caught_up_at=DOOR.closed_at + SECOND)
    assert misses(CONTROL, evidence(of, doors=(DOOR,), firewalls=(behind, state(of, "files")))) == ["door:no_1"]


def test_a_drill_fails_where_something_was_left_or_the_firewall_is_not_back() -> None:
    of = network()
    left = Drift(NOW - HOUR + MINUTE, "set openings4", "", "10.10.0.7", 1, is_repaired=True)
    for otherwise in ({"drifts": (left,)}, {"caught_up_at": NOW - 2 * HOUR}):
        of_it = evidence(of, doors=(DOOR,), silences=(AWAY,), firewalls=(state(of, **otherwise),))
        assert misses(CONTROL, of_it, 1) == ["drill:no_1@gw1"]


def test_a_flow_whose_end_has_come_is_in_force_nowhere() -> None:
    of = network((*FLOWS, flow("was", way("guests", "files"), expires="2026-11-27")))
    still = Reachable("guests", "files", ("https",), (4,), ("was",))
    assert misses(CONTROL, evidence(of), 1) == []
    for otherwise in ({"wanted": "d2", "beyond": (still,)}, {"wanted": "d2", "beyond": None}, {"reported": ""}):
        assert misses(CONTROL, evidence(of, firewalls=(state(of, **otherwise),)), 1) == ["flow:was"], otherwise


def test_it_is_unknown_where_nothing_was_opened_lately() -> None:
    long_ago = EndedDoor("no_1", "erp", NOW - 61 * DAY, NOW - 60 * DAY, NOW - 60 * DAY)
    assert known(CONTROL, SILENT) == known(CONTROL, evidence()) == known(CONTROL, evidence(doors=(long_ago,)))
    assert known(CONTROL, evidence(doors=(DOOR,))) == [True, False]
