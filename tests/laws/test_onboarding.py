"""Onboarding lets people pass whom policies refuse, until it ends, and touches nothing else."""

from dataclasses import replace

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.policy.scene import NOW, engine_of, facts

from limen.clock import DAY, HOUR
from limen.facts import ANYBODY, UNPROVED, Label
from limen.policy.decision import Effect, Named, Request
from limen.policy.replay import replay, write_decision

ENGINE = engine_of(
    """
@id("staff-view") permit (principal in Group::"staff", action == Action::"view", resource)
when { context.auth.strength >= 2 && context.time.minute < 1080 };
@id("no-risk") @always("stolen is stolen") forbid (principal in Group::"thieves", action, resource);
@id("not-now") forbid (principal in Group::"late", action, resource)
when { context.now >= datetime("2026-11-25") };
@id("errs") forbid (principal in Group::"broken", action, resource)
when { context.risk.score + 9223372036854775807 > 0 };
"""
)


@st.composite
def cases(draw: st.DrawFn):
    groups = draw(st.sets(st.sampled_from(["staff", "thieves", "late", "broken"])))
    known = facts(draw(st.sampled_from(Label)), groups=tuple(groups), strength=draw(st.integers(0, 3)))
    known = replace(known, person=replace(known.person, active=draw(st.booleans())))
    if draw(st.booleans()):
        known = replace(known, person=ANYBODY, auth=UNPROVED)
    action = draw(st.sampled_from(["view", "edit", "administer", "connect", "sign_in", "no-such"]))
    return known, Request(action), draw(st.integers(-DAY, 3 * DAY))


def onboarding(known, until):
    return replace(known, app=replace(known.app, onboarding_until=until))


@settings(max_examples=size(150))
@given(case=cases())
def test_it_only_turns_refusals_of_active_people_and_says_what_they_were(case) -> None:
    known, request, rest = case
    plain = ENGINE.decide(request, known, NOW)
    begun = ENGINE.decide(request, onboarding(known, NOW + rest), NOW)
    if begun.effect is plain.effect and begun.reasons == plain.reasons:
        return
    assert plain.effect is not Effect.PERMIT
    assert begun.effect is Effect.PERMIT
    assert known.person.active
    assert known.app.label <= Label.INTERNAL
    assert rest > 0
    assert request.action in {"view", "edit", "administer"}
    assert begun.reasons[0].policy == Named.ONBOARDING
    assert begun.reasons[1:] == plain.reasons
    assert {one.policy for one in plain.reasons}.isdisjoint({"no-risk", Named.POLICY_ERROR, Named.PERSON_INACTIVE})
    assert not begun.remedies


@settings(max_examples=size(100))
@given(case=cases())
def test_without_it_and_after_it_the_answer_is_what_the_policies_say(case) -> None:
    known, request, rest = case
    plain, over = ENGINE.decide(request, known, NOW), onboarding(known, NOW - abs(rest))
    after = ENGINE.decide(request, over, NOW)
    assert (after.effect, after.reasons, after.at_once) == (plain.effect, plain.reasons, plain.at_once)
    assert after.valid_until == plain.valid_until
    assert ENGINE.remedies(request, over, NOW) == ENGINE.remedies(request, known, NOW)


@settings(max_examples=size(100))
@given(case=cases())
def test_its_end_is_an_instant_at_which_time_alone_turns_the_answer(case) -> None:
    known, request, rest = case
    until = NOW + abs(rest) + 1
    known = onboarding(known, until)
    decision = ENGINE.decide(request, known, NOW)
    last, first = (ENGINE.decide(request, known, at).effect for at in (until - 1, until))
    if decision.valid_until is None or decision.valid_until > until:
        assert decision.effect is last is first
    elif decision.valid_until == until:
        assert last is not first


@settings(max_examples=size(30))
@given(case=cases())
def test_a_decision_file_answers_the_same_anywhere(case) -> None:
    known, request, rest = case
    found = replay(write_decision(ENGINE, request, onboarding(known, NOW + rest), NOW))
    assert found.agrees


def test_somebody_refused_passes_until_the_very_instant() -> None:
    known = onboarding(facts(groups=("contractors",)), NOW + HOUR)
    decision = ENGINE.decide(Request("edit"), known, NOW)
    assert [one.policy for one in decision.reasons] == [Named.ONBOARDING, Named.NOTHING_PERMITS]
    assert decision.valid_until == NOW + HOUR
    assert ENGINE.decide(Request("edit"), known, NOW + HOUR - 1).is_permit
    assert not ENGINE.decide(Request("edit"), known, NOW + HOUR).is_permit
