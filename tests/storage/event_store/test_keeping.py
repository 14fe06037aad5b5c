from __future__ import annotations

import msgspec
from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.storage.event_store.conftest import NOW

from limen.clock import DAY
from limen.storage.event_store.keeping import Due, Keeping, due
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
    assert (found.whole, found.pushed_out, found.parts) == ((OLD,), {}, ((WEEK, ("proxy",)),))


def test_a_source_with_a_longer_time_keeps_its_events_where_others_go() -> None:
    found = due(ALL, 0, Keeping(days=30, days_of={"fw": 365}), NOW)
    assert (found.whole, found.parts) == ((), ((OLD, ("proxy",)),))


def test_where_sources_are_not_named_the_longest_time_counts() -> None:
    many = sealed(1, 100, {})
    assert due([many], 0, Keeping(days=30, days_of={"fw": 365}), NOW).whole == ()
    assert due([many], 0, Keeping(days=30), NOW).whole == (many,)


def test_beyond_the_budget_the_loudest_loses_its_oldest_and_what_is_open_counts() -> None:
    """The proxy takes 188 of the 300, the firewall 110."""
    assert due(ALL, 0, Keeping(days=365, budget_bytes=300), NOW) == Due()
    found = due(ALL, 40, Keeping(days=365, budget_bytes=300), NOW)
    assert (found.whole, found.parts, found.pushed_out) == ((), ((OLD, ("proxy",)),), {1: {"proxy"}})
    found = due(ALL, 130, Keeping(days=365, budget_bytes=300), NOW)
    assert (found.whole, found.parts) == ((OLD,), ((WEEK, ("proxy",)),))
    assert found.pushed_out == {1: {"proxy", "fw"}, 2: {"proxy"}}
    found = due(ALL, 290, Keeping(days=90, budget_bytes=300), NOW)
    assert found.whole == (OLD, WEEK, TODAY)
    assert set(found.pushed_out) == {2, 3}


def test_what_is_past_its_time_makes_room_first() -> None:
    found = due(ALL, 50, Keeping(days=90, days_of={"proxy": 7}, budget_bytes=300), NOW)
    assert (found.whole, found.parts, found.pushed_out) == ((OLD,), ((WEEK, ("proxy",)),), {})


def test_where_a_segment_names_no_source_the_oldest_go_whole() -> None:
    old, many, later = sealed(1, 3, {"fw": 9}), sealed(2, 2, {}), sealed(3, 1, {"fw": 9})
    assert due([old, many, later], 0, Keeping(days=90, budget_bytes=150), NOW).whole == (old, many)


def test_how_much_a_source_takes_is_measured_by_its_text_where_that_is_known() -> None:
    """Else few events of a megabyte would be as much as few of a line."""
    few = sealed(1, 3, {"fw": 8, "junk": 1})
    few = msgspec.structs.replace(few, lengths={"fw": 100, "junk": 900})
    assert few.sizes() == {"fw": 10, "junk": 90}
    assert due([few], 0, Keeping(days=90, budget_bytes=50), NOW).parts == ((few, ("junk",)),)


@settings(max_examples=size(200), deadline=None)
@given(
    st.lists(st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50), min_size=1), max_size=8), st.integers(1, 600)
)
def test_whoever_takes_no_more_than_its_share_loses_nothing(several: list[dict[str, int]], budget: int) -> None:
    segments = [sealed(n + 1, 8 - n, sources, size=sum(sources.values())) for n, sources in enumerate(several)]
    found = due(segments, 0, Keeping(days=365, budget_bytes=budget), NOW)
    gone = {one.ordinal: set(one.sources) for one in found.whole} | {
        one.ordinal: set(left) for one, left in found.parts
    }
    names = {name for sources in several for name in sources}
    takes = {name: sum(sources.get(name, 0) for sources in several) for name in names}
    left = {
        name: sum(sources.get(name, 0) for n, sources in enumerate(several, 1) if name not in gone.get(n, set()))
        for name in names
    }
    assert sum(left.values()) <= budget
    for name in names:
        assert takes[name] == left[name] or takes[name] > budget / len(names)
        rest = [n for n, sources in enumerate(several, 1) if name in sources and name not in gone.get(n, set())]
        lost = [n for n, sources in enumerate(several, 1) if name in sources and name in gone.get(n, set())]
        assert not rest or not lost or max(lost) < min(rest)  # its oldest
