"""Which flows are due on a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.network.networks import flow, harbor, way

from limen.network.reminders.due import due

TODAY = date(2026, 11, 30)


def test_what_is_looked_at_or_ends_within_two_weeks_or_did_lately_is_due() -> None:
    one = flow("x", way("office", "files"))
    days = {
        "soon": ("2026-12-14", ""),
        "late": ("2026-12-15", ""),
        "lately": ("2026-10-31", ""),
        "long-ago": ("2026-10-30", ""),
        "ends": ("2027-05-01", "2026-12-01"),
        "stays": ("2027-05-01", "2027-04-01"),
    }
    flows = [replace(one, id=name, review=review, expires=ends) for name, (review, ends) in days.items()]
    found = {each.flow.id: each.day for each in due(harbor(flows), TODAY)}
    assert found == {"soon": "2026-12-14", "lately": "2026-10-31", "ends": "2026-12-01"}
