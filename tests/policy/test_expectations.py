from __future__ import annotations

import pytest
from tests.policy.scene import app, engine_of

from limen.policy import Effect
from limen.policy.expectations import Expectation, decide, unmet
from limen.policy.supposed import Supposed

ENGINE = engine_of(
    '@id("hours") permit (principal in Group::"staff", action, resource) when { context.time.minute < 720 };'
)
APPS = {"wiki": app()}


def expectation(
    effect: Effect,
    because: str = "",
    groups: frozenset[str] | None = frozenset({"staff"}),
    at: str = "2026-01-06 10:00",
):
    return Expectation("Staff in the morning", groups, "wiki", "view", Supposed(at=at), effect, because, 7)


def test_an_expectation_that_is_met_says_nothing() -> None:
    met = [expectation(Effect.PERMIT, "hours"), expectation(Effect.DENY, at="2026-01-06 12:00")]
    met.append(expectation(Effect.CHALLENGE, "not-signed-in", None))
    assert list(unmet(ENGINE, met, APPS)) == []


@pytest.mark.parametrize(("effect", "because"), [(Effect.DENY, ""), (Effect.PERMIT, "other")])
def test_one_that_is_not_says_what_was_wanted_and_what_is(effect: Effect, because: str) -> None:
    (one,) = unmet(ENGINE, [expectation(effect, because)], APPS)
    assert one.what.startswith("“Staff in the morning”: ")
    assert one.what.endswith("was expected, and it is permit because of hours")


def test_the_hour_is_the_companys() -> None:
    assert decide(ENGINE, expectation(Effect.PERMIT, at="2026-01-06 11:59"), APPS["wiki"]).effect is Effect.PERMIT
    assert decide(ENGINE, expectation(Effect.PERMIT, at="2026-01-06T11:00+00:00"), APPS["wiki"]).effect is Effect.DENY


def test_an_app_nobody_knows_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        list(unmet(ENGINE, [expectation(Effect.PERMIT)], {}))
