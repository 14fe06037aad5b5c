"""Policies keep their order, their annotations and their meaning, as text and as JSON."""

from __future__ import annotations

import json

import pytest

from limen.cedar import EntityUid, ParseError, Policy, PolicySet, TemplateError

TEXT = """
@id("first") @title("Who \\"may\\"") @bare
permit (principal == User::"ada", action in [Action::"view", Action::"edit"], resource is App in Group::"g")
when { context.mfa } unless { resource.closed };
forbid (principal is User, action == Action::"view", resource in Group::"g");
"""


def test_a_text_is_read_whole() -> None:
    first, second = PolicySet.parse(TEXT)
    assert (first.id, first.effect, second.id, second.effect) == ("policy0", "permit", "policy1", "forbid")
    assert first.annotations == {"id": "first", "title": 'Who "may"', "bare": ""}
    assert first.action.entities == (EntityUid("Action", "view"), EntityUid("Action", "edit"))
    assert (first.resource.type, first.resource.entities) == ("App", (EntityUid("Group", "g"),))
    assert [condition.kind for condition in first.conditions] == ["when", "unless"]
    assert second.annotations == {}


def test_policies_keep_the_order_of_the_text_beyond_ten() -> None:
    text = "".join(f'@n("{number}") permit (principal, action, resource);' for number in range(25))
    policies = PolicySet.parse(text)
    assert [policy.id for policy in policies] == [f"policy{number}" for number in range(25)]
    assert [policy.annotations["n"] for policy in policies] == [str(number) for number in range(25)]
    assert policies["policy11"].annotations == {"n": "11"}


def test_the_json_form_survives_storage() -> None:
    policies = PolicySet.parse(TEXT)
    assert PolicySet.from_json(json.loads(json.dumps(policies.to_json()))) == policies


def test_a_syntax_error_says_what_the_parser_said() -> None:
    with pytest.raises(ParseError, match="unexpected token"):
        PolicySet.parse("permit (principal, action, resource) when { 1 + };")


@pytest.mark.parametrize(
    "text",
    [
        "permit (principal == ?principal, action, resource);",
        "permit (principal in ?principal, action, resource in ?resource);",
        "permit (principal is User in ?principal, action, resource);",
    ],
)
def test_templates_are_refused(text: str) -> None:
    with pytest.raises(TemplateError, match="template"):
        PolicySet.parse(text)


def test_a_huge_text_never_reaches_the_parser() -> None:
    with pytest.raises(ParseError, match="longer than"):
        PolicySet.parse("//" + "x" * 5_000_000)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {"effect": "maybe"},
        {"effect": "permit", "principal": {"op": "All"}, "action": {"op": "All"}},
        {"effect": "permit", "principal": {"op": "~"}, "action": {"op": "All"}, "resource": {"op": "All"}},
    ],
)
def test_json_that_is_no_policy_is_refused_by_name(body: object) -> None:
    with pytest.raises(ParseError, match="policy7"):
        Policy.from_json("policy7", body)


def test_ten_thousand_alternatives_are_read() -> None:
    chain = " || ".join(f"context.n == {number}" for number in range(10_000))
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {chain} }};")
    assert PolicySet.from_json(json.loads(json.dumps(PolicySet((policy,)).to_json()))).policies == (policy,)
