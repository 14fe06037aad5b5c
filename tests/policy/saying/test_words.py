from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from limen.policy.saying import Hours, Language, Words, language_of

BERLIN = ZoneInfo("Europe/Berlin")
ENGLISH, GERMAN = Words(Language.ENGLISH, BERLIN), Words(Language.GERMAN, BERLIN)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7", "de"),
        ("fr-FR, fr;q=0.9, de;q=0.8, en;q=0.7", "de"),
        ("en;q=0.5, de;q=0.4", "en"),
        ("en-GB,de;q=1", "en"),
        ("DE-at;q=0.3", "de"),
        ("fr, it", "en"),
        ("de;q=0", "en"),
        ("de;q=2", "en"),
        ("*;q=0.1", "en"),
        ("<script>, de", "de"),
        ("xx," * 100_000 + "de", "en"),
    ],
)
def test_the_language_is_the_one_of_ours_that_the_browser_likes_best(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


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
    ],
)
def test_lengths_have_their_two_largest_units(milliseconds: int, english: str, german: str, ago: str) -> None:
    assert ENGLISH.length(milliseconds) == english
    assert GERMAN.length(milliseconds) == german
    assert GERMAN.length(milliseconds, is_ago=True) == ago


@pytest.mark.parametrize(
    ("apart", "english", "german"),
    [
        (-HOUR, "just now", "gerade eben"),
        (59 * SECOND, "just now", "gerade eben"),
        (MINUTE, "1 minute ago", "vor 1 Minute"),
        (9 * HOUR + 59 * MINUTE, "9 hours ago", "vor 9 Stunden"),
        (3 * DAY + HOUR, "3 days ago", "vor 3 Tagen"),
    ],
)
def test_how_long_ago_is_said_in_its_largest_unit(apart: int, english: str, german: str) -> None:
    assert (ENGLISH.ago(10 * DAY, 10 * DAY + apart), GERMAN.ago(10 * DAY, 10 * DAY + apart)) == (english, german)


def test_instants_are_local() -> None:
    at = from_iso("2026-11-25T06:00:00Z")
    assert (ENGLISH.day_and_time(at), GERMAN.day_and_time(at)) == ("Wednesday at 07:00", "Mittwoch um 07:00 Uhr")
    assert (ENGLISH.date(at), GERMAN.date(at)) == ("2026-11-25 07:00", "25.11.2026, 07:00 Uhr")


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [
        (
            Hours((1, 2, 3, 4, 5), 420, 1140),
            "Monday to Friday, 07:00 to 19:00",
            "Montag bis Freitag, 07:00 bis 19:00 Uhr",
        ),
        (Hours(start=360), "06:00 to 24:00", "06:00 bis 24:00 Uhr"),
        (Hours((1, 3, 6)), "Monday, Wednesday and Saturday", "Montag, Mittwoch und Samstag"),
        (Hours((6, 7)), "Saturday and Sunday", "Samstag und Sonntag"),
    ],
)
def test_hours_are_said_as_on_a_door(hours: Hours, english: str, german: str) -> None:
    assert (ENGLISH.hours(hours), GERMAN.hours(hours)) == (english, german)


def test_words_are_joined_as_people_do() -> None:
    assert [ENGLISH.joined([]), ENGLISH.joined(["a"]), ENGLISH.joined("ab"), GERMAN.joined("abc", "or")] == [
        "",
        "a",
        "a and b",
        "a, b oder c",
    ]


def test_a_message_that_there_is_not_is_an_error() -> None:
    with pytest.raises(KeyError):
        ENGLISH.say("self.nothing-like-it")
