from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import app, engine_of

from limen.facts import Label
from limen.policy import Effect, State
from limen.policy.expectations import Expectation, decide, unmet
from limen.policy.hypothetical import Hypothetical

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
    return Expectation("Staff in the morning", groups, "wiki", "view", Hypothetical(at=at), effect, because, 7)


def test_an_expectation_that_is_met_says_nothing() -> None:
    met = [expectation(Effect.PERMIT, "hours"), expectation(Effect.DENY, at="2026-01-06 12:00")]
    met.append(expectation(Effect.CHALLENGE, "not-signed-in", None))
    assert list(unmet(ENGINE, met, APPS)) == []


@pytest.mark.parametrize(("effect", "because"), [(Effect.DENY, ""), (Effect.PERMIT, "other")])
def test_one_that_is_not_says_what_was_wanted_and_what_is(effect: Effect, because: str) -> None:
    (one,) = unmet(ENGINE, [expectation(effect, because)], APPS)
    assert one.what.startswith("“Staff in the morning”: ")
    wanted = "denied" if effect is Effect.DENY else "permitted by other"
    assert one.what.endswith(f"expected: {wanted}; now: permitted by hours")


def test_policies_are_told_by_their_titles() -> None:
    engine = engine_of("""
        @id("hours") @title("Only before noon") permit (principal, action, resource) when { context.time.minute < 720 };
        @id("no") @title("Nobody at all") forbid (principal, action, resource);
    """)
    (one,) = unmet(engine, [expectation(Effect.PERMIT, "hours")], APPS)
    assert one.what == (
        "“Staff in the morning”: expected: permitted by “Only before noon” (hours); now: denied by “Nobody at all” (no)"
    )


def test_the_hour_is_the_companys() -> None:
    assert decide(ENGINE, expectation(Effect.PERMIT, at="2026-01-06 11:59"), APPS["wiki"]).effect is Effect.PERMIT
    assert decide(ENGINE, expectation(Effect.PERMIT, at="2026-01-06T11:00+00:00"), APPS["wiki"]).effect is Effect.DENY


def test_an_app_nobody_knows_is_an_error_of_the_caller() -> None:
    with pytest.raises(KeyError):
        list(unmet(ENGINE, [expectation(Effect.PERMIT)], {}))


WATCHED = engine_of(
    """
    @id("anybody") permit (principal, action, resource);
    @id("evening") @state("report-only") forbid (principal, action, resource) when { resource.sensitivity >= 2 };
    @id("night") @state("off") forbid (principal, action, resource);
    """
)


@pytest.mark.parametrize("policy", ["evening", "night"])
def test_what_is_watched_or_off_can_be_tested_as_if_it_were_enforced(policy: str) -> None:
    refused = replace(expectation(Effect.DENY, policy), enforcing=(policy,), label=Label.CONFIDENTIAL)
    assert list(unmet(WATCHED, [refused, expectation(Effect.PERMIT)], APPS)) == []
    (one,) = unmet(WATCHED, [replace(refused, enforcing=())], APPS)
    assert one.decision.effect is Effect.PERMIT
    assert WATCHED.states[policy] is not State.ENFORCE


def test_the_apps_label_can_be_supposed() -> None:
    internal = replace(expectation(Effect.PERMIT), enforcing=("evening",))
    confidential = replace(expectation(Effect.DENY), enforcing=("evening",), label=Label.CONFIDENTIAL)
    assert list(unmet(WATCHED, [internal, confidential], APPS)) == []
