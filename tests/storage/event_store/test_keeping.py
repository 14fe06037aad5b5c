from __future__ import annotations

from tests.storage.event_store.conftest import NOW

from limen.clock import DAY
from limen.storage.event_store.keeping import Keeping, due
from limen.storage.event_store.sealed_list import SealedEvents


def sealed(ordinal: int, age_days: int, sources: dict[str, int], size: int = 100) -> SealedEvents:
    at = NOW - age_days * DAY
    return SealedEvents(
        ordinal=ordinal,
        begun_at=at,
        first_n=1,
        last_n=9,
        before="",
        head="",
        sha256="",
        size=size,
        rows=9,
        duplicates=0,
        first_at=at,
        last_at=at,
        sources=sources,
    )


OLD = sealed(1, 100, {"fw": 5, "proxy": 4})
WEEK = sealed(2, 10, {"fw": 5, "proxy": 4})
TODAY = sealed(3, 0, {"proxy": 9})
ALL = [OLD, WEEK, TODAY]


def test_nothing_goes_before_its_time_without_a_budget() -> None:
    found = due(ALL, 0, Keeping(days=365), NOW)
    assert (found.whole, found.parts) == ((), ())


def test_what_is_past_its_time_goes_whole_and_a_source_with_a_shorter_one_leaves_the_rest() -> None:
    found = due(ALL, 0, Keeping(days=90, days_of={"proxy": 7}), NOW)
    assert (found.whole, found.over_budget, found.parts) == ((OLD,), 0, ((WEEK, ("proxy",)),))


def test_a_source_with_a_longer_time_keeps_its_events_where_others_go() -> None:
    found = due(ALL, 0, Keeping(days=30, days_of={"fw": 365}), NOW)
    assert (found.whole, found.parts) == ((), ((OLD, ("proxy",)),))


def test_where_sources_are_not_named_the_longest_time_counts() -> None:
    many = sealed(1, 100, {})
    assert due([many], 0, Keeping(days=30, days_of={"fw": 365}), NOW).whole == ()
    assert due([many], 0, Keeping(days=30), NOW).whole == (many,)


def test_beyond_the_budget_the_oldest_go_and_what_is_open_counts() -> None:
    assert due(ALL, 0, Keeping(days=365, budget_bytes=300), NOW).whole == ()
    found = due(ALL, 50, Keeping(days=365, budget_bytes=300), NOW)
    assert (found.whole, found.over_budget) == ((OLD,), 1)
    found = due(ALL, 250, Keeping(days=90, budget_bytes=300), NOW)
    assert (found.whole, found.over_budget) == ((OLD, WEEK, TODAY), 2)
