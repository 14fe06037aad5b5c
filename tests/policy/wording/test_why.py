from __future__ import annotations

from typing import Any

from tests.policy.scene import NOW, VIEW, engine_of, facts

from limen.facts import ANYBODY, UNPROVED, Person
from limen.policy.wording.why import kind_of, kinds_read, why_not

NEAR = '@id("near") permit (principal, action, resource) when { context.auth.strength >= 3 };'
FAR = '@id("far") permit (principal, action, resource) when { context.device.managed && context.risk.score < 9 };'
LABEL = '@id("label") permit (principal, action, resource) when { resource.sensitivity <= 0 };'
OTHERS = '@id("others") permit (principal in Group::"sales", action, resource) when { context.auth.strength >= 3 };'
CLOSED = '@id("closed") permit (principal in Group::"hr", action, resource) when { resource.sensitivity <= 0 };'
FORBID = '@id("forbid") forbid (principal, action, resource) unless { context.device.managed };'


def whys(text: str, *, is_complete: bool = False, **known: Any) -> list[tuple[str, str]]:
    engine = engine_of(text)
    decision = engine.decide(VIEW, facts(**known), NOW)
    return [(one.policy, one.subject) for one in why_not(engine, decision, is_complete=is_complete)]


def test_the_permit_that_came_nearest_is_the_one_that_lacked_something() -> None:
    assert whys(NEAR + FAR, strength=2) == [("near", "auth.strength")]


def test_whoever_may_know_all_is_told_of_every_permit_about_the_person() -> None:
    found = whys(NEAR + FAR + OTHERS, strength=2, is_complete=True)
    assert set(found) == {("near", "auth.strength"), ("far", "device.managed"), ("far", "risk")}


def test_forbids_that_spoke_are_named_even_where_something_permits() -> None:
    assert whys(NEAR + FORBID) == [("forbid", "device.managed")]
    assert whys(NEAR + '@id("no") forbid (principal, action, resource);') == [("no", "other")]


def test_a_permit_that_speaks_of_another_label_is_not_near_and_a_group_is_what_is_missing() -> None:
    engine = engine_of(LABEL + OTHERS + CLOSED)
    (group,) = why_not(engine, engine.decide(VIEW, facts(), NOW))
    assert (group.subject, group.wanted, group.seen) == ("group", ("sales",), "staff")


def test_a_permit_a_stranger_and_a_failing_policy_have_no_why() -> None:
    assert whys(NEAR) == []
    assert whys(NEAR, person=ANYBODY, auth=UNPROVED) == []
    failing = '@id("b") forbid (principal, action, resource) when { context.place.address.isLoopback() };'
    assert whys(NEAR + failing) == []


def test_an_account_that_is_not_active_is_all_there_is_to_say() -> None:
    assert whys(NEAR, person=Person("p1")) == [("", "account")]


def test_a_need_and_what_a_policy_reads_are_a_matter_of_the_same_kinds() -> None:
    engine = engine_of(
        '@id("p") permit (principal, action, resource) when { context.auth.strength >= 2 && principal.active && '
        'context.now.durationSince(context.device.seen) < duration("1h") && context.grant.active && '
        'context.time.minute > 5 && context.place.network == "office" && context.risk.known };'
    )
    read = kinds_read(engine.policies[0])
    assert read == {"proof", "account", "device", "grant", "time", "place", "risk"}
    decision = engine.decide(VIEW, facts(strength=1), NOW)
    assert {kind_of(one) for one in why_not(engine, decision)} <= read | {"groups"}
