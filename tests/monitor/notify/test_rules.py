"""Working hours: the next instant at which somebody is there, in the company's time zone."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.clock import from_iso
from limen.monitor.notify.rules import Hours
from limen.monitor.notify.section import hours_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Hours((0, 1, 2, 3, 4), 8 * 60, 18 * 60)


@pytest.mark.parametrize(
    ("now", "open_at"),
    [
        ("2026-11-24T10:00:00Z", "2026-11-24T10:00:00Z"),  # a Tuesday
        ("2026-11-24T05:00:00Z", "2026-11-24T07:00:00Z"),
        ("2026-11-24T17:00:00Z", "2026-11-25T07:00:00Z"),
        ("2026-11-27T17:30:00Z", "2026-11-30T07:00:00Z"),  # over the weekend
        ("2026-03-28T12:00:00Z", "2026-03-30T06:00:00Z"),  # over the change to summer time
    ],
)
def test_the_next_time_that_somebody_is_there(now: str, open_at: str) -> None:
    assert OFFICE.next_open(from_iso(now), BERLIN) == from_iso(open_at)


@pytest.mark.parametrize(
    ("written", "hours"),
    [
        ("mon-fri 08:00-18:00", OFFICE),
        ("sat 09:00-12:30", Hours((5,), 540, 750)),
        ("fri-mon 00:00-24:00", Hours((4, 5, 6, 0), 0, 1440)),
        ("mon-fri 18:00-08:00", None),
        ("mon-fri 08:00-24:30", None),
        ("weekdays", None),
        ("", None),
    ],
)
def test_how_hours_are_written(written: str, hours: Hours | None) -> None:
    assert hours_of(written) == hours
