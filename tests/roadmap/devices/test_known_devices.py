"""D1, met, missed by one, and unknown."""

from __future__ import annotations

from dataclasses import replace

from tests.roadmap.devices.harbor_devices import SEEN, browser, harbor, misses, opened, phone

from limen.roadmap.devices.known_devices import CONTROL
from limen.roadmap.devices.past_access import Access, PastAccess, Standing
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Grade

PAST = PastAccess((Access("p_ada", "payroll", "view", 2, Standing.UNBOUND, 1),))


def test_it_is_met_where_all_are_known() -> None:
    found = CONTROL.measured(harbor(past=PAST))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.MEASURED, 2)
    found = CONTROL.measured(harbor(past=PAST, records=(phone("ada"),)))
    assert (found.is_met, found.grade, found.parts[0].denominator) == (True, Grade.IMPORTED, 3)


def test_it_misses_by_one() -> None:
    found = CONTROL.measured(harbor(browsers=(*SEEN, browser("ben", system="iphone")), past=PAST))
    assert (found.is_met, misses(found)) == (False, ["browser p_ben Firefox iphone"])
    found = CONTROL.measured(harbor(records=(phone("ada", is_managed=False),), past=PAST))
    assert (found.is_met, misses(found)) == (False, ["hardware s_ada"])
    found = CONTROL.measured(opened(("ada", "payroll", Standing.HEALTHY), ("ben", "payroll", Standing.UNKNOWN)))
    assert (found.is_met, found.parts[1].numerator, found.parts[1].denominator) == (False, 3, 6)


def test_it_is_unknown_where_a_source_is_silent() -> None:
    for evidence in (Evidence(at=1), harbor(browsers=(), past=PAST), harbor(records=(phone("ada"),), heard={})):
        assert CONTROL.measured(evidence).grade is Grade.UNKNOWN
    assert CONTROL.measured(replace(harbor(), company=None)).grade is Grade.UNKNOWN
