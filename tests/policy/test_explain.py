from __future__ import annotations

import json

import pytest
from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.cedar import CedarSet, Datetime, Decimal, Duration, EntityUid, IpRange
from limen.policy import State
from limen.policy.explain import plain
from limen.policy.time_words import length_text as length

POLICIES = """
@id("staff") permit (principal in Group::"staff", action == Action::"view", resource);
@id("others") permit (principal in Group::"others", action, resource) when { context.risk.known };
@id("fresh") @title("Fresh") @reason("Because.") forbid (principal, action, resource)
unless { context.auth.strength >= 3 && context.now.durationSince(context.auth.at) <= duration("30m") };
@id("crm") forbid (principal, action, resource == App::"crm");
@id("later") @state("off") forbid (principal, action, resource);
@id("broken") @state("report-only") forbid (principal, action, resource) when { context.place.address.isLoopback() };
"""


def test_every_policy_that_could_speak_is_shown_with_what_it_saw() -> None:
    explanation = engine_of(POLICIES).explain(VIEW, facts(), NOW)
    shown = {one.id: one for one in explanation.policies}
    assert set(shown) == {"staff", "others", "fresh", "later", "broken"}
    assert {one.id for one in shown.values() if one.determined} == {"fresh"}
    assert (shown["fresh"].title, shown["fresh"].reason, shown["fresh"].outcome) == ("Fresh", "Because.", "held")
    assert (shown["staff"].outcome, shown["others"].outcome) == ("held", "failed")
    assert shown["later"].state is State.OFF
    assert (shown["broken"].state, shown["broken"].outcome) == (State.REPORT_ONLY, "error")
    (condition,) = shown["fresh"].conditions
    strength, fresh = condition.parts[0].parts
    assert (strength.text, strength.outcome) == ("context.auth.strength >= 3", "held")
    assert [(read.path, read.value) for read in strength.reads] == [("context.auth.strength", 3)]
    assert fresh.outcome == "failed"
    assert fresh.reads[0].value == "2026-11-24T09:00:00.000Z"


def test_a_condition_behind_a_scope_that_failed_is_not_reached() -> None:
    explanation = engine_of(POLICIES).explain(VIEW, facts(), NOW)
    (others,) = [one for one in explanation.policies if one.id == "others"]
    assert [line.held for line in others.scope] == [False, True, True]
    assert others.conditions[0].outcome == "not reached"


def test_an_explanation_can_be_written_as_json() -> None:
    body = json.loads(json.dumps(engine_of(POLICIES).explain(VIEW, facts(), NOW).to_json()))
    assert (body["effect"], body["app"], body["now"]) == ("challenge", "wiki", NOW)
    again = {"kind": "sign_in_again", "at_once": True, "strength": 3, "at": 0, "what": "", "to": ""}
    assert body["remedies"] == [[again]]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, True),
        (7, 7),
        ("a", "a"),
        (None, None),
        (EntityUid("Group", "staff"), 'Group::"staff"'),
        (Datetime(0), "1970-01-01T00:00:00.000Z"),
        (Datetime(-5), "-5 ms"),
        (Duration(16_200_000), "4h30m"),
        (Decimal(12_345), "1.2345"),
        (CedarSet(["b", "a"]), ["b", "a"]),
        ({"a": Duration(0)}, {"a": "0s"}),
        (IpRange(4, 10 << 24, 8), "10.0.0.0/8"),
        (IpRange(6, 1, 128), "::1"),
    ],
)
def test_values_are_written_as_a_person_would(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_lengths_of_time_are_written_as_cedar_writes_them() -> None:
    assert [length(ms) for ms in (0, 1, 90_061_001, -60_000)] == ["0s", "1ms", "1d1h1m1s1ms", "-1m"]
