"""P9: met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.data.houses import NOW, evidence, misses, of_access, used

from limen.clock import DAY
from limen.roadmap.data.evidence import DataEvidence, Opened
from limen.roadmap.data.nothing_unnecessary import CONTROL
from limen.roadmap.model import Grade

TWENTY = tuple(Opened("p_ada", f"app{number}", ("view",)) for number in range(19))


def test_everything_was_used() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade, [one.denominator for one in found.parts]) == (True, Grade.MEASURED, [2])


def test_one_in_twenty_may_be_unused_and_not_one_more() -> None:
    for idle, is_met in ((("edit",), True), (("edit", "share"), False)):
        opened = (Opened("p_ben", "wiki", ("view", *idle)), *(replace(one, app="wiki") for one in TWENTY))
        found = CONTROL.measured(of_access(opened=opened))
        assert (found.is_met, misses(found)) == (is_met, ["p_ben wiki unused"])
        assert sum(one.count for one in found.parts[0].misses) == len(idle)


def test_what_was_refused_was_not_used() -> None:
    found = CONTROL.measured(evidence(uses=(used("p_ada", "wiki"), used("p_ben", "wiki", effect="deny"))))
    assert misses(found) == ["p_ben wiki unused"]


def test_of_restricted_apps_nothing_may_be_unused() -> None:
    many = (Opened("p_ben", "payroll", ("view",)), *(replace(one, app="wiki") for one in TWENTY))
    found = CONTROL.measured(of_access(opened=many))
    assert (found.parts[0].is_met, found.is_met, misses(found, 1)) == (True, False, ["p_ben payroll unused"])


def test_it_is_unknown_before_anything_was_published_and_for_ninety_days() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).grade is Grade.UNKNOWN
    assert CONTROL.measured(evidence(recorded_since=NOW - 80 * DAY)).grade is Grade.UNKNOWN
    assert CONTROL.measured(of_access(opened=())).grade is Grade.UNKNOWN
