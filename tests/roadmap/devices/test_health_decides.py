"""D7, met, missed by one, and unknown."""

from __future__ import annotations

import pytest
from tests.roadmap.devices.harbor_devices import misses, opened

from limen.roadmap.devices.health_decides import CONTROL
from limen.roadmap.devices.past_access import Standing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade


def test_it_is_met_where_all_came_from_healthy_devices() -> None:
    found = CONTROL.measured(opened(("ada", "payroll", Standing.HEALTHY), ("ben", "wiki", Standing.UNKNOWN)))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 3)


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.HEALTHY])
def test_it_misses_by_one(standing: Standing) -> None:
    found = CONTROL.measured(opened(("ada", "payroll", Standing.HEALTHY), ("ben", "payroll", standing)))
    assert (found.is_met, misses(found)) == (False, [f"p_ben payroll {standing.value}"])


@pytest.mark.parametrize(
    "evidence", [Evidence(at=1), opened(), opened(("ada", "payroll", Standing.HEALTHY), is_whole=False)]
)
def test_it_is_unknown_where_a_source_is_silent(evidence: Evidence) -> None:
    assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
