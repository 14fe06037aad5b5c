from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import BERLIN, NOW, app, engine_of

from limen.facts import Label, Person
from limen.facts.access_rules import AccessRule, AccessRules
from limen.policy import Engine
from limen.policy.access_diff.describe import Names, sentences
from limen.policy.access_diff.diff import Reach, newly_reachable

PAYROLL, WIKI = app(Label.RESTRICTED, "payroll"), app()
PEOPLE = [
    Person("p1", "Ana", "", frozenset({"finance", "staff"}), active=True),
    Person("p2", "Ben", "", frozenset({"finance"}), active=True),
    Person("p3", "Cem", "", frozenset({"staff"}), active=True),
    Person("p4", "Dora", "", frozenset({"finance"}), active=False),
]
NAMES = Names(
    BERLIN,
    {one.id: one.name for one in PEOPLE},
    {"payroll": "Payroll", "wiki": "Wiki"},
    {"Finance": frozenset({"p1", "p2"})},
)
FINANCE = """@id("finance") permit (principal in Group::"finance",
  action in [Action::"view", Action::"edit"], resource == App::"payroll") when { context.auth.strength >= %s };"""
DAYTIME = """@id("day") forbid (principal, action == Action::"edit", resource == App::"payroll")
  unless { context.time.minute >= 360 && context.time.minute < 1200 };"""


def reach(before: str, after: str, **more: object) -> Reach:
    return newly_reachable(engine_of(before), engine_of(after), PEOPLE, [PAYROLL, WIKI], since=NOW, **more)  # type: ignore[arg-type]


def said(before: str, after: str) -> tuple[str, ...]:
    return sentences(reach(before, after), NAMES)


def forbid(unless: str) -> str:
    return f'@id("no") forbid (principal, action, resource == App::"payroll") unless {{ {unless} }};'


def test_what_is_new_and_what_is_gone_altogether() -> None:
    assert said("", FINANCE % 3) == ("Finance (2 people) gain Payroll · view and edit with a passkey",)
    assert said(FINANCE % 3, "") == ("Finance (2 people) lose Payroll · view and edit",)


def test_a_difference_is_told_by_the_one_fact_that_makes_it() -> None:
    assert said(FINANCE % 3, FINANCE % 3 + forbid("context.device.known")) == (
        "Finance (2 people) lose Payroll · view and edit from an unknown device",
    )
    assert said(FINANCE % 3 + DAYTIME, FINANCE % 3) == ("Finance (2 people) gain Payroll · edit outside 06:00–20:00",)
    assert said(FINANCE % 2, FINANCE % 3) == ("Finance (2 people) lose Payroll · view and edit without a passkey",)


def test_whom_a_policy_names_is_a_kind_of_their_own() -> None:
    ben = '@id("ben") forbid (principal == Person::"p2", action, resource);'
    assert said(FINANCE % 3, FINANCE % 3 + ben) == ("Ben loses Payroll · view and edit",)


def test_no_difference_where_only_words_and_order_differ() -> None:
    renamed = (FINANCE % 3).replace('@id("finance")', '@id("f") @title("New")')
    assert reach(FINANCE % 3 + DAYTIME, DAYTIME + renamed) == Reach((), True, 1.0, 0)


def test_a_watched_policy_is_none() -> None:
    watched = DAYTIME.replace('@id("day")', '@id("day") @state("report-only")')
    assert said(FINANCE % 3, FINANCE % 3 + watched) == ()


def test_what_ended_before_now_makes_no_difference() -> None:
    past = forbid('context.now < datetime("2026-01-01") || context.now >= datetime("2025-01-01")')
    assert said(FINANCE % 3, FINANCE % 3 + past) == ()
    soon = forbid('context.now < datetime("2026-12-01")')
    assert said(FINANCE % 3, FINANCE % 3 + soon) == (
        "Finance (2 people) lose Payroll · view and edit from 1 Dec 2026 01:00 on",
    )


