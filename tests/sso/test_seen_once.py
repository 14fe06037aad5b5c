"""What may come once."""

from __future__ import annotations

import pytest
from tests import kept as looked_at

from limen.clock import SetClock
from limen.sso import seen_once
from limen.sso.seen_once import SeenOfEach, SeenOnce
from limen.storage.kept_briefly import KeptBriefly


@pytest.fixture
def clock() -> SetClock:
    return SetClock(10)


@pytest.fixture
def kept(clock: SetClock) -> KeptBriefly:
    return KeptBriefly.in_memory(clock)


async def test_the_first_is_told_from_the_others_until_it_does_not_count_any_more(
    kept: KeptBriefly, clock: SetClock
) -> None:
    seen = SeenOnce(kept, "letters")
    assert [await seen.is_first("a", 20), await seen.is_first("a", 30), await seen.is_first("b", 20)] == [
        True,
        False,
        True,
    ]
    assert await SeenOnce(kept, "others").is_first("a", 20)
    clock.forward(10)
    assert await seen.is_first("a", 30)


async def test_where_too_many_are_fresh_none_more_is_taken(
    kept: KeptBriefly, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_once, "MOST", 2)
    seen = SeenOnce(kept, "letters")
    assert [await seen.is_first(one, 20) for one in "abc"] == [True, True, False]
    clock.forward(10)
    assert await seen.is_first("c", 30)
    assert looked_at.number(kept) == 1


async def test_whoever_sends_without_end_keeps_nobody_else_out(
    kept: KeptBriefly, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seen_once, "MOST", 6)
    monkeypatch.setattr(seen_once, "MOST_OF_A_SOURCE", 4)
    seen = SeenOfEach(kept, "letters")
    assert [await seen.is_first("a", "mia", 90), await seen.is_first("a", "ned", 90)] == [True, False]
    for number in range(30):
        assert await seen.is_first(f"x{number}", f"flood{number % 3}", 90)
    assert (await seen.holds("a"), await seen.is_first("a", "mia", 90), looked_at.number(kept)) == (True, False, 6)
    clock.forward(80)
    assert await seen.is_first("a", "mia", 99)
    assert looked_at.number(kept) <= 6


async def test_long_names_of_kinds_and_sources_are_kept_short(kept: KeptBriefly) -> None:
    one, other = (SeenOfEach(kept, "x" * 500 + end) for end in "ab")
    assert [await seen.is_first("a", "s" * 5_000, 20) for seen in (one, one, other)] == [True, False, True]
