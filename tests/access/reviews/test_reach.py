"""What somebody can be let in to in some situation, against deciding many situations one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

from hypothesis import given, settings, strategies as st
from tests.dial import size
from tests.laws.decision_cases import policy_texts
from tests.policy.scene import NOW, app, engine_of

from limen.access.reviews.model import Held, Way
from limen.access.reviews.reach import Reach
from limen.facts import Label, Person
from limen.policy import Request
from limen.policy.hypothetical import Hypothetical

CRM = app(Label.CONFIDENTIAL, "crm")
APPS = (CRM, app(Label.RESTRICTED, "payroll"))


def person(*groups: str, active: bool = True) -> Person:
    return Person("p1", groups=frozenset(groups), active=active)


def ways(text: str, *groups: str) -> tuple[Held, ...]:
    return Reach(engine_of(text), NOW).ways(person(*groups), CRM)


def test_a_group_gives_what_they_have_not_without_it() -> None:
    text = """@id("a") permit (principal in Group::"sales", action in [Action::"view", Action::"edit"], resource);
    @id("b") permit (principal in Group::"staff", action == Action::"view", resource);"""
    assert ways(text, "sales", "staff", "choir") == (
        Held(Way.GROUP, "sales", ("view", "edit")),
        Held(Way.GROUP, "staff", ("view",)),
    )
    assert ways(text, "choir") == ()


def test_a_policy_gives_what_they_have_whatever_their_groups() -> None:
    text = '@id("all") permit (principal, action == Action::"view", resource) when { principal.active };'
    assert ways(text, "staff") == (Held(Way.POLICY, "all", ("view",)),)


def test_two_groups_that_are_both_needed_give_it_both() -> None:
    text = """@id("a") permit (principal in Group::"sales", action == Action::"view", resource)
    when { principal in Group::"staff" };"""
    assert ways(text, "sales", "staff") == (
        Held(Way.GROUP, "sales", ("view",)),
        Held(Way.GROUP, "staff", ("view",)),
    )


def test_what_two_pairs_of_groups_give_is_not_left_out() -> None:
    text = """@id("a") permit (principal in Group::"a", action == Action::"view", resource)
    when { principal in Group::"b" };
    @id("c") permit (principal in Group::"c", action == Action::"view", resource)
    when { principal in Group::"d" };"""
    found = ways(text, "a", "b", "c", "d")
    assert {one.by for one in found} == {"a", "c"}
    assert {one.way for one in found} == {Way.POLICY}


def test_what_a_grant_alone_opens_is_no_standing_way() -> None:
    text = '@id("granted") permit (principal, action, resource) when { context.grant.active };'
    assert ways(text, "staff") == ()


def test_what_is_forbidden_in_every_situation_is_not_had() -> None:
    text = """@id("a") permit (principal in Group::"sales", action == Action::"view", resource)
    when { context.auth.strength >= 2 };
    @id("no") forbid (principal, action, resource) when { context.auth.strength >= 1 };"""
    assert ways(text, "sales") == ()


def test_whoever_is_not_active_has_nothing() -> None:
    reach = Reach(engine_of('@id("all") permit (principal, action, resource);'), NOW)
    assert reach.opened(person("staff", active=False), CRM) == {}
    assert set(reach.opened(person("staff"), CRM)) >= {"view", "administer"}


@settings(max_examples=size(40))
@given(count=st.integers(0, 3), data=st.data())
def test_whatever_is_permitted_in_some_situation_is_found(count: int, data: st.DataObject) -> None:
    engine = engine_of("\n".join(data.draw(policy_texts(f"p{number}")) for number in range(count)))
    reach = Reach(engine, NOW)
    groups = data.draw(st.frozensets(st.sampled_from(["staff", "choir"])))
    someone = replace(person(), groups=groups)
    for one, action in product(APPS, ("view", "edit")):
        opened = reach.opened(someone, one)
        for strength, device, risk in product((0, 2, 3), ("", "compliant"), (0, 90)):
            facts = Hypothetical(strength, device=device, risk=risk, country="DE").facts(someone, one, action, NOW)
            decision = engine.decide(Request(action), facts, NOW)
            if decision.is_permit:
                assert action in opened
        held = {each for way in reach.ways(someone, one) for each in way.actions}
        assert held == set(opened)
