"""Laws of what is usual: no strange day bends it, and more of the same is never stranger."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, strategies as st

from limen.monitor.detections.usual.unusual_counts import LEAST_COUNT, Usual, usual

DAYS = st.lists(st.integers(0, 500), min_size=14, max_size=56)


def of(counts: list[int]) -> Usual:
    found = usual(counts)
    assert found is not None
    return found


@given(DAYS, st.integers(0, 2_000))
def test_what_one_day_in_ten_was_like_is_usual(counts: list[int], today: int) -> None:
    like_today = [today] * (len(counts) // 9 + 1)
    assert of([*counts, *like_today]).strangeness(today) == 0


@given(DAYS, st.integers(0, 2_000), st.integers(0, 2_000))
def test_more_is_never_less_strange(counts: list[int], today: int, more: int) -> None:
    assert of(counts).strangeness(today + more) >= of(counts).strangeness(today)


@given(DAYS, st.integers(501, 10**9), st.integers(501, 10**9))
def test_how_strange_one_strange_day_was_changes_nothing(counts: list[int], one: int, other: int) -> None:
    first, second = of([*counts, one]), of([*counts, other])
    assert (first.median, first.low, first.mad) == (second.median, second.low, second.mad)
    assert first.reaches(3.0) == second.reaches(3.0)


@given(DAYS, st.integers(501, 10**9))
def test_one_strange_day_hides_no_other(counts: list[int], strange: int) -> None:
    """What stands out from all days still does, beside one that stood out as much."""
    worst = of([max(counts)] * 14 + counts)
    assert of([*counts, strange]).reaches(3.0) <= max(LEAST_COUNT, worst.reaches(3.0) + 3 * 1.4826 * max(counts) + 1)


@given(DAYS, st.floats(0.1, 50))
def test_what_reaches_a_strangeness_is_the_first_that_does(counts: list[int], strangeness: float) -> None:
    found = of(counts)
    reached = found.reaches(strangeness)
    assert found.strangeness(reached) >= strangeness - 1e-9
    assert found.strangeness(reached - 1) < strangeness


@given(DAYS)
def test_most_days_are_between_low_and_high(counts: list[int]) -> None:
    found = of(counts)
    assert sum(found.low <= count <= found.high for count in counts) >= 0.8 * len(counts)


def test_of_no_days_nothing_is_usual() -> None:
    assert usual([]) is None


@pytest.mark.parametrize("mean", [3, 7, 30, 200])
def test_chance_alone_is_hardly_ever_strange(mean: int) -> None:
    """40 seeded years of a person who does a thing `mean` times a day, each time by chance."""
    dice, strange, days = random.Random(mean), 0, 0
    for _ in range(40):
        year = [sum(dice.random() < 0.02 for _ in range(mean * 50)) for _ in range(60)]
        for at in range(28, 60):
            days += 1
            strange += of(year[at - 28 : at]).strangeness(year[at]) >= 3
    assert strange <= days / 500
