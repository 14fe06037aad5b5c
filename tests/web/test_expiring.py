"""What is kept in memory for some time: how long, and how many."""

from __future__ import annotations

from limen.web.expiring import ExpiringValues


def test_a_value_is_kept_for_its_time_and_no_longer() -> None:
    kept = ExpiringValues[str, str](1_000, 9)
    kept.put("a", "one", 5_000)
    assert kept.get("a", 5_999) == "one"
    assert kept.get("a", 6_000) is None
    assert kept.get("a", 4_999) is None  # the clock was put back
    assert kept.get("b", 5_000) is None


def test_the_oldest_make_room_and_what_is_put_again_is_the_newest() -> None:
    kept = ExpiringValues[str, int](1_000, 2)
    kept.put("a", 1, 0)
    kept.put("b", 2, 0)
    kept.put("a", 3, 0)
    kept.put("c", 4, 0)
    assert [kept.get(key, 0) for key in "abc"] == [3, None, 4]
    kept.drop("a")
    assert kept.get("a", 0) is None


def test_what_has_ended_takes_no_memory_until_others_push_it_out() -> None:
    kept = ExpiringValues[str, str](1_000, 9)
    kept.put("a", "one", 0)
    kept.put("b", "two", 500)
    kept.put("c", "three", 1_000)
    assert list(kept._kept) == ["b", "c"]
