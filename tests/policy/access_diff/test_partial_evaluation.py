from __future__ import annotations

from tests.policy.scene import app, facts

from limen.cedar import PolicySet
from limen.cedar.interpret import Request as CedarRequest
from limen.cedar.tree import And, Literal, Or
from limen.facts import Label, Person
from limen.policy.access_diff.partial_evaluation import ERROR, Body, Folding, fold
from limen.policy.cedar_view import ACTION_ENTITIES, view_of


def body_of(conditions: str, label: Label = Label.INTERNAL) -> Body | None:
    (policy,) = PolicySet.parse(f"forbid (principal, action, resource) {conditions};")
    seen = view_of(facts(label, groups=("staff",)))
    return fold(policy, CedarRequest(seen.principal, ACTION_ENTITIES["view"], seen.resource, {}, {}))


def test_what_hangs_on_person_and_app_is_worked_out() -> None:
    assert body_of("when { resource.sensitivity >= 2 && context.risk.known }") is None
    kept = body_of("when { resource.sensitivity >= 2 && context.risk.known }", Label.RESTRICTED)
    assert kept == body_of("when { context.risk.known }")
    assert body_of('unless { principal in Group::"staff" }') is None
    assert body_of('when { principal in Group::"staff" } unless { resource == App::"x" }') == Body("forbid", ())
    assert body_of("when { context.risk.score <= resource.sensitivity }") == body_of("when { context.risk.score <= 1 }")


def test_an_error_before_a_sure_answer_stays_an_error() -> None:
    body = body_of("when { context.place.address.isLoopback() && resource.sensitivity >= 9 }")
    assert body is not None
    (kept,) = body.conditions
    assert isinstance(kept, And)
    assert kept.operands[-1] == Literal(False)
    broken = body_of("when { resource.sensitivity + 9223372036854775807 > 0 || context.risk.known }")
    assert broken is not None
    assert isinstance(broken.conditions[0], Or)
    assert broken.conditions[0].operands[0] == ERROR


def test_an_app_of_another_label_is_told_apart() -> None:
    assert app(Label.PUBLIC) != app(Label.RESTRICTED)
    assert body_of("when { resource.sensitivity >= 2 }", Label.CONFIDENTIAL) == Body("forbid", ())


def test_what_is_left_hangs_on_whatever_a_policy_reads() -> None:
    policies = PolicySet.parse(
        """permit (principal, action, resource) when { resource.sensitivity <= 1 && context.risk.known };
           permit (principal, action, resource) when { principal in Group::"staff" && context.risk.known };
           permit (principal, action, resource) when { resource == App::"wiki" || action == Action::"edit" };"""
    ).policies
    folding = Folding(policies)
    staff, other = Person("p1", groups=frozenset({"staff"}), active=True), Person("p2", active=True)
    internal, secret = app(Label.INTERNAL), app(Label.RESTRICTED, "payroll")
    risk = body_of("when { context.risk.known }")
    assert risk is not None
    known, always = Body("permit", risk.conditions), Body("permit", ())
    assert folding.bodies(0b111, staff, internal, "view") == {known, always}
    assert folding.bodies(0b011, other, secret, "view") == frozenset()
    assert folding.bodies(0b010, staff, secret, "view") == {known}
    assert folding.bodies(0b100, staff, secret, "view") == frozenset()
    assert folding.bodies(0b100, staff, secret, "edit") == {always}
    assert folding.bodies(0b111, staff, None, "view") == frozenset()
