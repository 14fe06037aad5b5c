"""D9, met, missed by one, and unknown."""

from __future__ import annotations

import pytest
from tests.devices.seen import NOW
from tests.roadmap.devices.harbor_devices import misses, opened

from limen.clock import MINUTE
from limen.roadmap.devices.past_access import Refusal
from limen.roadmap.devices.self_service import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade


def refusal(app: str, minutes: int, *, was_helped: bool = False) -> Refusal:
    return Refusal("p_ada", app, "view", NOW, NOW + minutes * MINUTE if minutes else 0, was_helped)


SOON, LATE = refusal("payroll", 30), refusal("wiki", 31)


def test_it_is_met_where_most_get_in_soon() -> None:
    found = CONTROL.measured(opened(refused=(SOON, LATE)))
    assert (found.is_met, found.grade, misses(found, 1)) == (True, Grade.MEASURED, [f"p_ada wiki view {NOW}"])


@pytest.mark.parametrize("other", [refusal("wiki", 0), refusal("wiki", 5, was_helped=True)])
def test_it_misses_by_one(other: Refusal) -> None:
    found = CONTROL.measured(opened(refused=(SOON, other)))
    assert (found.is_met, misses(found)) == (False, [f"p_ada wiki view {NOW}"])
    assert not CONTROL.measured(opened(refused=(LATE,))).is_met


@pytest.mark.parametrize("evidence", [Evidence(at=1), opened(), opened(refused=(SOON,), is_whole=False)])
def test_it_is_unknown_where_a_source_is_silent(evidence: Evidence) -> None:
    assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
