from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import NOW, VIEW, app, engine_of, facts

from limen.clock import HOUR, from_iso
from limen.facts import ANYBODY, UNKNOWN_DEVICE, UNPROVED, Device, Label, Person, Place
from limen.policy import Effect, Request
from limen.policy.remedies.search import MOST_SETS, opens_at, who_can

NIGHT = from_iso("2026-11-24T22:00:00Z")
MORNING = from_iso("2026-11-25T06:00:00Z")
BY_DAY = "context.time.minute >= 420 && context.time.minute < 1140"
FRESH = 'context.now.durationSince(context.auth.at) <= duration("4h")'


def permit(condition: str, who: str = "principal", name: str = "p") -> str:
    return f'@id("{name}") permit ({who}, action, resource) when {{ {condition} }};'


def named(text: str, now: int = NOW, **known: object) -> list[str]:
    decision = engine_of(text).decide(VIEW, facts(**known), now)
    assert decision.effect is not Effect.PERMIT
    return [" + ".join(f"{one.kind} {one.what}".strip() for one in one_set) for one_set in decision.remedies]


@pytest.mark.parametrize(
    ("condition", "known", "expected"),
    [
        ("context.auth.strength >= 3", {"strength": 2}, ["use_passkey"]),
        ("context.device.known", {"device": UNKNOWN_DEVICE}, ["enrol_device"]),
        (
            'context.device.compliance == "compliant" && context.device.managed',
            {"device": Device("d", known=True)},
            ["mend_device managed + mend_device compliance"],
        ),
        (
            'context.device.compliance == "compliant"',
            {"device": UNKNOWN_DEVICE},
            ["enrol_device + mend_device compliance"],
        ),
        (
            'context.auth.strength >= 3 && context.place.network == "office"',
            {"strength": 2},
            ["use_passkey + change_place network"],
        ),
        (
            'context.place.network == "office" || context.grant.active',
            {},
            ["change_place network", "ask_for_grant"],
        ),
        ("context.grant.active && context.device.managed", {}, ["mend_device managed + ask_for_grant"]),
        ('context.place.country == "DE"', {"place": Place(known=True, country="FR")}, ["change_place country"]),
        (
            'context.place has address && context.place.address.isInRange(ip("192.0.2.0/24"))',
            {"place": Place("203.0.113.7")},
            ["change_place address"],
        ),
        ("context.device.binding >= 2 && context.device.binding > 2", {}, ["mend_device binding"]),
        ("context.risk.score < 70", {}, []),
        ('principal in Group::"finance" && context.auth.strength >= 3', {"strength": 2}, []),
        ("resource.sensitivity <= 0", {}, []),
    ],
)
def test_the_smallest_sets_are_found(condition: str, known: dict[str, object], expected: list[str]) -> None:
    assert named(permit(condition), **known) == expected


def test_what_a_forbid_demands_is_asked_for_too() -> None:
    text = permit("context.auth.strength >= 2") + (
        '@id("f") forbid (principal, action, resource) unless { context.device.managed };'
    )
    assert named(text, strength=1) == ["use_passkey + mend_device managed", "add_factor + mend_device managed"]


def test_whoever_may_wait_is_told_so_after_what_they_may_do_at_once() -> None:
    text = permit(BY_DAY) + permit('context.place.network == "office"', name="q")
    assert named(text, NIGHT) == ["change_place network", "come_back"]


def test_coming_back_may_need_a_proof_of_then() -> None:
    decision = engine_of(permit(f"{BY_DAY} && {FRESH}")).decide(VIEW, facts(at=NIGHT - HOUR), NIGHT)
    ((back, again),) = decision.remedies
    assert (again.kind, back.kind, back.at) == ("sign_in_again", "come_back", MORNING)
    ((back, again),) = engine_of(permit(f"{BY_DAY} && {FRESH}")).decide(VIEW, facts(at=NIGHT), NIGHT).remedies
    assert (again.kind, back.at) == ("sign_in_again", MORNING)


def test_a_challenge_names_what_the_browser_can_do_and_nothing_else() -> None:
    text = permit("context.auth.strength >= 3") + permit("context.grant.active", name="q")
    assert named(text, strength=2) == ["use_passkey"]


@pytest.mark.parametrize(
    "known",
    [
        {"person": ANYBODY, "auth": UNPROVED},
        {"person": Person("p1", groups=frozenset({"staff"}))},
    ],
)
def test_strangers_and_inactive_accounts_learn_of_no_remedy(known: dict[str, object]) -> None:
    text = permit('context.place.network == "office"')
    decision = engine_of(text).decide(Request("sign_in"), facts(**known), NOW)
    assert decision.remedies == ()


def test_where_a_policy_fails_nobody_is_sent_anywhere() -> None:
    text = permit('context.place.network == "office"') + (
        '@id("f") forbid (principal, action, resource) when { context.place.address.isLoopback() };'
    )
    assert named(text) == []


def test_alternatives_are_bounded() -> None:
    networks = " || ".join(f'context.place.network == "n{n}"' for n in range(50))
    assert len(named(permit(networks))) <= MOST_SETS


def test_what_everything_together_does_not_turn_is_not_searched_further() -> None:
    engine = engine_of(
        permit('context.device.managed && context.place.network == "office" && context.grant.active')
        + '@id("never") forbid (principal, action, resource);'
    )
    assert engine.decide(VIEW, facts(), NOW).remedies == ()


def test_whoever_answers_for_the_app_can_help_and_administrators_can() -> None:
    assert who_can(facts()) == ("administrators",)
    assert who_can(replace(facts(), app=replace(app(Label.PUBLIC), owner="sales"))) == ("sales", "administrators")


def test_when_it_opens_is_when_waiting_and_at_most_a_proof_turn_it() -> None:
    def opening(condition: str, **known: object) -> int:
        return opens_at(engine_of(permit(condition)).decide(VIEW, facts(**known), NIGHT).remedies)

    assert opening(BY_DAY) == MORNING
    assert opening(f"{BY_DAY} && {FRESH}") == MORNING
    assert opening(f"{BY_DAY} && context.device.managed") == 0
    assert opening("context.device.managed") == 0
