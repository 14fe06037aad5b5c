from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import pytest

from limen.clock import DAY, from_iso
from limen.messages import Language, Words

BERLIN = ZoneInfo("Europe/Berlin")
NOON = from_iso("2026-11-25T11:00:00Z")
ENGLISH, GERMAN = Words(Language.ENGLISH, BERLIN), Words(Language.GERMAN, BERLIN)


@pytest.mark.parametrize(
    ("hours", "english", "german"),
    [
        (
            ((1, 2, 3, 4, 5), 420, 1140),
            "Monday to Friday, 07:00 to 19:00",
            "Montag bis Freitag, 07:00 bis 19:00 Uhr",
        ),
        ((range(1, 8), 360, 1440), "06:00 to 24:00", "06:00 bis 24:00 Uhr"),
        (((1, 3, 6), 0, 1440), "Monday, Wednesday and Saturday", "Montag, Mittwoch und Samstag"),
        (((6, 7), 0, 1440), "Saturday and Sunday", "Samstag und Sonntag"),
    ],
)
def test_hours_are_said_as_on_a_door(hours: tuple[Sequence[int], int, int], english: str, german: str) -> None:
    assert (ENGLISH.hours(*hours), GERMAN.hours(*hours)) == (english, german)


def test_words_are_joined_as_people_do() -> None:
    assert [ENGLISH.joined([]), ENGLISH.joined(["a"]), ENGLISH.joined("ab"), GERMAN.joined("abc", "or")] == [
        "",
        "a",
        "a and b",
        "a, b oder c",
    ]


def test_messages_are_those_of_the_catalogue() -> None:
    assert (ENGLISH.say("action.view"), GERMAN.say("action.view")) == ("view", "Ansehen")
    assert (ENGLISH.gettext("Your apps"), GERMAN.gettext("Your apps")) == ("Your apps", "Ihre Apps")
    assert GERMAN.first("action.no-such", "action.edit") == "Ändern"
    assert (GERMAN.has("action.view"), GERMAN.has("action.no-such")) == (True, False)
    assert ENGLISH.ngettext("{count} day", "{count} days", 1) == "1 day"
    with pytest.raises(KeyError):
        ENGLISH.say("self.nothing-like-it")


def test_times_are_those_of_its_zone_and_language() -> None:
    assert GERMAN.length(3 * DAY) == "3 Tage"
    assert GERMAN.length(3 * DAY, is_ago=True) == "3 Tagen"
    assert GERMAN.relative(NOON - 3 * DAY, NOON) == "vor 3 Tagen"
    assert GERMAN.clock_time(NOON) == "12:00:00"
    assert GERMAN.day_and_time(NOON) == "Mittwoch um 12:00 Uhr"
    assert GERMAN.date(NOON) == "25. Nov. 2026, 12:00 Uhr"
    assert GERMAN.date_in_full(NOON) == "25. November 2026, 12:00 Uhr (Europe/Berlin)"
    assert GERMAN.exact(NOON) == "Mi., 25. Nov. 2026, 12:00:00 CET"