def test_an_app_that_is_relabelled_or_new_or_gone() -> None:
    everyone = """@id("all") permit (principal in Group::"staff", action == Action::"view", resource)
      when { resource.sensitivity <= 1 };"""
    engine = engine_of(everyone)
    public = replace(PAYROLL, label=Label.INTERNAL)
    found = newly_reachable(engine, engine, PEOPLE, [public], apps_before=[PAYROLL], since=NOW)
    assert sentences(found, NAMES) == ("Ana and Cem gain Payroll · view",)
    assert sentences(newly_reachable(engine, engine, PEOPLE, [], apps_before=[WIKI], since=NOW), NAMES) == (
        "Ana and Cem lose Wiki · view",
    )


def test_a_policy_that_errs_takes_access_away() -> None:
    broken = '@id("b") forbid (principal, action, resource) when { context.place.address.isLoopback() };'
    assert said(FINANCE % 3, FINANCE % 3 + broken) == (
        "Finance (2 people) lose Payroll · view and edit from an unknown address, 127.0.0.0 to 127.255.255.255 or ::1",
    )


def test_it_says_where_not_everything_was_looked_at() -> None:
    odd = forbid('context.now.toTime() < duration("8h")')
    found = reach(FINANCE % 3, FINANCE % 3 + odd)
    assert not found.is_exhaustive
    assert found.covered == 1
    assert sentences(found, NAMES)[-1].startswith("Some policies compare facts in a way")
    many = forbid(
        " || ".join(f'context.place.country == "C{n}" && context.device.platform == "P{n}"' for n in range(9))
    )
    small = reach(FINANCE % 3, FINANCE % 3 + many, most_cells=64)
    assert not small.is_exhaustive
    assert 0 < small.covered < 1
    assert small == reach(FINANCE % 3, FINANCE % 3 + many, most_cells=64)
    assert small.differences


def test_what_is_looked_at_in_all_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.policy.access_diff.diff.MOST_IN_ALL", 0)
    monkeypatch.setattr("limen.policy.access_diff.diff.FEW_CELLS", 8)
    parts = " || ".join(f'context.place.country == "C{n}"' for n in range(20))
    found = reach(
        FINANCE % 3, FINANCE % 3 + forbid(f"context.auth.strength >= 3 && context.risk.score < 50 && ({parts})")
    )
    assert found.situations <= 8
    assert not found.is_exhaustive


GRANTED = '@id("granted") permit (principal, action, resource is App) when { context.grant.active };'
STAND_IN = AccessRule(name="stand-in", actions=("view",), ask=("staff",), apps=("payroll",))


def with_rules(text: str, *rules: AccessRule) -> Engine:
    engine = engine_of(text)
    return Engine(engine.tree, engine.revision, engine.zone, access=AccessRules(rules))


def gained(before: Engine, after: Engine) -> set[tuple[bool, str, str, str]]:
    found = newly_reachable(before, after, PEOPLE, [PAYROLL, WIKI], since=NOW)
    assert found.is_exhaustive
    return {
        (one.gains, person, app_id, action)
        for one in found.differences
        for person in one.people
        for app_id in one.apps
        for action in one.actions
    }


def test_a_grant_counts_for_those_alone_who_may_ask_for_one() -> None:
    both = {(True, "p1", "payroll", "view"), (True, "p3", "payroll", "view")}
    assert gained(with_rules("", STAND_IN), with_rules(GRANTED, STAND_IN)) == both
    assert gained(with_rules(""), with_rules(GRANTED)) == set()


def test_who_may_ask_for_more_than_before_gains_it_though_no_policy_changes() -> None:
    wider = replace(STAND_IN, ask=("finance", "staff"), actions=("view", "edit"))
    assert gained(with_rules(GRANTED, STAND_IN), with_rules(GRANTED, wider)) == {
        (True, "p2", "payroll", "view"),
        *((True, person, "payroll", "edit") for person in ("p1", "p2", "p3")),
    }
    assert gained(with_rules(GRANTED, STAND_IN), with_rules(GRANTED)) == {
        (False, "p1", "payroll", "view"),
        (False, "p3", "payroll", "view"),
    }
