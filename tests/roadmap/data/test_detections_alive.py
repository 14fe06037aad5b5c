"""P6: how soon things are found is measured; the canaries of the four cases are missing, so it is unknown."""

from __future__ import annotations

from tests.roadmap.data.houses import evidence, misses, watched

from limen.monitor.detections.own_rules import own_rules
from limen.monitor.detections.section import DetectionRules
from limen.monitor.detections.travel.travel import ABOUT as TRAVEL
from limen.monitor.monitor_rules import MonitorRules
from limen.roadmap.data.detections_alive import CASES, CONTROL, own_titles
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.model import Grade

OWN = "c9d3db58-8d7a-57e7-8083-7e28132b4445"


def test_how_soon_limen_s_own_rules_find_is_measured_and_others_are_left_out() -> None:
    for soon, is_met in ((19, True), (18, False)):
        found = CONTROL.measured(watched(findings={OWN: (20, soon), "of somebody": (50, 0)}))
        assert (found.parts[1].denominator, found.parts[1].is_met) == (20, is_met)
        assert misses(found, 1) == [f"{OWN} late"]
        assert (found.is_met, found.grade) == (False, Grade.UNKNOWN)


def test_each_of_the_four_cases_is_said_for_itself() -> None:
    found = CONTROL.measured(watched())
    assert misses(found) == list(CASES)
    off = MonitorRules(detections=DetectionRules(off=(TRAVEL.id,)))
    whys = {row.why for row in CONTROL.measured(watched(rules=off, findings={OWN: (1, 1)})).parts[0].rows}
    assert len(whys) == 3


def test_the_rules_of_the_cases_are_there() -> None:
    own = {one.id for one in (*own_rules().rules, *own_rules().correlations)}
    assert [rules & own for name, rules in CASES.items() if name != "impossible travel" and not rules & own] == []
    assert {"c9d3db58-8d7a-57e7-8083-7e28132b4445", "9138e1cf-80b8-5d18-a2e1-54b4b819f90e"} <= own_titles().keys()


def test_it_is_unknown_where_nothing_is_watched() -> None:
    for of in (evidence(DataEvidence()), watched(is_running=False), watched()):
        assert not CONTROL.measured(of).parts[1].is_known
