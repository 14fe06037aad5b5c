from __future__ import annotations

from limen.importing.model import EVERYONE, App, Person, System, Wishes


def test_what_is_not_said_is_nothing() -> None:
    assert (System().apps, Wishes().upstreams, App("k", "X", ()).host) == ((), {}, "")
    assert EVERYONE not in Person("a", "A", "a@harbor.example").groups
