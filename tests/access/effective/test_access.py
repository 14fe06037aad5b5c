from __future__ import annotations

from dataclasses import replace

from tests.policy.scene import NOW, app, engine_of, tree_of

from limen.access.effective.access import IN_DOUBT, effective_access, ungated
from limen.access.effective.rows import Answer, Row
from limen.clock import DAY, HOUR
from limen.facts import App, Grant, Label, Person
from limen.facts.access_rules import AccessRules
from limen.policy import Engine

PAYROLL, WIKI = app(Label.RESTRICTED, "payroll"), app()
ANA = Person("ana", "Ana", "", frozenset({"finance", "staff"}), active=True)
BEN = Person("ben", "Ben", "", frozenset({"staff"}), active=True)
TEXT = """@id("finance") permit (principal in Group::"finance", action in [Action::"view", Action::"edit"],
  resource == App::"payroll") when { context.device.compliance == "compliant" && context.auth.strength >= 3 };
@id("wiki") permit (principal in Group::"staff", action == Action::"view", resource == App::"wiki");
@id("hours") permit (principal in Group::"staff", action == Action::"edit", resource == App::"wiki")
  when { context.time.minute >= 480 && context.time.minute < 1080 };
@id("granted") permit (principal, action == Action::"administer", resource is App) when { context.grant.active };"""
ASKED = ("view", "edit", "administer")
GRANT = Grant("g1", "wiki", frozenset({"administer"}), NOW + HOUR, "", "ben")


def rows(person: Person, thing: App, *grants: Grant, access: AccessRules | None = None) -> dict[str, Row]:
    """The row of each action."""
    engine = Engine(tree_of(TEXT), "r1", engine_of("").zone, access=access)
    found = effective_access(engine, [ANA, BEN], [PAYROLL, WIKI], since=NOW)
    assert found.is_exact
    return {action: row for row in found.rows(person, thing, ASKED, grants) for action in row.actions}


def test_what_opens_says_its_conditions_by_which_policy_and_through_which_group() -> None:
    one = rows(ANA, PAYROLL)["view"]
    assert (one.answer, one.actions, one.policies, one.groups) == (
        Answer.IF,
        ("view", "edit"),
        ("finance",),
        ("finance",),
    )
    assert len(one.whens) == 1
    assert {each.axis for opening in one.openings for each in opening.conditions} == {
        "auth.strength",
        "device.compliance",
    }
    assert rows(BEN, WIKI)["edit"].whens == ("08:00–18:00",)


def test_what_nothing_stands_before_is_always() -> None:
    one = rows(BEN, WIKI)["view"]
    assert (one.answer, one.whens, one.policies, one.until) == (Answer.ALWAYS, (), ("wiki",), 0)


def test_what_does_not_open_says_why() -> None:
    one = rows(BEN, PAYROLL)["view"]
    assert (one.answer, one.policies, one.openings) == (Answer.NEVER, (), ())
    assert one.why


def test_with_a_grant_it_opens_until_that_ends() -> None:
    one = rows(BEN, WIKI, GRANT)["administer"]
    assert (one.answer, one.grant, one.until, one.policies) == (Answer.ALWAYS, "g1", NOW + HOUR, ("granted",))
    assert rows(BEN, PAYROLL, GRANT)["administer"].grant == ""


def test_a_grant_that_is_over_opens_nothing() -> None:
    assert rows(BEN, WIKI, replace(GRANT, until=NOW))["administer"].answer is Answer.BY_GRANT


def test_whoever_may_not_ask_has_it_by_a_grant_alone() -> None:
    nobody_asks = AccessRules()
    assert rows(BEN, WIKI, access=nobody_asks)["administer"].answer is Answer.NEVER
    assert rows(BEN, WIKI, GRANT, access=nobody_asks)["administer"].grant == "g1"
    assert rows(BEN, WIKI)["administer"].answer is Answer.BY_GRANT


def test_an_account_that_is_not_active_opens_nothing() -> None:
    gone = replace(ANA, active=False)
    engine = engine_of(TEXT)
    found = effective_access(engine, [gone], [WIKI], since=NOW)
    assert {one.answer for one in found.rows(gone, WIKI, ASKED, [GRANT])} == {Answer.NEVER}


def test_the_end_of_an_account_ends_what_it_opens() -> None:
    service = replace(BEN, ends_at=NOW + DAY)
    assert rows(service, WIKI)["view"].until == NOW + DAY
    assert ungated(replace(service, must_enrol_at=1, first_day="2026-12-24")) == BEN


def test_what_could_not_be_ruled_out_is_told_and_marked() -> None:
    odd = """@id("odd") permit (principal, action == Action::"view", resource)
      when { context.now.toTime() < duration("0ms") };"""
    found = effective_access(engine_of(odd), [BEN], [WIKI], since=NOW)
    (one,) = found.rows(BEN, WIKI, ("view",))
    assert (one.answer, one.whens, one.is_certain, found.is_exact) == (Answer.IF, (IN_DOUBT,), False, False)


def test_when_it_was_last_used_is_the_newest_of_its_actions() -> None:
    found = effective_access(engine_of(TEXT), [ANA], [PAYROLL], since=NOW)
    used = {("ana", "payroll", "edit"): 7, ("ana", "payroll", "view"): 3}
    (one, *_) = found.rows(ANA, PAYROLL, ASKED, (), lambda *done: used.get(done, 0))
    assert one.last_used == 7
