"""Each kind of what somebody owns has a name of its own, and says what becomes of it."""

from __future__ import annotations

from limen.pillar import Holding
from limen.pillars import holdings


def test_names_are_claimed_once_and_titles_are_there() -> None:
    names = [one.name for one in holdings()]
    assert len(set(names)) == len(names)
    assert set(names) >= {
        "groups",
        "workloads",
        "service accounts",
        "tokens",
        "devices",
        "cases",
        "reviews",
        "requests",
    }
    assert all(one.title for one in holdings())
    assert {one.name for one in holdings() if one.hand_over is None} == {"tokens", "devices", "requests"}
    assert Holding("1", "x") == Holding("1", "x", "", "")
