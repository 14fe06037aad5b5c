"""Expressions in Python: right about the usual, and in doubt, never wrong, about the rest."""

from __future__ import annotations

import warnings

import pytest

from limen.cedar import CedarSet, Datetime, Duration, Entity, EntityUid, IpRange, PolicySet
from limen.cedar.compile import compile_slice
from limen.cedar.literals import parse_ip

ADA = Entity(EntityUid("User", "ada"), {"n": 1}, frozenset({EntityUid("Group", "staff")}), {"k": "v"})
VIEW, WIKI = (
    Entity(EntityUid("Action", "view")),
    Entity(EntityUid("App", "wiki"), {"level": 1, "tags": CedarSet(["a"])}),
)


def outcome(text: str, context) -> str:
    """held, failed or doubt."""
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {text} }};")
    permits, forbids, doubts = [], [], []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile_slice([(5, policy)])(ADA, VIEW, WIKI, context, {}, permits, forbids, doubts)
    assert not forbids
    return "held" if permits == [5] else "doubt" if doubts == [5] else "failed"


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("context.n >= 1", {"n": 1}, "held"),
        ("context.n >= 1", {"n": True}, "doubt"),
        ("context.n >= 1", {"n": Duration(5)}, "doubt"),
        ("context.n >= 1", {}, "doubt"),
        ("context.n == 1", {"n": True}, "failed"),
        ("context.n == true", {"n": 1}, "failed"),
        ("context.n == 1", {"n": Datetime(1)}, "failed"),
        ("context.n == 2", {"n": Datetime(2)}, "failed"),
        ("context.n", {"n": True}, "held"),
        ("context.n", {"n": 1}, "doubt"),
        ("!context.n", {"n": 0}, "doubt"),
        ("context.a.b has c", {"a": {"b": "abc"}}, "doubt"),
        ("context.a.b has c", {"a": {"b": {"c": 1}}}, "held"),
        ("[1, 2].contains(context.n)", {"n": True}, "failed"),
        ("[2, 3].contains(context.n)", {"n": {"a": 1}}, "doubt"),
        ('["a", "b"].contains(context.n)', {"n": "b"}, "held"),
        ('context.n.contains("a")', {"n": "abc"}, "doubt"),
        ("context.n + 1 == 0", {"n": 2**63 - 1}, "doubt"),
        ("-context.n == 0", {"n": -(2**63)}, "doubt"),
        ('context.n like "a*"', {"n": "abc"}, "held"),
        ('context.n like "a*"', {"n": CedarSet(["abc"])}, "doubt"),
        ('context.ip.isInRange(ip("10.0.0.0/8"))', {"ip": parse_ip("10.0.0.0/9")}, "held"),
        ('context.ip.isInRange(ip("10.0.0.0/8"))', {"ip": parse_ip("10.0.0.0/7")}, "failed"),
        ('context.ip.isInRange(ip("10.0.0.0/8"))', {"ip": IpRange(6, 0x0A000001, 128)}, "failed"),
        ('context.now.durationSince(context.at) <= duration("4h")', {"now": Datetime(9), "at": Datetime(1)}, "held"),
        ('context.now.durationSince(context.at) <= duration("4h")', {"now": Datetime(9), "at": 1}, "doubt"),
        ('context.now.toTime() == duration("9ms")', {"now": Datetime(9)}, "held"),
        ('principal in Group::"staff" && resource.tags.contains("a") && principal.hasTag("k")', {}, "held"),
        ('principal.n == 1 && resource.level <= 1 && action == Action::"view"', {}, "held"),
        ('"abc".x == 1', {}, "doubt"),
        ("1 == true", {}, "failed"),
        ('1 < "a"', {}, "doubt"),
    ],
)
def test_an_outcome_is_right_or_in_doubt(text: str, context, expected: str) -> None:
    assert outcome(text, context) == expected


def test_constants_are_data_and_never_code() -> None:
    evil = '"); import os; os.abort(); ("'
    escaped = evil.replace('"', '\\"')
    assert outcome(f'context["{escaped}"] == "{escaped}"', {evil: evil}) == "held"


def test_a_long_chain_is_one_flat_expression() -> None:
    chain = " || ".join(f'context.s == "{number}"' for number in range(10_000))
    assert outcome(chain, {"s": "9999"}) == "held"
    assert outcome(chain, {"s": "x"}) == "failed"


def test_deep_operands_are_compiled_once_each() -> None:
    text = "context.a"
    for _ in range(40):
        text = f"(if {text} == context.a then context.a else context.b)"
    assert outcome(f"{text} == 7", {"a": 7, "b": 8}) == "held"
