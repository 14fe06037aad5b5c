from __future__ import annotations

import pytest
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.clock import HOUR
from limen.policy import Effect

ENGINE = engine_of(
    '@id("a") permit (principal, action, resource) '
    'when { context.now.durationSince(context.auth.at) < duration("4h") };'
)


def test_a_decision_is_a_value_that_nobody_changes() -> None:
    decision = ENGINE.decide(VIEW, facts(), NOW)
    assert decision.is_permit
    with pytest.raises(AttributeError):
        decision.effect = Effect.DENY


def test_its_future_is_computed_when_it_is_asked_for() -> None:
    asked = []
    decision = ENGINE.decide(VIEW, facts(), NOW)
    assert decision.valid_until == NOW + 3 * HOUR
    watched = type(decision)(
        *(getattr(decision, name) for name in decision.__struct_fields__[:-1]), lambda *question: asked.append(question)
    )
    assert asked == []
    assert watched.valid_until is None
    assert asked == [(VIEW, decision.facts, NOW)]
