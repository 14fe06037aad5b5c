"""D5, met, missed by one, and unknown."""

from __future__ import annotations

from tests.roadmap.devices.harbor_devices import browser, harbor, laptop, misses, phone

from limen.roadmap.devices.screen_lock import CONTROL
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

BAD = {"screen_lock": {"enabled": True, "after_s": 960}}


def test_it_is_met_where_all_are_good() -> None:
    found = CONTROL.measured(harbor())
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 2)


def test_it_misses_by_one() -> None:
    found = CONTROL.measured(harbor((laptop("ada"), laptop("ben", BAD))))
    assert (found.is_met, misses(found, 0)) == (False, ["d_ben"])
    found = CONTROL.measured(harbor(browsers=(browser("ada"),)))
    assert (found.is_met, misses(found, 0)) == (False, ["browser p_ada Firefox linux"])


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=()), harbor(records=(phone("ada"),), heard={})):
        assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
