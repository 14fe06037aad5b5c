"""D3, met, missed by one, and unknown."""

from __future__ import annotations

from tests.roadmap.devices.harbor_devices import browser, harbor, laptop, misses, phone

from limen.roadmap.devices.patched import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

BAD = {"updates": {"pending": 1, "security": 1, "lists_age_days": 0, "oldest_days": 15}}


def test_it_is_met_where_all_are_good() -> None:
    found = CONTROL.measured(harbor())
    assert (found.is_met, found.grade, found.parts[1].denominator) == (True, Grade.MEASURED, 2)


def test_it_misses_by_one() -> None:
    found = CONTROL.measured(harbor((laptop("ada"), laptop("ben", BAD))))
    assert (found.is_met, misses(found, 1)) == (False, ["d_ben"])
    found = CONTROL.measured(harbor(browsers=(browser("ada"),)))
    assert (found.is_met, misses(found, 1)) == (False, ["browser p_ada Firefox linux"])


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=()), harbor(records=(phone("ada"),), heard={})):
        assert CONTROL.measured(evidence).grade is Grade.UNKNOWN


def test_a_system_without_support_and_a_restart_that_waits_are_misses() -> None:
    old = {"os": {"name": "debian", "version": "9", "supported_until": "2022-06-30"}}
    found = CONTROL.measured(harbor((laptop("ada"), laptop("ben", old))))
    assert (found.is_met, misses(found), misses(found, 1)) == (False, ["d_ben"], [])
    waits = {"updates": {"pending": 0, "security": 0, "lists_age_days": 0, "restart_needed": True}}
    assert misses(CONTROL.measured(harbor((laptop("ada"), laptop("ben", waits)))), 1) == ["d_ben"]
