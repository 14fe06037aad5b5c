"""What may come once."""

from __future__ import annotations

import pytest

from limen.sso import seen_once
from limen.sso.seen_once import SeenOfEach, SeenOnce


def test_the_first_is_told_from_the_others_until_it_does_not_count_any_more() -> None:
    seen = SeenOnce()
    assert [seen.is_first("a", 10, 20), seen.is_first("a", 19, 30), seen.is_first("b", 10, 20)] == [True, False, True]
    assert [seen.holds("a", 19), seen.holds("a", 20), seen.is_first("a", 20, 30)] == [True, False, True]


def test_where_too_many_are_fresh_none_more_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_once, "MOST", 2)
    seen = SeenOnce()
    assert [seen.is_first(one, 10, 20) for one in "abc"] == [True, True, False]
    assert seen.is_first("c", 20, 30)
    assert len(seen) == 1


def test_whoever_sends_without_end_keeps_nobody_else_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seen_once, "MOST", 6)
    monkeypatch.setattr(seen_once, "MOST_OF_A_SOURCE", 4)
    seen = SeenOfEach()
    assert [seen.is_first("a", "mia", 10, 90), seen.is_first("a", "ned", 10, 90)] == [True, False]
    for number in range(30):
        assert seen.is_first(f"x{number}", f"flood{number % 3}", 10, 90)
    assert (seen.is_first("a", "mia", 10, 90), len(seen)) == (False, 6)
    assert seen.is_first("a", "mia", 90, 99)
    assert len(seen) <= 6
