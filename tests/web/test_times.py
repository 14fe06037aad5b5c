"""Instants as people read them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from limen.web import times

NOW = from_iso("2026-11-24T09:30:05Z")
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (0, "just now"),
        (44 * SECOND, "just now"),
        (59 * SECOND, "1 minute ago"),
        (2 * MINUTE, "2 minutes ago"),
        (HOUR, "1 hour ago"),
        (3 * DAY, "3 days ago"),
        (-2 * HOUR, "in 2 hours"),
    ],
)
def test_how_long_ago_is_said_in_the_largest_unit(apart: int, said: str) -> None:
    assert times.relative(NOW - apart, NOW) == said


def test_exact_times_are_in_the_companys_zone() -> None:
    assert times.exact(NOW, BERLIN) == "Tue 24 Nov 2026, 10:30:05 CET"
    assert times.clock_time(NOW, BERLIN) == "10:30:05"
    assert times.day_and_time(NOW, BERLIN) == "Tuesday at 10:30"


def test_a_time_tag_escapes_its_text_and_holds_the_instant() -> None:
    tag = times.time_tag(NOW, "<now>", BERLIN)
    assert 'datetime="2026-11-24T09:30:05.000Z"' in tag
    assert "&lt;now&gt;" in tag


def test_a_day_starts_at_local_midnight() -> None:
    assert times.start_of_day(NOW, BERLIN) == from_iso("2026-11-23T23:00:00Z")


def test_a_length_below_a_minute_is_a_moment() -> None:
    assert times.length(30 * SECOND) == "a moment"
    assert times.length(DAY) == "1 day"
