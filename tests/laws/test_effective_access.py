"""Effective access is what is decided: a request is permitted exactly where a row of it says so."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import START, ZONES, facts_at, policy_texts
from tests.policy.scene import app, tree_of

from limen.access.effective.access import effective_access
from limen.access.effective.rows import Answer
from limen.clock import DAY
from limen.facts import Facts, Label, Person
from limen.facts.access_rules import AccessRules
from limen.policy import Effect, Engine, Request

PEOPLE = (
    Person("p1", "Ana", "", frozenset({"staff"}), active=True),
    Person("p2", "Ben", "", frozenset(), active=True),
    Person("p3", "Cem", "", frozenset({"staff"})),
)
APPS = (app(Label.CONFIDENTIAL), app(Label.PUBLIC, "handbook"))
ACTIONS = ("view", "edit", "download")
NOBODY_ASKS = AccessRules()


@st.composite
def companies(draw: st.DrawFn) -> Engine:
    texts = [draw(policy_texts(f"p{number}")) for number in range(draw(st.integers(1, 5)))]
    access = draw(st.sampled_from([None, NOBODY_ASKS]))
    return Engine(tree_of("\n".join(texts)), "r", ZoneInfo(draw(st.sampled_from(ZONES))), access=access)


@st.composite
def asked(draw: st.DrawFn, now: int) -> tuple[Request, Facts]:
    """Somebody signed in, who may hold a grant for what they ask for."""
    known, person, chosen = draw(facts_at(now)), draw(st.sampled_from(PEOPLE)), draw(st.sampled_from(APPS))
    action = draw(st.sampled_from(ACTIONS))
    grants = tuple(replace(one, app=chosen.id, actions=frozenset({action})) for one in known.grants)
    return Request(action), replace(known, person=person, app=chosen, grants=grants)


@settings(max_examples=size(80, least=4))
@given(data=st.data(), engine=companies())
def test_a_request_is_permitted_exactly_where_a_row_says_so(data, engine: Engine) -> None:
    found = effective_access(engine, PEOPLE, APPS, since=START)
    for _ in range(10):
        now = data.draw(st.integers(START, START + 10 * DAY))
        request, facts = data.draw(asked(now))
        if not facts.session or facts.auth.strength == 0:
            continue
        decision = engine.decide(request, facts, now)
        rows = found.rows(facts.person, facts.app, ACTIONS, facts.grants)
        said = [one for one in rows if one.covers(facts, request, now, engine.calendar)]
        if decision.effect is Effect.PERMIT:
            assert said
            assert {one.policy for one in decision.reasons} <= set(said[0].policies)
        elif found.is_exact:
            assert not [one for one in said if not any(each.is_partial for each in one.openings)]


@settings(max_examples=size(40, least=3))
@given(engine=companies())
def test_every_action_has_one_answer_and_each_opening_a_request_that_is_permitted(engine: Engine) -> None:
    found = effective_access(engine, PEOPLE, APPS, since=START)
    for person in PEOPLE:
        for chosen in APPS:
            rows = found.rows(person, chosen, ACTIONS)
            assert sorted(action for row in rows for action in row.actions) == sorted(ACTIONS)
            for row in rows:
                assert (row.answer is Answer.NEVER) is bool(row.why)
                assert person.active or row.answer is Answer.NEVER
                for one in row.openings:
                    seen = one.witness
                    assert engine.decide(seen.request, seen.facts, seen.now).is_permit
                if row.answer in {Answer.IF, Answer.ALWAYS}:
                    assert row.policies
                if row.answer is Answer.BY_GRANT:
                    assert engine.access is None
