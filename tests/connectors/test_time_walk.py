"""Walking through a log by time: nothing is lost, whatever breaks off; and no vendor leads astray."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given, strategies as st

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.connectors.log_pages import LogPage
from limen.connectors.time_walk import Answer, Lateness, walk
from limen.connectors.vendor_client import VendorError

NOW = 1_795_770_000_000
LATE = Lateness(10 * MINUTE, 6 * HOUR)


@dataclass
class Log:
    """A vendor: events by their instants, two a page. `fails_after` pages it is away; 0 never."""

    events: list[Instant] = field(default_factory=list)
    asked: list[tuple[Instant, Instant, str]] = field(default_factory=list)
    fails_after: int = -1
    knows_links: bool = True

    async def ask(self, since: Instant, until: Instant, link: str) -> Answer:
        if self.fails_after == 0:
            raise VendorError("unreachable")
        self.fails_after -= 1
        self.asked.append((since, until, link))
        if link and not self.knows_links:
            raise VendorError("not-allowed", 400)
        found = sorted(one for one in self.events if since <= one < until)
        at = int(link or "0")
        return Answer([b"%d" % one for one in found[at : at + 2]], str(at + 2) if at + 2 < len(found) else "")


async def turn(log: Log, cursor: str, now: Instant, most: int = 1_000) -> tuple[list[int], str]:
    """What a turn of so many pages brings, and where it ends; what is broken off is as far as it got."""
    had: list[int] = []
    try:
        async for page in walk(cursor, now, LATE, log.ask):
            had += [int(one) for one in page.records]
            cursor, most = page.cursor, most - 1
            if not most:
                break
    except VendorError:
        pass
    return had, cursor


async def test_the_first_time_it_begins_a_day_ago_and_then_goes_on() -> None:
    log = Log([NOW - 2 * DAY, NOW - 5 * HOUR, NOW - 1])
    had, cursor = await turn(log, "", NOW)
    assert had == [NOW - 5 * HOUR, NOW - 1]
    log.events.append(NOW + MINUTE)
    had, _ = await turn(log, cursor, NOW + 5 * MINUTE)
    assert had == [NOW - 1, NOW + MINUTE]  # what is new, and the overlap


async def test_late_events_come_by_the_overlap_and_very_late_ones_within_the_hour() -> None:
    log = Log()
    _, cursor = await turn(log, "", NOW)
    log.events += [NOW - 9 * MINUTE, NOW - 5 * HOUR]
    had, cursor = await turn(log, cursor, NOW + MINUTE)
    assert had == [NOW - 9 * MINUTE]
    had, cursor = await turn(log, cursor, NOW + HOUR)
    assert had == [NOW - 5 * HOUR, NOW - 9 * MINUTE]
    had, cursor = await turn(log, cursor, NOW + HOUR + MINUTE)
    assert had == []


async def test_a_window_goes_on_by_its_link_and_begins_anew_where_that_is_forgotten() -> None:
    log = Log([NOW - n for n in range(10, 0, -1)])
    had, cursor = await turn(log, "", NOW, most=2)
    assert had == [NOW - 10, NOW - 9, NOW - 8, NOW - 7]
    rest, _ = await turn(log, cursor, NOW + MINUTE)
    assert rest[:6] == [NOW - 6, NOW - 5, NOW - 4, NOW - 3, NOW - 2, NOW - 1]
    log.knows_links = False
    log.asked.clear()
    again, kept = await turn(log, cursor, NOW + MINUTE)
    assert again == [NOW - 10, NOW - 9]
    assert [link for *_, link in log.asked] == ["4", "", "2"]  # anew once, and not for ever
    assert json.loads(kept)["until"] == NOW


async def test_no_instant_of_a_vendor_leads_ahead_of_limens_clock() -> None:
    log = Log([NOW + 900 * DAY])
    _, cursor = await turn(log, "", NOW)
    assert json.loads(cursor)["reached"] == NOW


async def test_a_clock_that_was_ahead_and_cursors_that_are_none_lose_nothing() -> None:
    for cursor in ("{", "[]", '{"reached": "x"}', json.dumps({"reached": NOW + 900 * DAY})):
        had, _ = await turn(Log([NOW - MINUTE]), cursor, NOW)
        assert had == [NOW - MINUTE]


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param(lambda n: Answer([b"{}"], "same"), id="one link for ever"),
        pytest.param(lambda n: Answer([], str(n)), id="nothing for ever"),
        pytest.param(lambda n: Answer([b"{}"], "x" * 9_000), id="an endless link"),
    ],
)
async def test_endless_pages_end(answers: object) -> None:
    asked = 0

    async def ask(_since: Instant, _until: Instant, _link: str) -> Answer:
        nonlocal asked
        asked += 1
        return answers(asked)  # type: ignore[operator,no-any-return]

    with pytest.raises(VendorError) as error:
        [page async for page in _pages(ask)]
    assert error.value.word == "garbage"
    assert asked < 100


def _pages(ask: object) -> AsyncIterator[LogPage]:
    return walk("", NOW, LATE, ask)  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 9)), max_size=30),
    st.lists(st.tuples(st.integers(1, 60), st.integers(0, 6), st.integers(1, 6)), min_size=1, max_size=20),
)
async def test_nothing_is_lost_however_often_it_breaks_off(
    events: list[tuple[int, int]], turns: list[tuple[int, int, int]]
) -> None:
    """Each event comes so many minutes after it was, within the usual lateness; turns fail, or are cut short."""
    log, cursor, now, had = Log(), "", NOW, set[int]()
    _, cursor = await turn(log, cursor, now)
    expected = {NOW + at * MINUTE for at, _ in events}
    coming = sorted((NOW + (at + late) * MINUTE, NOW + at * MINUTE) for at, late in events)
    for minutes, fails_after, most in [*turns, (320, -1, 1_000), (30, -1, 1_000)]:
        now += minutes * MINUTE
        log.events = [at for there, at in coming if there <= now]
        log.fails_after = fails_after
        found, cursor = await turn(log, cursor, now, most)
        had |= set(found)
    assert had == expected
