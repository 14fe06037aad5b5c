from __future__ import annotations

import asyncio

from limen.clock import HOUR
from limen.events import DecisionRecord, Event
from limen.storage.journal.recent import Live, Recent


def an_event(n: int) -> Event:
    return Event(id=f"{n:024x}", at=n, kind="sign_in.failed")


def test_the_oldest_leave_when_the_ring_is_full() -> None:
    recent = Recent(size=3)
    recent.add([an_event(n) for n in range(5)])
    assert [event.at for event in recent.newest(9)] == [4, 3, 2]
    assert recent.get(an_event(0).id) is None
    assert recent.get(an_event(4).id) == an_event(4)


def test_hours_count_decisions_by_effect_with_all_they_fold() -> None:
    recent = Recent()
    record = DecisionRecord(effect="permit", reasons=(), revision="1", facts="f", now=1, app="a", action="view")
    recent.add([Event(at=HOUR, kind="decision", count=5, decision=record), an_event(2 * HOUR + 1)])
    assert recent.counts(0) == {HOUR: {"permit": 5}, 2 * HOUR: {"sign_in.failed": 1}}
    assert recent.counts(2 * HOUR) == {2 * HOUR: {"sign_in.failed": 1}}


def test_events_of_an_earlier_run_are_shown_but_not_counted_again() -> None:
    recent = Recent()
    recent.load([an_event(1)])
    assert recent.newest(1) == [an_event(1)]
    assert recent.counts(0) == {}


async def test_a_slow_client_is_dropped_and_told_so() -> None:
    left: list[Live] = []
    live = Live(asyncio.get_running_loop(), left.append, size=3)
    for n in range(5):
        live.push([an_event(n)])
    await asyncio.sleep(0)
    seen = [event async for event in live]
    assert live.was_too_slow
    assert left == [live]
    assert len(seen) < 5


async def test_a_client_that_keeps_up_misses_nothing() -> None:
    live = Live(asyncio.get_running_loop(), lambda _: None, size=3)
    seen: list[int] = []

    async def follow() -> None:
        async for event in live:
            seen.append(event.at)  # noqa: PERF401 -- what was seen must show as it comes

    following = asyncio.create_task(follow())
    for n in range(20):
        live.push([an_event(n)])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    live.close()
    await following
    assert seen == list(range(20))


async def test_a_pause_is_told_and_what_comes_after_it_too() -> None:
    live = Live(asyncio.get_running_loop(), lambda _: None)
    coming = live.with_pauses(0.01)
    assert await anext(coming) is None
    live.push([an_event(1)])
    assert await anext(coming) == an_event(1)
    live.close()
    assert [event async for event in coming] == []


async def test_what_has_arrived_is_passed_over_and_what_comes_after_it_is_not() -> None:
    live = Live(asyncio.get_running_loop(), lambda _: None)
    live.push([an_event(1), an_event(2)])
    await asyncio.sleep(0)
    live.skip()
    live.push([an_event(3)])
    assert await anext(live.with_pauses(1)) == an_event(3)
    live.close()
