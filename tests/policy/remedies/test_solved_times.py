from __future__ import annotations

from typing import Any

import pytest
from tests.policy.scene import engine_of

from limen.cedar import Datetime
from limen.clock import HOUR, from_iso
from limen.policy.remedies.solved_times import SolvedTimes, flips, solved_times_of
from limen.policy.remedies.time_boundaries import time_boundaries_of

AT = from_iso("2026-11-24T06:00:00Z")
CONTEXT: dict[str, Any] = {"auth": {"at": Datetime(AT)}, "now": Datetime(AT)}


def marks(condition: str) -> SolvedTimes:
    (policy,) = engine_of(f'@id("p") permit (principal, action, resource) when {{ {condition} }};').policies
    return solved_times_of(time_boundaries_of(policy))


@pytest.mark.parametrize(
    ("condition", "minutes"),
    [
        ("context.time.minute >= 420", {420}),
        ("context.time.minute > 420", {421}),
        ("420 > context.time.minute", {420}),
        ("context.time.minute == 420", {420, 421}),
        ("context.time.minute <= 1439", set()),
        ("context.time.weekday <= 5", set()),
    ],
)
def test_hours_flip_at_minutes_of_the_day_and_at_midnight(condition: str, minutes: set[int]) -> None:
    found = marks(condition)
    assert (found.minutes, found.is_weekly, found.solved, found.odd) == (minutes, True, {}, ())


@pytest.mark.parametrize(
    ("condition", "instants"),
    [
        ('context.now >= datetime("2026-11-25")', [from_iso("2026-11-25T00:00:00Z")]),
        ('context.now.durationSince(context.auth.at) <= duration("4h")', [AT + 4 * HOUR]),
        ('context.auth.at.offset(duration("4h")) < context.now', [AT + 4 * HOUR]),
        ("context.now.durationSince(context.auth.at).toMilliseconds() > 1000", [AT + 1000]),
        ("context.now > context.place.seen", []),
    ],
)
def test_sums_of_instants_and_lengths_are_solved(condition: str, instants: list[int]) -> None:
    found = marks(condition)
    assert found.odd == ()
    solved = [at for comparison in found.solved.values() for at in flips(comparison, CONTEXT)]
    assert solved == [one for at in instants for one in (at, at + 1)]


def test_what_a_proof_given_then_would_make_of_it_is_solved_as_well() -> None:
    (comparison,) = marks('context.auth.at >= datetime("2027-01-01")').solved.values()
    assert next(flips(comparison, CONTEXT)) == from_iso("2027-01-01T00:00:00Z")


@pytest.mark.parametrize(
    "condition",
    [
        'context.now.toTime() < duration("6h")',
        'context.now.toDate() == datetime("2026-10-26")',
        "context.now.durationSince(context.auth.at).toHours() < 5",
        "context.time.weekday * 1440 + context.time.minute >= 2000",
    ],
)
def test_the_rest_is_left_to_the_exact_way(condition: str) -> None:
    found = marks(condition)
    assert len(found.odd) == 1
    assert not found.solved
    assert not found.is_steady
