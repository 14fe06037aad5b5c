"""What a policy lacked, read off its syntax tree."""

from __future__ import annotations

from typing import Any

import pytest
from tests.policy.scene import BERLIN, NOW, VIEW, facts, tree_of

from limen.clock import DAY, HOUR
from limen.facts import UNKNOWN_DEVICE, Device, Place, Risk
from limen.policy import Engine
from limen.policy.wording.hours import Hours
from limen.policy.wording.unmet_conditions import NEVER, UnmetCondition, unmet_conditions_of
from limen.policy.wording.why import request_of


def lacking(text: str, **known: Any) -> list[tuple[str, str, tuple[Any, ...], Any]]:
    engine = Engine(tree_of(f'@id("p") {text};'), "r", BERLIN)
    decision = engine.decide(VIEW, facts(**known), NOW)
    found = unmet_conditions_of(engine.policies[0], request_of(engine, decision))
    return [(one.subject, one.operator, one.wanted, one.seen) for one in found]


def permit(condition: str, **known: Any) -> list[tuple[str, str, tuple[Any, ...], Any]]:
    return lacking(f"permit (principal, action, resource) when {{ {condition} }}", **known)


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("context.auth.strength >= 3", {"strength": 2}, ("auth.strength", ">=", (3,), 2)),
        ("3 <= context.auth.strength", {"strength": 2}, ("auth.strength", ">=", (3,), 2)),
        ("!(context.auth.strength < 3)", {"strength": 2}, ("auth.strength", ">=", (3,), 2)),
        (
            'context.now.durationSince(context.auth.at) <= duration("4h")',
            {"at": NOW - 9 * HOUR},
            ("auth.age", "<=", (4 * HOUR,), 9 * HOUR),
        ),
        (
            'context.now.durationSince(context.device.seen) < duration("1d")',
            {"device": UNKNOWN_DEVICE},
            ("device.age", "<", (DAY,), NEVER),
        ),
        ('context.auth.factors.contains("code")', {}, ("auth.factors", "in", ("code",), None)),
        ("context.device.managed", {}, ("device.managed", "==", (True,), False)),
        (
            'context.device.compliance == "compliant"',
            {"device": Device(known=True)},
            ("device.compliance", "==", ("compliant",), "unknown"),
        ),
        (
            '["AT", "DE"].contains(context.place.country)',
            {"place": Place(country="BR")},
            ("place.country", "in", ("AT", "DE"), "BR"),
        ),
        ('context.place.country != "BR"', {"place": Place(country="BR")}, ("place.country", "!=", ("BR",), "BR")),
        ("!context.place.anonymiser", {}, ("place.anonymiser", "!=", (True,), True)),
        (
            'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
            {"place": Place("198.51.100.9")},
            ("place.address", "in", ("192.0.2.0/24",), "198.51.100.9"),
        ),
        ("context.risk.score < 70", {}, ("risk", "<", (70,), 100)),
        ("!(context.risk.score >= 70)", {}, ("risk", "<", (70,), 100)),
        ("context.grant.active", {}, ("grant", "==", (True,), False)),
        ('principal in Group::"finance"', {}, ("group", "in", ("finance",), None)),
        ("resource.sensitivity <= 0", {}, ("label", "<=", (0,), 1)),
        ('resource == App::"crm"', {}, ("label", "==", (), None)),
        ('context.place.address == ip("192.0.2.1")', {}, ("other", "==", (), None)),  # it is not known: an error
        ('context.request.method == "GET" && false', {}, ("other", "==", (), None)),
    ],
)
def test_every_usual_condition_is_understood(condition: str, known: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert permit(condition, **known)[0] == expected


def test_every_part_that_failed_is_named_and_none_that_held() -> None:
    found = permit('context.auth.strength >= 3 && context.device.managed && context.place.network == "office"')
    assert [one[0] for one in found] == ["device.managed", "place.network"]


def test_of_alternatives_the_one_that_is_easiest_to_change_is_meant() -> None:
    assert permit("resource.sensitivity <= 0 || context.device.managed")[0][0] == "device.managed"
    found = permit("!context.risk.known || context.risk.score < 70", risk=Risk(82, known=True))
    assert found == [("risk", "<", (70,), 82)]


def test_a_forbid_demands_the_opposite() -> None:
    text = "forbid (principal, action, resource) when { resource.sensitivity >= 1 } unless { %s }"
    assert lacking(text % "context.device.managed") == [("device.managed", "==", (True,), False)]
    assert lacking('forbid (principal, action, resource) when { context.place.network == "" }') == [
        ("place.network", "!=", ("",), "")
    ]
    assert lacking("forbid (principal, action, resource) when { context.risk.score >= 70 }") == [
        ("risk", "<", (70,), 100)
    ]


def test_hours_belong_together_and_the_rest_is_said_apart() -> None:
    engine = Engine(
        tree_of(
            '@id("p") permit (principal, action, resource) when { context.time.weekday <= 5 && '
            "context.time.minute >= 720 && context.time.minute < 1140 && context.device.managed };"
        ),
        "r",
        BERLIN,
    )
    request = request_of(engine, engine.decide(VIEW, facts(), NOW))
    time, device = unmet_conditions_of(engine.policies[0], request)
    assert (time.subject, time.hours, time.seen) == ("time", Hours((1, 2, 3, 4, 5), 720, 1140), NOW)
    assert device.subject == "device.managed"


def test_a_need_is_the_same_only_where_all_of_it_is() -> None:
    one = UnmetCondition("p", "permit", "time", "in", (), 0, "x")
    assert one != UnmetCondition("q", "permit", "time", "in", (), 0, "x")
    assert not one.is_fixed
