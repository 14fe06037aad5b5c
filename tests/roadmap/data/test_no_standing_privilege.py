"""P10: met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.roadmap.data.houses import GRANT, all_day, elevated, evidence, misses, of_access, standing

from limen.access.model import HeldGrant
from limen.roadmap.data.evidence import DataEvidence
from limen.roadmap.data.no_standing_privilege import CONTROL
from limen.roadmap.model import Grade


def test_nobody_is_privileged_all_day_and_each_use_has_its_grant() -> None:
    found = CONTROL.measured(evidence())
    assert (found.is_met, found.grade) == (True, Grade.MEASURED)
    assert [one.id for one in found.parts[0].rows] == ["p_ada", "p_ben", "w_robot"]
    assert found.parts[1].denominator == 3


@pytest.mark.parametrize("who", ["p_ben", "w_robot", "", "p_gone"])
def test_one_who_is_privileged_all_day_misses_it(who: str) -> None:
    found = CONTROL.measured(of_access(standing=standing(all_day(who))))
    assert (found.is_met, misses(found)) == (False, [who or "anybody"])


def test_accounts_for_emergencies_are_left_to_i11() -> None:
    found = CONTROL.measured(of_access(elevated=(elevated("p_ada", "gr_1"), elevated("p_eva"))))
    assert (found.is_met, found.parts[1].denominator) == (True, 3)


@pytest.mark.parametrize(
    "grant",
    [
        replace(GRANT, approvers=()),
        replace(GRANT, approvers=("p_ada",)),
        replace(GRANT, person_id="p_ben"),
        replace(GRANT, request_id="ar_erased"),
        replace(GRANT, until=GRANT.since),
        replace(GRANT, id="gr_other"),
    ],
)
def test_a_grant_that_lacks_something_covers_no_use(grant: HeldGrant) -> None:
    found = CONTROL.measured(of_access(grants={grant.id: grant}))
    assert (found.is_met, misses(found, 1)) == (False, ["p_ada payroll view gr_1"])


def test_a_use_without_any_grant_misses_it_by_its_requests() -> None:
    found = CONTROL.measured(of_access(elevated=(elevated("p_ada", "gr_1"), elevated("p_ben", count=1))))
    assert (found.is_met, found.parts[1].numerator, found.parts[1].denominator) == (False, 3, 4)
    assert misses(found, 1) == ["p_ben payroll view"]


def test_it_is_unknown_before_anything_was_published_or_done() -> None:
    assert CONTROL.measured(evidence(DataEvidence())).grade is Grade.UNKNOWN
    found = CONTROL.measured(of_access(elevated=()))
    assert (found.is_met, found.parts[0].is_met, found.parts[1].is_known) == (False, True, False)
