"""Nodes written as text read as the same nodes; tests/laws does this on thousands."""

from __future__ import annotations

import pytest

from limen.cedar import (
    CedarSet,
    Datetime,
    Decimal,
    Duration,
    EntityUid,
    IpRange,
    ParseError,
    PolicySet,
    expression_text,
    policies_text,
    policy_text,
    value_text,
)
from limen.cedar.text import quoted, unescape
from limen.cedar.values import LONG_MAX, LONG_MIN, Value


@pytest.mark.parametrize(
    "text",
    [
        "context.a && (context.b || context.c) && !context.d",
        'context.risk.score < 70 && ["DE", "FR"].contains(context.place.country)',
        "(if context.a then 1 else 2) == 1",
        "1 - (2 - 3) == -4 && 2 * (1 + 1) * 3 == -(-4)",
        "-(5) == --context.n && !!!!context.b",
        'context["a b"].c has "d e" && context has a.b',
        'principal is User in Group::"g" && principal in [Group::"g"]',
        'context.s like "a\\**" && "\\u{0}\\n\\"\\\\" != "\\u{1f600}"',
        '{a: 1, "b c": {}} == {} && [].isEmpty()',
        'ip("::1").isInRange(ip("::/0")) && context.t.offset(duration("1h")) < context.t',
        "(1 < 2) == (3 < 4) && (1 == 2) != true",
        "-9223372036854775808 < 9223372036854775807",
    ],
)
def test_a_text_survives_reading_and_writing(text: str) -> None:
    policies = PolicySet.parse(f"permit (principal, action, resource) when {{ {text} }};")
    assert PolicySet.parse(policies_text(policies)) == policies


def test_a_policy_is_written_as_a_person_would() -> None:
    text = (
        '@id("payroll")\n@title("Only \\"healthy\\" devices")\n'
        'forbid (principal in Group::"staff", action in [Action::"a", Action::"b"], resource == App::"payroll")\n'
        'unless { context.device.compliance == "compliant" && context.auth.strength >= 3 };'
    )
    assert policy_text(PolicySet.parse(text).policies[0]) == text


def test_a_condition_has_no_needless_brackets() -> None:
    text = 'context.a == 1 && context.now.durationSince(context.auth.at) <= duration("4h")'
    (policy,) = PolicySet.parse(f"permit (principal, action, resource) when {{ {text} }};")
    assert expression_text(policy.conditions[0].body) == text


@pytest.mark.parametrize("text", ["", 'a"b', "\\", "\x00\x1f\x7f\u200d\u2028", "\U0001f600", "\n\r\t", "\u0085é"])
def test_quoting_and_unescaping_are_opposites(text: str) -> None:
    assert unescape(quoted(text)[1:-1]) == text


def test_an_unknown_escape_is_refused() -> None:
    with pytest.raises(ParseError, match="escape"):
        unescape("\\q")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (LONG_MIN, str(LONG_MIN)),
        ('a"', '"a\\""'),
        (EntityUid("Group", "staff"), 'Group::"staff"'),
        (Datetime(0), 'datetime("1970-01-01")'),
        (Datetime(LONG_MAX), f"{LONG_MAX} ms after 1970-01-01"),
        (Duration(-5), 'duration("-5ms")'),
        (Decimal(15_000), 'decimal("1.5")'),
        (IpRange(4, 1, 8), 'ip("0.0.0.1/8")'),
        (CedarSet([1, "a"]), '[1, "a"]'),
        ({"a": False, "if": 1}, '{a: false, "if": 1}'),
    ],
)
def test_values_are_shown_as_in_a_policy(value: Value, text: str) -> None:
    assert value_text(value) == text
