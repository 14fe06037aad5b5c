from __future__ import annotations

from limen.clock import HOUR, MINUTE
from limen.events import Event
from limen.monitor.link import Elsewhere, Health, Streamed
from limen.monitor.outgrown.away import KIND, SET_BACK, Telling, away_for_long

SINCE = 1_800_000_000_000


def _health(wrong: str = "unreachable", since: int = SINCE) -> Health:
    elsewhere = Elsewhere(behind=7, wrong=wrong, since=since)
    return Health(at=SINCE, elsewhere=elsewhere, streamed=Streamed(wrong=wrong, since=since))


def test_an_hour_is_nothing_to_wake_anybody_for() -> None:
    assert list(away_for_long(_health(), SINCE + HOUR)) == []
    long = list(away_for_long(_health(), SINCE + HOUR + 1))
    assert [(one.engine, one.waiting) for one in long] == [("ClickHouse", 7), ("NATS", 0)]


def test_what_works_is_not_used_or_not_known_is_not_away() -> None:
    later = SINCE + 9 * HOUR
    for health in (None, Health(at=SINCE), _health(wrong=""), _health(since=0)):
        assert list(away_for_long(health, later)) == []


async def test_it_is_told_once_an_hour_and_anew_after_it_came_back() -> None:
    now, health, events = [SINCE], [_health()], list[Event]()
    telling = Telling(lambda: health[0], lambda: now[0], events.append)
    for _ in range(150):
        now[0] += MINUTE
        await telling.look()
    told = [(one.kind, one.details["engine"], one.details["minutes"]) for one in events]
    assert told == [(KIND, engine, minutes) for minutes in (61, 121) for engine in ("ClickHouse", "NATS")]
    assert len(list(telling.warnings())) == 2
    health[0] = _health(wrong="")
    await telling.look()
    assert list(telling.warnings()) == []
    health[0] = _health()
    await telling.look()
    assert len(events) == 6


async def test_a_clock_that_is_set_back_tells_rather_than_not() -> None:
    now, events = [SINCE + 9 * HOUR], list[Event]()
    telling = Telling(_health, lambda: now[0], events.append)
    await telling.look()
    now[0] = SINCE + 2 * HOUR
    await telling.look()
    assert len(events) == 4


async def test_what_clickhouse_lost_is_told_once() -> None:
    health, events = [Health(at=SINCE)], list[Event]()
    telling = Telling(lambda: health[0], lambda: SINCE, events.append)
    for set_back, gone in ((0, 0), (5, 1), (5, 1), (7, 1), (0, 0), (2, 2)):  # a new process begins at 0
        health[0] = Health(at=SINCE, elsewhere=Elsewhere(set_back=set_back, gone=gone))
        await telling.look()
    told = [(one.kind, one.details["events"], one.details["gone"]) for one in events]
    assert told == [(SET_BACK, 5, 1), (SET_BACK, 2, 0), (SET_BACK, 2, 2)]
