"""Eight months, two for each phase."""

from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from limen.roadmap.model import Phase
from limen.roadmap.plan import months_after, plan


def test_each_phase_has_two_months_one_after_the_other() -> None:
    found = plan(date(2026, 12, 31), date(2027, 3, 1), {2: 5})
    assert [(one.phase, one.begins.isoformat(), one.ends.isoformat()) for one in found] == [
        (Phase.IDENTITY, "2026-12-31", "2027-02-28"),
        (Phase.DEVICES, "2027-02-28", "2027-04-30"),
        (Phase.NETWORK, "2027-04-30", "2027-06-30"),
        (Phase.DATA, "2027-06-30", "2027-08-31"),
    ]
    assert [(one.is_late, one.is_closed) for one in found] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
    ]


@given(st.dates(max_value=date(9000, 1, 1)), st.integers(0, 60))
def test_months_later_it_is_the_same_day_or_the_last_of_the_month(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == day.day or (later.day < day.day and months_after(later, 1).day >= later.day)
