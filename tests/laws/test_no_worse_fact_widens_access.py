"""Policies that the proof accepts keep to the order of facts, and what it says of the others is true."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, event, given, settings, strategies as st
from tests.dial import size
from tests.laws.order_cases import NOW, fact_texts, facts_about, worse_than
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.clock import DAY
from limen.facts import ANYBODY, Facts
from limen.policy import Effect, Engine, Request
from limen.policy.proof.monotone import Widening, World, prove
from limen.policy.proof.order import are_no_better

UTC = ZoneInfo("UTC")
ASKED = (("", ""), ("POST", "GET /notes/**"), ("GET", "/x"))
OPEN = '@id("open") permit (principal, action, resource);'
thoroughly = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
)


def is_permitted(engine: Engine, request: Request, facts: Facts, now: int) -> bool:
    return engine.decide(request, facts, now).effect is Effect.PERMIT


@settings(thoroughly, max_examples=size(400))
@given(st.data())
def test_under_accepted_policies_no_worse_fact_widens_access(data: st.DataObject) -> None:
    texts = [data.draw(fact_texts(f"policy-{number}")) for number in range(data.draw(st.integers(1, 4)))]
    refused = {one.policy for one in prove(PolicySet.from_json(tree_of("\n".join(texts)))).findings}
    accepted = [text for number, text in enumerate(texts) if f"policy-{number}" not in refused]
    event(f"{len(accepted)} accepted")
    assume(accepted)
    if data.draw(st.booleans()):
        accepted.append(OPEN)
    engine = Engine(tree_of("\n".join(accepted)), "r1", UTC)
    now = NOW + data.draw(st.integers(0, 6)) * DAY
    better = data.draw(facts_about(now))
    asked = [Request(action, method, route) for action in ("view", "edit") for method, route in ASKED]
    for _ in range(4):
        worse = data.draw(worse_than(better, now))
        assert are_no_better(worse, better)
        for request in asked:
            if is_permitted(engine, request, worse, now):
                assert is_permitted(engine, request, better, now), (accepted, request, worse, better)


@settings(thoroughly, max_examples=size(250))
@given(fact_texts("p"))
def test_what_the_proof_says_of_a_refused_policy_is_so(text: str) -> None:
    findings = prove(PolicySet.from_json(tree_of(text))).findings
    event("refused" if findings else "accepted")
    for finding in findings:
        if isinstance(finding, Widening) and finding.passing.is_real:
            assert are_no_better(finding.passing.facts, finding.refused.facts)
            assert any(
                opens(more + text, finding.passing) and not opens(more + text, finding.refused) for more in ("", OPEN)
            ), (text, finding)


def opens(text: str, world: World) -> bool:
    engine = Engine(tree_of(text), "r1", UTC)
    assert world.facts.person == ANYBODY or world.facts.person.active
    return is_permitted(engine, world.request, world.facts, world.now)
