"""The syntax tree reads Cedar's JSON form, and refuses what is no Cedar or too deep, whatever its shape."""

from __future__ import annotations

from typing import Any

import pytest

from limen.cedar import ParseError, TemplateError, TooDeepError
from limen.cedar.tree import MAX_DEPTH, And, Attribute, Literal, Or, Var, children, descend, read, write

TRUE = {"Value": True}


def nested(wrap: Any, levels: int) -> dict[str, Any]:
    tree: dict[str, Any] = TRUE
    for _ in range(levels):
        tree = wrap(tree)
    return tree


WRAPS = {
    "not": lambda inner: {"!": {"arg": inner}},
    "plus": lambda inner: {"+": {"left": inner, "right": {"Value": 1}}},
    "attribute": lambda inner: {".": {"left": inner, "attr": "a"}},
    "if": lambda inner: {"if-then-else": {"if": TRUE, "then": inner, "else": TRUE}},
    "set": lambda inner: {"Set": [inner]},
    "record": lambda inner: {"Record": {"a": inner}},
    "like": lambda inner: {"like": {"left": inner, "pattern": ["Wildcard"]}},
    "is in": lambda inner: {"is": {"left": TRUE, "entity_type": "T", "in": inner}},
    "call": lambda inner: {"ip": [inner]},
    "chains of both kinds": lambda inner: {"&&": {"left": {"||": {"left": inner, "right": TRUE}}, "right": TRUE}},
}


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_a_hundred_thousand_levels_are_refused_and_not_walked(wrap: Any) -> None:
    with pytest.raises(TooDeepError, match="200 levels"):
        read(nested(wrap, 100_000))


def test_a_literal_value_nested_too_deep_is_refused() -> None:
    value: object = 1
    for _ in range(100_000):
        value = [value]
    with pytest.raises(TooDeepError):
        read({"Value": value})


@pytest.mark.parametrize("wrap", WRAPS.values(), ids=WRAPS)
def test_what_is_within_the_limit_survives_the_round_trip(wrap: Any) -> None:
    node = read(nested(wrap, MAX_DEPTH // 2 - 1))
    assert read(write(node)) == node


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_chain_of_any_bracketing_is_flat(side: str) -> None:
    other = {"left": "right", "right": "left"}[side]
    tree = nested(lambda inner: {"||": {side: inner, other: {"Value": False}}}, 50_000)
    node = read(tree)
    assert isinstance(node, Or)
    assert len(node.operands) == 50_001
    assert node.operands[0 if side == "left" else -1] == Literal(value=True)


def test_a_long_chain_is_written_in_few_levels() -> None:
    node = And(tuple(Literal(number) for number in range(10_000)))
    tree, levels = write(node), 0
    while "&&" in tree:
        tree, levels = tree["&&"]["left"], levels + 1
    assert levels < 50
    assert read(write(node)) == node


def test_one_is_not_true() -> None:
    assert Literal(1) != Literal(value=True)
    assert Literal("1") != Literal(1)


@pytest.mark.parametrize(
    "tree",
    [
        None,
        {},
        [],
        {"Value": 1.5},
        {"Value": None},
        {"Value": 2**63},
        {"Value": {"__entity": {"type": "A"}}},
        {"Value": {"__extn": {"fn": "nope", "arg": "x"}}},
        {"Var": "subject"},
        {"&&": {"left": TRUE}},
        {"&&": [TRUE, TRUE]},
        {"==": {"left": TRUE}},
        {"nope": {"left": TRUE, "right": TRUE}},
        {"isInRange": []},
        {"ip": TRUE},
        {".": {"left": TRUE, "attr": 1}},
        {"like": {"left": TRUE, "pattern": ["?"]}},
        {"Set": {}},
        {"Record": []},
        {"Value": True, "Var": "context"},
    ],
)
def test_what_is_no_expression_is_refused_briefly(tree: object) -> None:
    with pytest.raises(ParseError) as refusal:
        read(tree)
    assert 0 < len(str(refusal.value)) < 200


def test_a_number_too_long_to_print_is_refused() -> None:
    with pytest.raises(ParseError, match="64 bits"):
        read({"Value": 10**5000})


def test_a_slot_is_refused_as_a_template() -> None:
    with pytest.raises(TemplateError):
        read({"Slot": "?principal"})


def test_everything_inside_is_found() -> None:
    node = read({"==": {"left": {".": {"left": {"Var": "context"}, "attr": "a"}}, "right": {"Set": [TRUE]}}})
    assert len(children(node)) == 2
    assert {Var("context"), Attribute(Var("context"), "a"), Literal(value=True)} <= set(descend(node))
