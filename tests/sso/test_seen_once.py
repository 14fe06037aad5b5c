"""What may come once."""

from __future__ import annotations

import pytest

from limen.sso import seen_once
from limen.sso.seen_once import SeenOnce


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
