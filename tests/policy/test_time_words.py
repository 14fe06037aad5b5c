from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.policy.time_words import clock_text, joined, length_short, length_text, length_words


@pytest.mark.parametrize(
    ("length", "text"),
    [(15 * MINUTE, "15m"), (DAY, "1d"), (90 * MINUTE, "1h30m"), (1, "1ms"), (0, "0s"), (-90 * SECOND, "-1m30s")],
)
def test_a_length_as_cedar_takes_it(length: int, text: str) -> None:
    assert length_text(length) == text


def test_a_length_in_words() -> None:
    lengths = (HOUR, 90 * MINUTE, 48 * HOUR, 1_500)
    assert [length_words(one) for one in lengths] == ["an hour", "90 minutes", "2 days", "1.5 seconds"]


def test_a_length_to_the_second() -> None:
    assert [length_short(one) for one in (4 * HOUR + 1, 90 * MINUTE, 0)] == ["4 h", "1 h 30 min", "0 s"]


def test_a_time_of_day() -> None:
    assert (clock_text(0), clock_text(390), clock_text(1439)) == ("00:00", "06:30", "23:59")


def test_lists() -> None:
    assert joined(["a"]) == "a"
    assert joined(["a", "b", "c"], "or") == "a, b or c"
    assert joined(list("abcdef"), most=4) == "a, b, c and 3 more"
