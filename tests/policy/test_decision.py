from __future__ import annotations

import pytest
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.clock import HOUR
from limen.facts import Facts
from limen.policy.decision import Decision, Effect, Remedies, Remedy, Request

ENGINE = engine_of(
    '@id("a") permit (principal, action, resource) '
    'when { context.now.durationSince(context.auth.at) < duration("4h") };'
)


def test_a_decision_is_a_value_that_nobody_changes() -> None:
    decision = ENGINE.decide(VIEW, facts(), NOW)
    assert decision.is_permit
    with pytest.raises(AttributeError):
        decision.effect = Effect.DENY


class LaterAnswers:
    """Tells the future, and who asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def valid_until(self, request: Request, facts: Facts, now: int) -> int:
        self.asked.append("valid_until")
        return now + HOUR

    def unchanged_until(self, request: Request, facts: Facts, now: int) -> int:
        self.asked.append("unchanged_until")
        return now + 1

    def remedies(self, request: Request, facts: Facts, now: int) -> Remedies:
        self.asked.append("remedies")
        return ((Remedy("come_back", at_once=False, at=now + HOUR),),)


def test_its_future_is_looked_for_only_when_it_is_asked_for() -> None:
    assert ENGINE.decide(VIEW, facts(), NOW).valid_until == NOW + 3 * HOUR
    later = LaterAnswers()
    denied = Decision(Effect.DENY, (), (), (), VIEW, facts(), NOW, "r1", later)
    assert later.asked == []
    assert denied.valid_until == NOW + HOUR
    assert denied.unchanged_until == NOW + 1
    assert [remedy.at for named in denied.remedies for remedy in named] == [NOW + HOUR]
    assert later.asked == ["valid_until", "unchanged_until", "remedies"]


def test_what_can_be_done_at_once_needs_no_future() -> None:
    later = LaterAnswers()
    sign_in = (Remedy("sign_in", at_once=True),)
    assert Decision(Effect.CHALLENGE, (), sign_in, (), VIEW, facts(), NOW, "r1", later).remedies == (sign_in,)
    assert Decision(Effect.PERMIT, (), (), (), VIEW, facts(), NOW, "r1", later).remedies == ()
    assert later.asked == []


def test_a_decision_that_no_policy_took_has_no_future() -> None:
    named = Decision(Effect.DENY, (), (), (), VIEW, facts(), NOW, "")
    assert (named.valid_until, named.remedies) == (None, ())
