"""So many in a second on and on, some more in one go, and nobody at another's cost."""

from __future__ import annotations

import pytest

from limen.rate_limit import MOST_KEYS, RateLimit

NOW = 1_795_000_000_000


def test_so_many_in_one_go_then_so_many_in_a_second() -> None:
    limit = RateLimit(per_second=2, at_once=4)
    assert [limit.admits("batch", NOW) for _ in range(5)] == [True, True, True, True, False]
    assert not limit.admits("batch", NOW + 499)
    assert limit.admits("batch", NOW + 500)
    assert [limit.admits("batch", NOW + 60_000) for _ in range(5)] == [True, True, True, True, False]


@pytest.mark.parametrize("offset", [0, 1, 999])
def test_on_and_on_nobody_gets_more_than_the_rate(offset: int) -> None:
    limit = RateLimit(per_second=200, at_once=200)
    admitted = sum(limit.admits("refused", NOW + offset + at) for at in range(10_000) for _ in range(3))
    assert 200 * 10 <= admitted <= 200 * 11


def test_what_is_too_much_takes_nothing() -> None:
    limit = RateLimit(per_second=2, at_once=4)
    assert not limit.admits("batch", NOW, 5)
    assert limit.admits("batch", NOW, 4)


def test_each_key_has_its_own_and_a_flood_of_one_drowns_no_other() -> None:
    limit = RateLimit(per_second=1, at_once=1)
    assert [limit.admits(key, NOW) for key in ("refused", "refused", "sign-in")] == [True, False, True]


def test_refusals_are_counted_until_they_are_asked_for() -> None:
    limit = RateLimit(per_second=3, at_once=3)
    assert [limit.admits("refused", NOW + at) for at in (0, 1, 2, 3, 4)] == [True, True, True, False, False]
    assert limit.admits("refused", NOW + 1_000)
    assert [limit.refused("refused"), limit.refused("refused"), limit.refused("other")] == [2, 0, 0]


def test_less_than_one_in_a_second() -> None:
    limit = RateLimit(per_second=0.1, at_once=1)
    assert [limit.admits("a", NOW + seconds * 1_000) for seconds in (0, 9, 10, 19, 21)] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_a_clock_that_goes_back_gives_nothing_and_keeps_nobody_waiting() -> None:
    limit = RateLimit(per_second=1, at_once=1)
    assert limit.admits("batch", NOW)
    assert not limit.admits("batch", NOW - 60_000)
    assert not limit.admits("batch", NOW - 59_001)
    assert limit.admits("batch", NOW - 59_000)


def test_memory_is_bounded_and_who_asks_on_is_not_forgotten() -> None:
    limit = RateLimit(per_second=1, at_once=1)
    assert limit.admits("batch", NOW)
    for number in range(MOST_KEYS * 2):
        assert limit.admits(str(number), NOW)
        assert not limit.admits("batch", NOW)
    assert len(limit._left) == MOST_KEYS
    for number in range(MOST_KEYS * 2):
        limit.admits(str(number), NOW)
    assert len(limit._refused) <= MOST_KEYS
