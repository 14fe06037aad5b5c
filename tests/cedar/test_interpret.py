"""The meaning of expressions, one by one, with their errors in words."""

from __future__ import annotations

import pytest

from limen.cedar import CedarSet, Entity, EntityUid, EvaluationError, PolicySet
from limen.cedar.interpret import Request, evaluate, is_satisfied

ADA, STAFF, WIKI = EntityUid("User", "ada"), EntityUid("Group", "staff"), EntityUid("App", "wiki")
BOSS = Entity(EntityUid("User", "bo"), {"name": "Bo"}, frozenset({STAFF}), {"desk": "4"})
REQUEST = Request(
    Entity(ADA, {"boss": BOSS.uid, "age": 7}, frozenset({STAFF}), {"desk": "3"}),
    Entity(EntityUid("Action", "view")),
    Entity(WIKI, {"owner": EntityUid("User", "ghost")}),
    {"n": 1, "flag": True, "inner": {"deep": {"x": 1}}},
    {BOSS.uid: BOSS},
)


def value(text: str):
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {text} }};")
    return evaluate(policy.conditions[0].body, REQUEST)


@pytest.mark.parametrize(
    "text",
    [
        "true == true && true != 1 && [1, 1, 2] == [2, 1] && {a: 1, b: 2} == {b: 2, a: 1}",
        "false && 1 == 2 || true",
        "!(false && context.missing)",
        "true || context.missing",
        'principal in Group::"staff" && principal in User::"ada" && !(principal in Group::"eng")',
        'principal in [Group::"eng", Group::"staff"]',
        'principal.boss.name == "Bo" && principal.boss in Group::"staff"',
        'principal is User && principal is User in Group::"staff" && !(resource is User)',
        "context has inner.deep.x && !(context has inner.nope.x) && !(resource.owner has name)",
        'principal.hasTag("desk") && principal.getTag("desk") == "3" && !principal.hasTag("chair")',
        'principal.boss.getTag("desk") == "4" && !resource.owner.hasTag("desk")',
        '"a*c" like "a\\*c" && "abc" like "a*" && !("abc" like "a\\*c")',
        'ip("10.1.1.1").isInRange(ip("10.0.0.0/8")) && ip("::1").isLoopback()',
        'datetime("2024-01-01").offset(duration("1d")) == datetime("2024-01-02")',
        'datetime("2024-01-02").durationSince(datetime("2024-01-01")) == duration("24h")',
        "if context.flag then true else context.missing",
        "[].isEmpty() && [1, 2].containsAll([1]) && [1, 2].containsAny([2, 3])",
        "-context.n == -1 && context.n + 2 * 3 - 1 == 6",
    ],
)
def test_it_is_true(text: str) -> None:
    assert value(text) is True


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("context.missing == 1", "does not have the attribute `missing`"),
        ("resource.owner.name == 1", 'entity `User::"ghost"` does not exist'),
        ("principal.boss.nick == 1", 'User::"bo"` does not have the attribute `nick`'),
        ("context.n.x == 1", "expected a record or an entity, got long"),
        ("context.n has x", "expected a record or an entity, got long"),
        ("true && 1 == 1 && context.n", "expected bool, got long"),
        ("!context.n", "expected bool, got long"),
        ("context.flag < 2", "got bool"),
        ("context.n + context.flag == 2", "expected long, got bool"),
        ("9223372036854775807 + context.n == 1", "overflow"),
        ('context.n like "1"', "expected string, got long"),
        ("context.n in principal", "expected (entity of any type), got long"),
        ("principal in context.n", "expected a set or an entity, got long"),
        ('principal.getTag("chair") == "x"', "does not have the tag `chair`"),
        ("principal.getTag(context.n) == 1", "expected string, got long"),
        ("ip(context.inner.deep.x).isIpv4()", "expected string, got long"),
        ("context.n.contains(1)", "expected set, got long"),
        ('ip("10.0.0.1", "10.0.0.2").isIpv4()', "expected 1, got 2"),
        ("context.n.isInRange()", "expected 2, got 1"),
        ("ip(context.missing, 1).isIpv4()", "does not have the attribute `missing`"),
        ('decimal("1.23456").lessThan(decimal("1.0"))', "not a valid decimal"),
    ],
)
def test_it_is_an_error_that_says_what(text: str, message: str) -> None:
    with pytest.raises(EvaluationError) as error:
        value(f"({text}) && true")
    assert message in str(error.value)


def test_sets_and_records_are_values() -> None:
    assert value("[1, true, 1] == context.inner") is False
    assert evaluate(
        PolicySet.parse("permit (principal, action, resource) when { [1, true, 1] };").policies[0].conditions[0].body,
        REQUEST,
    ) == CedarSet([1, True])


def test_a_failed_scope_keeps_the_condition_from_being_read() -> None:
    (policy,) = PolicySet.parse('permit (principal in Group::"eng", action, resource) when { context.missing };')
    assert is_satisfied(policy, REQUEST) is False
