"""What holds for every decision, whatever the policies: refuse by default, narrow by forbids, foresee exactly."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import HealthCheck, example, given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import Case, cases, policy_texts
from tests.policy.scene import app

from limen.clock import DAY, MINUTE, from_iso
from limen.facts import Auth, Factor, Facts, Label, Person
from limen.policy import Effect, Named, Remedy, Request, State
from limen.policy.cedar_view import view_of
from limen.policy.replay import replay, write_decision

RANK = {Effect.DENY: 0, Effect.CHALLENGE: 1, Effect.PERMIT: 2}
thoroughly = settings(max_examples=size(120), suppress_health_check=[HealthCheck.too_slow])


def applied(remedy: Remedy, facts: Facts, now: int) -> Facts:
    """What is known after somebody did as the remedy says, written down here again and not asked of the engine."""
    proofs = {
        "use_passkey": Auth(3, facts.auth.factors | {Factor.PASSKEY}, now),
        "add_factor": Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}) | facts.auth.factors, now),
        "sign_in_again": replace(facts.auth, at=now),
    }
    return replace(facts, auth=proofs[remedy.kind])


@thoroughly
@given(cases(), st.data())
def test_without_a_permit_nothing_is_permitted(case: Case, data: st.DataObject) -> None:
    forbids = tuple(data.draw(policy_texts(f"forbid-{number}", "forbid")) for number in range(2))
    only_forbids = replace(case, texts=forbids)
    assert only_forbids.engine().decide(case.request, case.facts, case.now).effect is not Effect.PERMIT


@thoroughly
@given(cases(), policy_texts("one-more", "forbid"))
def test_adding_a_forbid_never_widens(case: Case, forbid: str) -> None:
    before = case.engine().decide(case.request, case.facts, case.now)
    after = case.engine(forbid).decide(case.request, case.facts, case.now)
    assert RANK[after.effect] <= RANK[before.effect]


@thoroughly
@given(cases(), policy_texts("watched", state="report-only"), policy_texts("off", state="off"))
def test_policies_that_are_not_enforced_change_nothing(case: Case, watched: str, off: str) -> None:
    before = case.engine().decide(case.request, case.facts, case.now)
    after = case.engine(watched, off).decide(case.request, case.facts, case.now)
    assert (after.effect, after.reasons, after.remedies) == (before.effect, before.reasons, before.remedies)
    assert after.valid_until == before.valid_until
    assert {reason.policy for reason in after.watched} <= {"watched"}


@thoroughly
@given(cases())
def test_a_decision_replayed_from_its_written_form_is_the_same(case: Case) -> None:
    engine = case.engine()
    written = json.loads(json.dumps(write_decision(engine, case.request, case.facts, case.now)))
    replayed = replay(written)
    decision = engine.decide(case.request, case.facts, case.now)
    assert replayed.agrees
    assert replayed.decision.reasons == decision.reasons
    assert replayed.decision.remedies == decision.remedies
    assert replayed.decision.valid_until == decision.valid_until


@thoroughly
@given(cases())
def test_each_named_remedy_really_turns_the_decision(case: Case) -> None:
    engine = case.engine()
    decision = engine.decide(case.request, case.facts, case.now)
    if decision.effect is Effect.PERMIT:
        assert decision.remedies == ()
    for named in decision.remedies:
        assert all(remedy.at_once for remedy in named) or decision.effect is Effect.DENY
        for remedy in named:
            assert remedy.kind != "come_back" or case.now < remedy.at <= case.now + 8 * DAY
        if len(named) == 1 and named[0].at_once and named[0].kind != "sign_in":
            turned = engine.decide(case.request, applied(named[0], case.facts, case.now), case.now)
            assert turned.effect is Effect.PERMIT


@thoroughly
@given(cases())
def test_whoever_did_what_was_asked_is_not_asked_for_it_again(case: Case) -> None:
    engine = case.engine()
    facts = case.facts
    asked: set[tuple[str, int]] = set()
    for _ in range(4):
        decision = engine.decide(case.request, facts, case.now)
        if decision.effect is not Effect.CHALLENGE or decision.at_once[0].kind == "sign_in":
            return
        remedy = decision.at_once[0]
        assert (remedy.kind, remedy.strength) not in asked
        asked.add((remedy.kind, remedy.strength))
        facts = applied(remedy, facts, case.now)
    raise AssertionError("it went round in a loop")


@thoroughly
@given(cases(), st.randoms(use_true_random=False))
@example(
    Case(
        ('@id("p") permit (principal, action, resource) when { context.time.minute == 150 };',),
        "Europe/Berlin",
        Request("view"),
        Facts(app(Label.PUBLIC), Person("p1", active=True), Auth(3, frozenset(), from_iso("2026-10-24T12:00:00Z"))),
        from_iso("2026-10-25T00:00:00Z"),  # half past two comes twice in this night
    ),
    __import__("random").Random(1),
)
def test_nothing_changes_before_valid_until_and_something_does_at_it(case: Case, random: object) -> None:
    engine = case.engine()
    decision = engine.decide(case.request, case.facts, case.now)
    until = decision.valid_until
    end = case.now + 16 * DAY if until is None else until
    draw = random.randrange  # type: ignore[attr-defined]
    samples = {case.now, end - 1, *(draw(case.now, end) for _ in range(40))}
    samples |= {at // MINUTE * MINUTE for at in samples if case.now <= at // MINUTE * MINUTE}
    for at in samples:
        assert engine.decide(case.request, case.facts, at).effect is decision.effect, at
    if until is not None:
        assert until > case.now
        assert engine.decide(case.request, case.facts, until).effect is not decision.effect


@thoroughly
@given(cases(), st.randoms(use_true_random=False))
def test_what_is_looked_at_again_at_each_bound_is_never_looked_at_too_late(case: Case, random: object) -> None:
    engine, at, draw = case.engine(), case.now, random.randrange  # type: ignore[attr-defined]
    for _ in range(12):
        decision = engine.decide(case.request, case.facts, at)
        bound, exact = decision.unchanged_until, decision.valid_until
        if bound is None:
            assert exact is None
            return
        assert bound > at
        assert exact is None or bound <= exact
        for sample in (bound - 1, draw(at, bound), draw(at, bound) // MINUTE * MINUTE):
            if sample >= at:
                assert engine.decide(case.request, case.facts, sample).effect is decision.effect
        at = bound


@thoroughly
@given(cases())
def test_the_explanation_agrees_with_the_decision(case: Case) -> None:
    engine = case.engine()
    explanation = engine.explain(case.request, case.facts, case.now)
    decision = engine.decide(case.request, case.facts, case.now)
    assert explanation.decision.effect is decision.effect
    enforced = [one for one in explanation.policies if one.state is State.ENFORCE]
    errors = {one.id for one in enforced if one.outcome == "error"}
    permits = {one.id for one in enforced if one.outcome == "held" and one.effect == "permit"}
    forbids = {one.id for one in enforced if one.outcome == "held" and one.effect == "forbid"}
    said = {reason.policy for reason in decision.reasons} - set(Named)
    assert (decision.effect is Effect.PERMIT) == (bool(permits) and not forbids and not errors)
    if case.facts.person.id:
        assert said == (forbids if errors or forbids else permits)
        assert {one.id for one in enforced if one.determined} == errors | said
        assert bool(errors) == (decision.reasons[0].policy == Named.POLICY_ERROR)
    json.dumps(explanation.to_json())


@thoroughly
@given(cases())
def test_the_bare_answer_is_that_of_the_decision(case: Case) -> None:
    engine = case.engine()
    decision = engine.decide(case.request, case.facts, case.now)
    for seen in (view_of(case.facts), view_of(replace(case.facts))):  # asked before, and not
        assert engine.answer(case.request, seen, case.now) == (decision.effect, decision.reasons)


@thoroughly
@given(cases())
def test_the_same_question_always_gets_the_same_answer(case: Case) -> None:
    one, other = case.engine(), case.engine()
    first = one.decide(case.request, case.facts, case.now)
    one.decide(case.request, case.facts, case.now + DAY)
    for engine in (one, other):
        again = engine.decide(case.request, case.facts, case.now)
        assert (again.effect, again.reasons, again.remedies) == (first.effect, first.reasons, first.remedies)
