"""Lengths, instants and weekdays as people write them, in English and in German."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from limen.messages import Language, times

BERLIN = ZoneInfo("Europe/Berlin")
NOW = from_iso("2026-11-24T09:30:05Z")
EN, DE = Language.ENGLISH, Language.GERMAN


@pytest.mark.parametrize(
    ("milliseconds", "english", "german", "ago"),
    [
        (0, "a moment", "einem Augenblick", "einem Augenblick"),
        (SECOND, "1 second", "1 Sekunde", "1 Sekunde"),
        (15 * MINUTE, "15 minutes", "15 Minuten", "15 Minuten"),
        (9 * HOUR, "9 hours", "9 Stunden", "9 Stunden"),
        (9 * HOUR + 12 * MINUTE + 5 * SECOND, "9 hours 12 minutes", "9 Stunden 12 Minuten", "9 Stunden 12 Minuten"),
        (DAY + 5 * SECOND, "1 day", "1 Tag", "1 Tag"),
        (3 * DAY + HOUR, "3 days 1 hour", "3 Tage 1 Stunde", "3 Tagen 1 Stunde"),
        (10_000 * DAY, "10,000 days", "10.000 Tage", "10000 Tagen"),
    ],
)
def test_lengths_have_their_two_largest_units(milliseconds: int, english: str, german: str, ago: str) -> None:
    assert times.length(milliseconds) == english
    assert times.length(milliseconds, DE) == german
    assert times.length(milliseconds, DE, is_ago=True) == ago


@pytest.mark.parametrize(
    ("milliseconds", "english", "german"),
    [
        (0, "0 seconds", "0 Sekunden"),
        (1_500, "1.5 seconds", "1,5 Sekunden"),
        (90 * MINUTE, "1 hour 30 minutes", "1 Stunde 30 Minuten"),
        (
            DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND,
            "1 day 2 hours 3 minutes 4 seconds",
            "1 Tag 2 Stunden 3 Minuten 4 Sekunden",
        ),
    ],
)
def test_an_exact_length_leaves_nothing_out(milliseconds: int, english: str, german: str) -> None:
    assert (times.exact_length(milliseconds), times.exact_length(milliseconds, DE)) == (english, german)


@pytest.mark.parametrize(
    ("apart", "english", "german"),
    [
        (0, "just now", "gerade eben"),
        (-59 * SECOND, "just now", "gerade eben"),
        (MINUTE, "1 minute ago", "vor 1 Minute"),
        (9 * HOUR + 59 * MINUTE, "9 hours ago", "vor 9 Stunden"),
        (3 * DAY + HOUR, "3 days ago", "vor 3 Tagen"),
        (-2 * HOUR, "in 2 hours", "in 2 Stunden"),
        (-2 * DAY, "in 2 days", "in 2 Tagen"),
    ],
)
def test_how_long_ago_or_from_now_is_said_in_the_largest_unit(apart: int, english: str, german: str) -> None:
    assert (times.relative(NOW - apart, NOW), times.relative(NOW - apart, NOW, DE)) == (english, german)


def test_instants_are_local() -> None:
    assert times.clock_time(NOW, BERLIN) == "10:30:05"
    assert times.day_and_time(NOW, BERLIN) == "Tuesday at 10:30"
    assert times.day_and_time(NOW, BERLIN, DE) == "Dienstag um 10:30 Uhr"
    assert times.date(NOW, BERLIN) == "24 Nov 2026 10:30"
    assert times.date(NOW, BERLIN, DE) == "24. Nov. 2026, 10:30 Uhr"
    assert times.date(from_iso("2026-11-23T23:00:00Z"), BERLIN) == "24 Nov 2026"
    assert (times.day(NOW, BERLIN), times.day(NOW, BERLIN, DE)) == ("24 Nov 2026", "24. Nov. 2026")
    assert times.weekday_and_day(NOW, BERLIN) == "Tuesday, 24 November 2026"
    assert times.weekday_and_day(NOW, BERLIN, DE) == "Dienstag, 24. November 2026"
    assert times.date_in_full(NOW, BERLIN) == "24 November 2026, 10:30 (Europe/Berlin)"
    assert times.date_in_full(NOW, BERLIN, DE) == "24. November 2026, 10:30 Uhr (Europe/Berlin)"
    assert times.exact(NOW, BERLIN) == "Tue 24 Nov 2026, 10:30:05 CET"
    assert times.exact(NOW, BERLIN, DE) == "Di., 24. Nov. 2026, 10:30:05 CET"


def test_symbols_are_to_the_second() -> None:
    lengths = (0, 90 * MINUTE, DAY + 4 * SECOND + 1, HOUR - 1, -HOUR)
    assert [times.short_length(one) for one in lengths] == ["0 s", "1 h 30 min", "1 d 4 s", "1 h", "0 s"]


def test_days_and_minutes_have_names() -> None:
    assert [times.weekday(day) for day in (1, 7)] == ["Monday", "Sunday"]
    assert [times.weekday(day, DE) for day in range(1, 8)] == [
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
        "Sonntag",
    ]
    assert [times.minute_of_day(minute) for minute in (0, 419, 1440)] == ["00:00", "06:59", "24:00"]


@pytest.mark.parametrize(
    ("at", "english", "german"),
    [
        ("2026-11-24T22:59:00Z", "today at 23:59", "heute um 23:59 Uhr"),
        ("2026-11-24T23:00:00Z", "tomorrow at 00:00", "morgen um 00:00 Uhr"),
        ("2026-11-30T06:00:00Z", "on Monday at 07:00", "am Montag um 07:00 Uhr"),
        ("2026-12-01T06:00:00Z", "on 1 Dec 2026 at 07:00", "am 1. Dez. 2026 um 07:00 Uhr"),
        ("2026-11-23T06:00:00Z", "on 23 Nov 2026 at 07:00", "am 23. Nov. 2026 um 07:00 Uhr"),
    ],
)
def test_what_comes_is_said_from_today(at: str, english: str, german: str) -> None:
    assert times.upcoming(from_iso(at), NOW, BERLIN) == english
    assert times.upcoming(from_iso(at), NOW, BERLIN, DE) == german
