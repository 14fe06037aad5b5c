"""The list of standing privilege is exact: whoever is let in without a grant is on it, and nobody else is."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import START, ZONES, facts_at, policy_texts
from tests.policy.scene import app, tree_of

from limen.access.standing.privilege import StandingPrivilege, standing_privilege
from limen.clock import DAY, MINUTE
from limen.facts import (
    ANYBODY,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    UNPROVED,
    App,
    Auth,
    Device,
    Factor,
    Facts,
    Label,
    Person,
    Risk,
)
from limen.policy import Effect, Engine, Request

PEOPLE = (
    Person("p1", "Ana", "", frozenset({"staff"}), active=True),
    Person("p2", "Ben", "", frozenset(), active=True),
    Person("p3", "Cem", "", frozenset({"staff"}), active=True),
)
APPS = (app(Label.RESTRICTED), app(Label.RESTRICTED, "ledger"))
ACTIONS = ("view", "edit", "administer", "elevate")


@st.composite
def engines(draw: st.DrawFn) -> Engine:
    texts = [draw(policy_texts(f"p{number}")) for number in range(draw(st.integers(1, 5)))]
    return Engine(tree_of("\n".join(texts)), "r", ZoneInfo(draw(st.sampled_from(ZONES))))


def listed(found: StandingPrivilege, person: str, app_id: str, action: str) -> bool:
    return any(person in one.people and (one.app, one.action) == (app_id, action) for one in found.held)


@settings(max_examples=size(80, least=3))
@given(data=st.data(), engine=engines())
def test_whoever_is_let_in_without_a_grant_is_on_the_list(data, engine) -> None:
    found = standing_privilege(engine, PEOPLE, APPS, since=START)
    for _ in range(12):
        now = data.draw(st.integers(START, START + 10 * DAY))
        known = data.draw(facts_at(now))
        person = data.draw(st.sampled_from(PEOPLE)) if known.person.id else ANYBODY
        chosen, action = data.draw(st.sampled_from(APPS)), data.draw(st.sampled_from(ACTIONS))
        facts = replace(known, person=person, app=chosen, grants=())
        if engine.decide(Request(action), facts, now).effect is Effect.PERMIT:
            assert listed(found, person.id, chosen.id, action)


SMALL = (
    "context.auth.strength >= 2",
    "context.auth.strength >= 3",
    'context.device.compliance == "compliant"',
    "context.device.known",
    "context.grant.active",
    "context.risk.score < 50",
    "resource.sensitivity >= 3",
    'principal in Group::"staff"',
)


@st.composite
def small_policies(draw: st.DrawFn) -> str:
    """Policies of which every situation can be tried: what they read has few values."""
    texts = []
    for number in range(draw(st.integers(1, 4))):
        effect = draw(st.sampled_from(["permit", "forbid"]))
        clauses = draw(st.lists(st.tuples(st.sampled_from(["when", "unless"]), st.sampled_from(SMALL)), max_size=3))
        written = " ".join(f"{kind} {{ {condition} }}" for kind, condition in clauses)
        action = draw(st.sampled_from(["action", 'action == Action::"view"', 'action == Action::"administer"']))
        texts.append(f'@id("p{number}") {effect} (principal, {action}, resource) {written};')
    return "\n".join(texts)


@settings(max_examples=size(200))
@given(text=small_policies())
def test_the_list_is_what_trying_everything_gives(text: str) -> None:
    engine = Engine(tree_of(text), "r", ZoneInfo("UTC"))
    apps = (app(Label.RESTRICTED), app(Label.INTERNAL, "board"))
    found = standing_privilege(engine, PEOPLE, apps, since=START)
    assert found.is_exact
    for person, chosen, action in product((ANYBODY, *PEOPLE), apps, ("view", "administer")):
        if chosen.label < Label.RESTRICTED and action == "view":
            continue
        tried = any(
            engine.decide(Request(action), facts, START).effect is Effect.PERMIT for facts in everything(person, chosen)
        )
        assert listed(found, person.id, chosen.id, action) is tried


def everything(person: Person, chosen: App) -> list[Facts]:
    """Every situation that such policies can tell apart, without a grant."""
    risks = [UNKNOWN_RISK, Risk(0, known=True, at=START), Risk(90, known=True, at=START)]
    if not person.id:
        return [Facts(chosen, ANYBODY, UNPROVED, risk=UNKNOWN_RISK)]
    proofs = [
        Auth(1, frozenset({Factor.PASSWORD}), START - MINUTE),
        Auth(2, frozenset({Factor.PASSWORD, Factor.CODE}), START - MINUTE),
        Auth(3, frozenset({Factor.PASSKEY}), START - MINUTE),
    ]
    devices = [
        UNKNOWN_DEVICE,
        Device("d1", known=True, compliance="compliant"),
        Device("d1", known=True, compliance="non_compliant"),
    ]
    return [
        Facts(chosen, person, auth, device=device, risk=risk) for auth, device, risk in product(proofs, devices, risks)
    ]
