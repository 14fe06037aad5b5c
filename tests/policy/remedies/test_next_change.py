"""When to come back is solved, not searched for; and says the same as the exact way does."""

from __future__ import annotations

import random

import pytest
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.clock import DAY, HOUR, MINUTE, SECOND, from_iso
from limen.facts import Grant
from limen.policy.cedar_view import view_of
from limen.policy.remedies.next_change import COME_BACK, MOST_INSTANTS, InQuestion

SUMMER_ENDS = from_iso("2026-10-24T20:00:00Z")
SUMMER_BEGINS = from_iso("2027-03-27T20:00:00Z")


def permit(condition: str, who: str = "principal", what: str = "resource") -> str:
    return f'@id("p") permit ({who}, action, {what}) when {{ {condition} }};'


def coming(condition: str, now: int = NOW, **known: object) -> list[int]:
    engine, seen = engine_of(permit(condition)), view_of(facts(**known))
    later = engine._next_change
    return later.coming(later.in_question(VIEW, seen), VIEW, seen, now)


@pytest.mark.parametrize(
    "condition",
    [
        "context.time.minute >= 420 && context.time.minute < 1140",
        "420 < context.time.minute",
        "context.time.minute == 150",
        "context.time.weekday <= 5",
        "[6, 7].contains(context.time.weekday)",
        'context.now >= datetime("2026-10-27T03:04:05.678Z")',
        'context.now.durationSince(context.auth.at) > duration("30h")',
        'context.auth.at.offset(duration("2h")) >= context.now',
        "context.now.durationSince(context.auth.at).toMilliseconds() == 7200000",
        "context.time.weekday * 1440 + context.time.minute == 1441",
        'context.now.toTime() < duration("6h")',
        'context.now.toDate() == datetime("2026-10-26")',
    ],
)
@pytest.mark.parametrize("now", [NOW, SUMMER_ENDS, SUMMER_BEGINS])
def test_every_instant_at_which_the_answer_changes_is_among_those_that_are_looked_at(condition: str, now: int) -> None:
    engine = engine_of(permit(condition))
    known = facts(at=now - HOUR)
    candidates = coming(condition, now, at=now - HOUR)
    assert candidates == sorted(set(candidates))
    horizon = now + COME_BACK if len(candidates) < MOST_INSTANTS else candidates[-1]
    draw = random.Random(condition)
    samples = sorted({draw.randrange(now, horizon) for _ in range(300)} | {at // MINUTE * MINUTE for at in candidates})
    for at in samples:
        last = max((one for one in candidates if one <= at), default=now)
        assert engine._answer(VIEW, view_of(known), at)[0] is engine._answer(VIEW, view_of(known), last)[0], at


def test_only_policies_about_this_person_app_and_action_are_in_question() -> None:
    engine = engine_of(
        permit("context.time.minute > 1", 'principal in Group::"staff"')
        + '@id("q") forbid (principal, action == Action::"edit", resource) when { context.time.minute > 2 };'
        '@id("r") forbid (principal in Group::"guests", action, resource) when { context.time.minute > 3 };'
        '@id("s") forbid (principal, action, resource == App::"crm") when { context.time.minute > 4 };'
    )
    about = engine._next_change.in_question(VIEW, view_of(facts()))
    assert (about.permits, about.timely, about.solved_times.minutes) == ({"p"}, {"p"}, {2})
    assert isinstance(about, InQuestion)
    assert engine._next_change.in_question(VIEW, view_of(facts())) is about


def test_the_end_of_a_grant_is_looked_at() -> None:
    grant = Grant("g", "wiki", frozenset({"view"}), NOW + HOUR)
    assert coming("context.grant.active", grants=(grant,)) == [NOW + HOUR]
    assert coming("context.grant.active") == []


def test_what_lies_further_ahead_than_a_week_is_not_looked_at() -> None:
    assert coming('context.now >= datetime("2027-03-14")') == []
    assert all(NOW < at <= NOW + 8 * DAY for at in coming("context.time.minute > 5"))


@pytest.mark.parametrize(
    ("condition", "is_steady"),
    [
        ('context.now.durationSince(context.auth.at) <= duration("4h")', True),
        ('context.auth.at.offset(duration("4h")) >= context.now', True),
        ('context.now.durationSince(context.session.started) <= duration("4h")', False),
        ('context.now >= datetime("2027-01-01")', False),
        ('context.auth.at >= datetime("2027-01-01")', False),
        ('context.now.durationSince(context.auth.at) <= duration("4h") && context.time.minute > 5', False),
    ],
)
def test_how_young_a_proof_is_does_not_change_by_waiting_and_proving_then(condition: str, is_steady: bool) -> None:
    engine, seen = engine_of(permit(condition)), view_of(facts())
    about = engine._next_change.in_question(VIEW, seen)
    assert about.timely == {"p"}
    assert about.timely_when_proved == (set() if is_steady else {"p"})


@pytest.mark.parametrize(
    ("condition", "now", "expected"),
    [
        ("context.time.minute >= 420 && context.time.minute < 1140", "2026-11-24T09:00:00Z", "2026-11-24T18:00:00Z"),
        ("context.time.minute >= 420 && context.time.minute < 1140", "2026-11-24T18:00:00Z", "2026-11-24T23:00:00Z"),
        ("context.time.weekday <= 5", "2026-11-24T09:00:00.250Z", "2026-11-24T23:00:00Z"),
        ("context.time.minute >= 240", "2026-10-24T22:30:00Z", "2026-10-25T01:00:00Z"),  # the clock is set back first
        ("context.time.minute >= 240", "2027-03-28T00:30:00Z", "2027-03-28T01:00:00Z"),  # and here it jumps ahead
        ('context.now < datetime("2026-11-30T12:34:56.789Z")', "2026-11-24T09:00:00Z", "2026-11-30T12:34:56.789Z"),
        ('context.now.toTime() < duration("10h")', "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"),
    ],
)
def test_an_open_stream_is_looked_at_again_no_later_than_time_may_change_it(
    condition: str, now: str, expected: str
) -> None:
    engine = engine_of(permit(condition))
    assert engine.unchanged_until(VIEW, facts(at=from_iso(now) - HOUR), from_iso(now)) == from_iso(expected)


def test_what_time_does_not_touch_is_not_looked_at_again() -> None:
    assert engine_of(permit("context.auth.strength >= 2")).unchanged_until(VIEW, facts(), NOW) is None


def test_a_stream_is_looked_at_again_when_a_grant_ends() -> None:
    grant = Grant("g", "wiki", frozenset({"view"}), NOW + HOUR)
    assert engine_of(permit("context.grant.active")).unchanged_until(VIEW, facts(grants=(grant,)), NOW) == NOW + HOUR


def test_what_stays_open_is_looked_at_again_when_a_proof_may_be_asked_for_anew() -> None:
    """A proof too young to be asked for again makes a refusal, which is a challenge half a minute after it."""
    engine = engine_of(permit('context.now.durationSince(context.auth.at) <= duration("10s")'))
    known = facts(at=NOW)
    decision = engine.decide(VIEW, known, NOW + 15 * SECOND)
    assert (decision.valid_until, decision.unchanged_until) == (NOW + 30 * SECOND, NOW + 30 * SECOND)
