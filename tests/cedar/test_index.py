"""The index finds exactly the policies whose scope holds, and forgets before it lies."""

from __future__ import annotations

import inspect
import itertools
import sys
from dataclasses import replace
from typing import Any

import pytest

from limen.cedar import Entity, EntityUid, Evaluation, Joined, Policy, PolicySet, compile_policies, index
from limen.cedar.compile import Slice, compile_slice

A, B, TOP = EntityUid("Group", "a"), EntityUid("Group", "b"), EntityUid("Group", "top")
LINES = [
    "{}",
    '{} == User::"u"',
    '{} == Group::"a"',
    '{} in Group::"a"',
    '{} in Group::"top"',
    "{} is User",
    "{} is Group",
    '{} is User in Group::"a"',
    '{} is Group in Group::"top"',
    '{} in User::"u"',
]
ACTION_LINES = ["action", 'action == Action::"x"', 'action in Action::"all"', 'action in [Action::"x", Action::"all"]']
ENTITIES = [
    Entity(EntityUid("User", "u")),
    Entity(EntityUid("User", "u"), {}, frozenset({A, TOP})),
    Entity(A, {}, frozenset({TOP})),
    Entity(TOP),
    Entity(EntityUid("User", "v"), {}, frozenset({B})),
]
ACTIONS = [
    Entity(EntityUid("Action", "x"), {}, frozenset({EntityUid("Action", "all")})),
    Entity(EntityUid("Action", "y")),
]


def test_a_policy_speaks_exactly_when_its_scope_holds() -> None:
    scopes = itertools.product(LINES, ACTION_LINES, LINES)
    text = "".join(
        f"permit ({who.format('principal')}, {what}, {which.format('resource')});" for who, what, which in scopes
    )
    policies = PolicySet.parse(text)
    compiled = compile_policies(policies)
    for who, what, which in itertools.product(ENTITIES, ACTIONS, ENTITIES):
        expected = tuple(
            policy.id
            for policy in policies
            if policy.principal.holds(who.uid, who.ancestors)
            and policy.action.holds(what.uid, what.ancestors)
            and policy.resource.holds(which.uid, which.ancestors)
        )
        assert compiled.evaluate(who, what, which, {}, {}).permits == expected


def test_an_entity_that_moves_is_judged_where_it_is_now() -> None:
    compiled = compile_policies(PolicySet.parse('permit (principal in Group::"a", action, resource in Group::"b");'))
    user, app = EntityUid("User", "u"), EntityUid("App", "w")
    inside = Entity(user, {}, frozenset({A})), Entity(app, {}, frozenset({B}))
    assert compiled.evaluate(inside[0], ACTIONS[0], inside[1], {}, {}).is_allowed
    assert not compiled.evaluate(Entity(user), ACTIONS[0], inside[1], {}, {}).is_allowed
    assert not compiled.evaluate(inside[0], ACTIONS[0], Entity(app), {}, {}).is_allowed
    assert compiled.evaluate(*inside[:1], ACTIONS[0], inside[1], {}, {}).is_allowed


def test_what_is_remembered_is_bounded() -> None:
    compiled = compile_policies(PolicySet.parse("permit (principal, action, resource);"), remembered=10)
    for number in range(1000):
        assert compiled.evaluate(ENTITIES[0], ACTIONS[0], Entity(EntityUid("App", str(number))), {}, {}).is_allowed
    assert len(compiled._candidates) <= 10


def test_everything_that_speaks_is_collected_in_order() -> None:
    text = """
    permit (principal, action, resource) when { context.n > 0 };
    forbid (principal, action, resource) when { context.missing };
    permit (principal == User::"u", action, resource);
    forbid (principal, action, resource) when { context.n == 5 };
    permit (principal, action, resource is User);
    forbid (principal in User::"u", action, resource) when { context.n == 5 };
    """
    found = compile_policies(PolicySet.parse(text)).evaluate(ENTITIES[0], ACTIONS[0], ENTITIES[0], {"n": 5}, {})
    assert found.permits == ("policy0", "policy2", "policy4")
    assert found.forbids == found.determining == ("policy3", "policy5")
    assert found.errors == (("policy1", "record does not have the attribute `missing`"),)
    assert not found.is_allowed


def test_preparing_changes_no_answer() -> None:
    policies = PolicySet.parse("permit (principal, action, resource) when { context.n == 1 };")
    lazy, ready = compile_policies(policies), compile_policies(policies)
    ready.prepare()
    for number in (1, 2):
        context = {"n": number}
        asked = (ENTITIES[0], ACTIONS[0], ENTITIES[1], context, {})
        assert lazy.evaluate(*asked) == ready.evaluate(*asked)


def test_evaluating_never_needs_cedarpy(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = PolicySet.parse('permit (principal, action, resource) when { ip("::1").isIpv6() };').to_json()
    monkeypatch.setitem(sys.modules, "cedarpy", None)
    compiled = compile_policies(PolicySet.from_json(tree))
    assert compiled.evaluate(ENTITIES[0], ACTIONS[0], ENTITIES[0], {}, {}).is_allowed


def test_running_low_on_stack_is_an_error_and_not_an_answer() -> None:
    tree: dict[str, Any] = {".": {"left": {"Var": "context"}, "attr": "missing"}}
    for _ in range(190):
        tree = {"!": {"arg": tree}}
    line = {"op": "All"}
    policy = {"effect": "forbid", "principal": line, "action": line, "resource": line}
    policy["conditions"] = [{"kind": "when", "body": tree}]
    compiled = compile_policies(PolicySet.from_json({"staticPolicies": {"policy0": policy}}))

    def at_depth(levels: int) -> Evaluation:
        if levels:
            return at_depth(levels - 1)
        return compiled.evaluate(ENTITIES[0], ACTIONS[0], ENTITIES[0], {}, {})

    assert "attribute `missing`" in at_depth(0).errors[0][1]
    nearly_out = sys.getrecursionlimit() - len(inspect.stack()) - 100
    assert "too deep" in at_depth(nearly_out).errors[0][1]


def test_sets_that_are_joined_say_what_each_says() -> None:
    one = PolicySet.parse("permit (principal, action, resource); forbid (principal, action, resource);").policies
    other = tuple(
        replace(policy, id=f"other-{policy.id}")
        for policy in PolicySet.parse(
            "permit (principal, action, resource) when { context.n == 1 };"
            "forbid (principal, action, resource) when { context.missing };"
        )
    )
    joined = Joined(compile_policies(one), compile_policies(other))
    joined.prepare()
    together = compile_policies((*one, *other))
    assert joined.policies == together.policies
    for number in (1, 2):
        asked = (ENTITIES[0], ACTIONS[0], ENTITIES[1], {"n": number}, {})
        assert joined.evaluate(*asked) == together.evaluate(*asked)


def test_a_set_compiles_its_policies_once_for_all_that_it_is_joined_to(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[int] = []

    def counting(policies: list[tuple[int, Policy]]) -> Slice:
        compiled.append(len(policies))
        return compile_slice(policies)

    monkeypatch.setattr(index, "compile_slice", counting)
    sets = [compile_policies(PolicySet.parse("permit (principal, action, resource);")) for _ in range(3)]
    for joined in (Joined(sets[0], sets[1]), Joined(sets[0], sets[2]), Joined(*sets)):
        assert joined.evaluate(ENTITIES[0], ACTIONS[0], ENTITIES[1], {}, {}).is_allowed
    assert compiled == [1, 1, 1]
