from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from tests.policy.scene import BERLIN, NOW, tree_of

from limen.cedar import PolicySet
from limen.clock import DAY, HOUR, MINUTE, Instant, from_iso
from limen.policy.cedar_view import Calendar
from limen.policy.remedies.time_boundaries import Ahead, Clock, UnforeseeableError, time_boundaries_of


def edges(condition: str):
    (policy,) = PolicySet.from_json(tree_of(f'@id("p") permit (principal, action, resource) when {{ {condition} }};'))
    return time_boundaries_of(policy)


def ahead(condition: str, value, start: Instant = NOW, horizon: Instant | None = None, known=()) -> list[Instant]:
    moving = tuple((edge, lambda node, at: value(at)) for edge in edges(condition))
    return list(Ahead(moving, Calendar(BERLIN), start, known).instants(horizon))


def minute(at: Instant) -> int:
    local = datetime.fromtimestamp(at / 1000, BERLIN)
    return local.hour * 60 + local.minute


@pytest.mark.parametrize(
    ("condition", "clocks"),
    [
        ("context.auth.strength >= 3", []),
        ("context.time.minute < 480", [{Clock.MINUTE}]),
        ("context.time.weekday <= 5 && context.time.minute < 480", [{Clock.WEEKDAY}, {Clock.MINUTE}]),
        ('context.now < datetime("2027-01-01")', [{Clock.NOW}]),
        ('context.now.durationSince(context.auth.at) <= duration("4h")', [{Clock.NOW, Clock.PROOF}]),
        ("!(context.time.minute < 480 || context.risk.known)", [{Clock.MINUTE}]),
        ("if context.time.minute < 480 then context.risk.known else true", [{Clock.MINUTE}]),
        ("(context.time.minute < 480) == context.risk.known", [{Clock.MINUTE}]),
        ("context.auth.strength == 1 && context.auth.strength == 1", []),
    ],
)
def test_each_comparison_with_a_clock_is_an_edge(condition: str, clocks: list[set[Clock]]) -> None:
    assert sorted(sorted(edge.clocks) for edge in edges(condition)) == sorted(map(sorted, clocks))


@pytest.mark.parametrize(
    "condition",
    [
        '[context.now].contains(datetime("2027-01-01"))',
        "context.now.durationSince(context.now.toDate()) == context.now.toTime()",
        '(if context.risk.known then context.now else datetime("2027-01-01")) > context.auth.at',
        "context.now.toTime().toMinutes() == context.time.minute",
        '{"a": context.now} == {"a": context.auth.at}',
    ],
)
def test_what_can_not_be_foreseen_is_refused(condition: str) -> None:
    with pytest.raises(UnforeseeableError, match="can't be computed"):
        edges(condition)


def test_the_minute_in_a_set_is_looked_at_every_minute() -> None:
    (edge,) = edges("[1, 3].contains(context.time.minute)")
    assert edge.is_scanned
    found = ahead("[1, 3].contains(context.time.minute)", lambda at: minute(at) in {1, 3}, horizon=NOW + 3 * MINUTE)
    assert found == [NOW + MINUTE, NOW + 2 * MINUTE, NOW + 3 * MINUTE]


def test_a_daily_edge_comes_every_day_at_the_local_hour_even_when_the_clock_changes() -> None:
    saturday = from_iso("2026-10-24T10:00:00Z")
    found = ahead("context.time.minute < 480", lambda at: minute(at) < 480, saturday, saturday + 3 * DAY)
    hours = [datetime.fromtimestamp(at / 1000, ZoneInfo("Europe/Berlin")).strftime("%d %H:%M") for at in found]
    assert {"25 08:00", "26 08:00", "27 08:00"} <= set(hours)
    assert found == sorted(set(found))


def test_a_date_is_found_to_the_millisecond() -> None:
    date = from_iso("2031-05-01T00:00:00Z")
    assert ahead('context.now < datetime("2031-05-01")', lambda at: at < date) == [date]


def test_what_is_known_already_is_told_once() -> None:
    assert ahead("context.risk.known", lambda at: True, known=(NOW + HOUR, NOW - HOUR, NOW + HOUR)) == [NOW + HOUR]


def test_after_a_date_far_ahead_the_days_are_looked_at_again() -> None:
    date = from_iso("2027-05-01T12:00:00Z")
    condition = 'context.now >= datetime("2027-05-01T12:00:00Z") && context.time.minute < 480'
    moving = tuple(
        (edge, (lambda node, at: at >= date) if Clock.NOW in edge.clocks else (lambda node, at: minute(at) < 480))
        for edge in edges(condition)
    )
    found = list(Ahead(moving, Calendar(BERLIN), NOW).instants())
    assert date in found
    assert from_iso("2027-05-02T06:00:00Z") in found
