"""What a policy reads, and the constants at which its answer can change."""

from __future__ import annotations

import pytest

from limen.cedar import Duration, EntityUid, PolicySet
from limen.cedar.literals import parse_ip


def paths(text: str):
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {text} }};")
    return policy.paths()


def compared(text: str) -> set[tuple[str, str, object]]:
    return {(one.path, one.operator, one.constant) for one in paths(text).compared}


def test_every_path_is_listed_in_full_and_only_in_full() -> None:
    text = 'context.auth.strength >= 2 && principal.age == context["odd name"] && context has a.b'
    text += " && resource.x.contains(1)"
    assert paths(text).read == {
        "context.auth.strength",
        "principal.age",
        'context["odd name"]',
        "context.a",
        "context.a.b",
        "resource.x",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("context.n >= 2", {("context.n", ">=", 2)}),
        ("2 >= context.n", {("context.n", "<=", 2)}),
        ('context.s != "x"', {("context.s", "!=", "x")}),
        ('["DE", "FR"].contains(context.c)', {("context.c", "contains", "DE"), ("context.c", "contains", "FR")}),
        ('context.tags.contains("a")', {("context.tags", "contains", "a")}),
        ('context.s like "a*\\**"', {("context.s", "like", '"a*\\**"')}),
        ("context.b && !context.c", {("context.b", "==", True), ("context.c", "==", True)}),
        ("context has n", {("context.n", "has", True)}),
        (
            'context.now.durationSince(context.auth.at) <= duration("4h")',
            {("context.now.durationSince(context.auth.at)", "<=", Duration(14_400_000))},
        ),
        ('context.ip.isInRange(ip("10.0.0.0/8"))', {("context.ip", "isInRange", parse_ip("10.0.0.0/8"))}),
        ('resource.owner == User::"ada"', {("resource.owner", "==", EntityUid("User", "ada"))}),
        ("context.a == context.b", set()),
        ("(if context.a then context.n else 3) > 1 || false", {("if context.a then context.n else 3", ">", 1)}),
    ],
)
def test_comparisons_put_the_subject_on_the_left(text: str, expected: set[object]) -> None:
    assert compared(text) == expected


def test_the_scope_reads_nothing() -> None:
    (policy,) = PolicySet.parse('permit (principal in Group::"g", action, resource);')
    assert policy.paths().read == frozenset()
