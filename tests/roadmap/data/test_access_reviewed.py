"""P8: met, missed by one, and unknown."""

from __future__ import annotations

from typing import Any

import pytest
from tests.roadmap.data.houses import NOW, decided, evidence, misses, of_access, way

from limen.access.reviews.model import Effect, Verdict, Way
from limen.clock import DAY, HOUR
from limen.roadmap.data.access_reviewed import CONTROL
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.model import Grade

OF_ADA = decided("p_ada")


def test_somebody_else_has_looked_at_all_of_it() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade) == (True, Grade.MEASURED)
    assert [one.denominator for one in found.parts] == [2, 2]


@pytest.mark.parametrize(
    "changed",
    [
        {"days": 181},
        {"decided_by": ""},
        {"decided_by": "p_ben"},
        {"verdict": Verdict.ASK},
        {"by": "sales"},
        {"app_id": "payroll"},
        {"actions": ()},
        {"verdict": Verdict.REMOVE, "effect": Effect.REMOVED},
    ],
)
def test_one_that_nobody_looked_at_misses_it(changed: dict[str, Any]) -> None:
    found = CONTROL.measured(of_access(decided=(OF_ADA, decided("p_ben", **changed))))
    assert (found.is_met, misses(found)) == (False, ["p_ben wiki group staff"])


def test_what_is_sensitive_is_looked_at_each_quarter() -> None:
    for app_id, actions in (("payroll", ("view",)), ("wiki", ("administer",)), ("limen", ("audit",)), ("gone", ())):
        ways = (way("p_ada", app_id, actions=actions),)
        for days, is_met in ((89, True), (91, False)):
            row = decided("p_ada", app_id, days, actions=actions)
            assert CONTROL.measured(of_access(ways=ways, decided=(row,))).parts[0].is_met is is_met


def test_a_grant_was_looked_at_by_who_approved_it() -> None:
    given = way("p_ada", "payroll", NOW - HOUR, way=Way.GRANT, by="gr_1")
    assert CONTROL.measured(of_access(ways=(given,))).parts[0].is_met
    assert not CONTROL.measured(of_access(ways=(way("p_ada", "payroll", way=Way.GRANT, by="gr_1"),))).parts[0].is_met


def test_the_newest_verdict_counts() -> None:
    later = decided("p_ben", days=1, verdict=Verdict.REMOVE, effect=Effect.REMOVED, id="rr_2")
    assert misses(CONTROL.measured(of_access(decided=(OF_ADA, decided("p_ben"), later)))) == ["p_ben wiki group staff"]


def test_what_was_decided_and_not_done_misses_it() -> None:
    found = CONTROL.measured(of_access(not_done={"rr_p_ben_wiki": "late"}))
    assert (found.is_met, misses(found, 1)) == (False, ["rr_p_ben_wiki"])


def test_a_draft_has_a_day() -> None:
    drafted = decided("p_ben", verdict=Verdict.REMOVE, effect=Effect.PROPOSED, decided_at=NOW - DAY // 2)
    assert CONTROL.measured(of_access(decided=(OF_ADA, drafted))).parts[1].denominator == 1


def test_it_is_unknown_before_anything_was_published_or_reviewed() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).grade is Grade.UNKNOWN
    assert CONTROL.measured(of_access(decided=())).grade is Grade.UNKNOWN
    assert CONTROL.measured(of_access(not_done=None)).grade is Grade.UNKNOWN
