from __future__ import annotations

from dataclasses import replace

from tests.policy.scene import NOW, app, engine_of

from limen.access.openings import Means
from limen.access.standing.privilege import (
    Held,
    StandingPrivilege,
    is_privileged,
    standing_access,
    standing_privilege,
)
from limen.clock import DAY
from limen.facts import LIMEN, App, Label, Person
from limen.policy.decision import Named

PAYROLL, WIKI = app(Label.RESTRICTED, "payroll"), app()
ANA = Person("p1", "Ana", "", frozenset({"finance"}), active=True)
BEN = Person("p2", "Ben", "", frozenset({"administrators"}), active=True)
GONE = Person("p3", "Cem", "", frozenset({"administrators"}))
ROBOT = Person("w1", "Robot", "", frozenset({"administrators"}), active=True, is_workload=True)
PEOPLE = (ANA, BEN, GONE, ROBOT)
ADMIN = """@id("admin") permit (principal in Group::"administrators", action == Action::"administer", resource is App)
  when { context.auth.strength >= %s };"""
FINANCE = """@id("finance") permit (principal in Group::"finance",
  action in [Action::"view", Action::"edit"], resource == App::"payroll");"""
ONLY_BY_GRANT = """@id("no-standing") forbid (principal, action, resource) unless { context.grant.active };"""
GRANTED = '@id("granted") permit (principal, action, resource is App) when { context.grant.active };'


def found(text: str, *apps: App, most_cells: int = 1 << 17) -> StandingPrivilege:
    return standing_privilege(engine_of(text), PEOPLE, apps or (WIKI,), since=NOW, most_cells=most_cells)


def test_who_may_administer_is_told_with_the_permit_that_says_so() -> None:
    assert found(ADMIN % 3).held == (Held(("p2",), "wiki", "administer", ("admin",)),)


def test_a_service_whose_token_is_enough_is_told_too() -> None:
    held = found(ADMIN % 1).held
    assert {one.people for one in held} == {("p2",), ("w1",)}


def test_of_restricted_data_every_action_counts_and_of_other_apps_only_what_is_privileged() -> None:
    assert [one.action for one in found(FINANCE, PAYROLL, WIKI).held] == ["view", "edit"]
    assert not found(FINANCE.replace("payroll", "wiki"), WIKI).held
    assert not is_privileged(WIKI, "connect")
    assert is_privileged(WIKI, "elevate")
    assert not is_privileged(PAYROLL, "audit")


def test_what_only_a_grant_opens_is_not_standing() -> None:
    assert found(ADMIN % 3 + GRANTED + ONLY_BY_GRANT).held == ()
    assert found(GRANTED, PAYROLL).held == ()


def test_a_grant_that_is_read_by_its_end_is_none_either() -> None:
    by_end = '@id("e") permit (principal, action, resource) when { context.grant.until > context.now };'
    assert found(by_end, PAYROLL) == StandingPrivilege((), True, 1.0, found(by_end, PAYROLL).situations)


def test_a_right_that_exists_on_mondays_from_one_network_is_standing() -> None:
    seldom = """ when { context.time.weekday == 1 && context.place.network == "office" && context.device.managed };"""
    held = found(FINANCE.rstrip(";") + seldom, PAYROLL).held
    assert [(one.people, one.is_certain) for one in held] == [(("p1",), True)] * 2


def test_what_every_situation_forbids_is_not_standing() -> None:
    forbid = '@id("no") forbid (principal, action, resource) unless { context.auth.strength >= 3 };'
    weak = FINANCE.rstrip(";") + " when { context.auth.strength <= 2 };"
    assert found(weak + forbid, PAYROLL).held == ()


def test_of_all_access_what_is_not_sensitive_is_told_too() -> None:
    wiki = FINANCE.replace("payroll", "wiki")
    held = standing_access(engine_of(wiki + GRANTED), PEOPLE, (WIKI,), since=NOW).held
    assert [(one.action, one.people, one.policies) for one in held] == [
        ("view", ("p1",), ("finance",)),
        ("edit", ("p1",), ("finance",)),
    ]


def test_a_report_only_policy_takes_nothing_away() -> None:
    watched = ONLY_BY_GRANT.replace('@id("no-standing")', '@id("no-standing") @state("report-only")')
    assert len(found(FINANCE + watched, PAYROLL).held) == 2


def test_restricted_data_that_anybody_reaches_is_told_of_anybody() -> None:
    everybody = '@id("all") permit (principal, action == Action::"view", resource);'
    assert ("",) in [one.people for one in found(everybody, PAYROLL).held]


def test_onboarding_lets_everybody_who_is_signed_in_administer() -> None:
    open_for_now = replace(WIKI, onboarding_until=NOW + DAY)
    held = found(FINANCE, open_for_now).held
    assert {one.policies for one in held} == {(Named.ONBOARDING,)}
    assert {one.action for one in held} == {"administer"}
    assert ("",) not in [one.people for one in held]


def test_a_factor_that_somebody_lacks_today_changes_nothing() -> None:
    engine = engine_of(FINANCE)
    lacking = replace(ANA, must_enrol_at=NOW - DAY)
    held = standing_privilege(engine, [lacking], [PAYROLL], since=NOW)
    assert len(held.held) == 2
    assert held.is_exact


def test_limen_itself_is_looked_at_by_its_own_actions() -> None:
    limen = app(Label.RESTRICTED, LIMEN)
    rule = '@id("run") permit (principal in Group::"administrators", action, resource == App::"limen");'
    assert [one.action for one in found(rule, limen).held if one.people == ("p2",)] == [
        "administer",
        "audit",
        "support",
    ]


def test_where_there_are_too_many_situations_doubt_counts_as_yes() -> None:
    many = " || ".join(f'context.place.country == "C{n}" && context.device.platform == "P{n}"' for n in range(9))
    never = '@id("x") forbid (principal, action, resource) when { context.auth.strength >= 0 };'
    seldom = f'@id("f") permit (principal in Group::"finance", action, resource) when {{ {many} }};{never}'
    doubted = found(seldom, PAYROLL, most_cells=4)
    assert not doubted.is_exact
    assert {one.is_certain for one in doubted.held} == {False}
    assert doubted.covered < 1
    assert found(seldom, PAYROLL).held == ()


def test_a_comparison_that_cant_be_foreseen_is_a_doubt_and_not_a_no() -> None:
    odd = """@id("odd") permit (principal in Group::"finance", action, resource)
      when { context.now.toTime() < duration("0ms") };"""
    doubted = found(odd, PAYROLL)
    assert doubted.held
    assert not doubted.is_exact


def _held(text: str, means: Means, person: Person = ANA) -> list[str]:
    """The ids of permits that open payroll to somebody who has only that to show."""
    found = standing_access(engine_of(text), [person], [PAYROLL], since=NOW, means_of=lambda _person: means)
    assert found.is_exact
    return sorted({policy for one in found.held if one.people == (person.id,) for policy in one.policies})


def test_without_a_device_what_asks_for_one_is_closed() -> None:
    healthy = FINANCE.rstrip(";") + ' when { context.device.compliance == "compliant" };'
    assert _held(healthy, Means()) == ["finance"]
    assert _held(healthy, Means(frozenset({"device"}))) == []


def test_only_facts_of_one_of_the_alternatives_count() -> None:
    both = FINANCE.rstrip(";") + ' when { context.device.managed && context.device.platform == "linux" };'
    laptop = frozenset({("device.managed", True), ("device.platform", "windows")})
    private = frozenset({("device.managed", False), ("device.platform", "linux")})
    assert _held(both, Means(one_of=frozenset({laptop, private}))) == []
    assert _held(both, Means(one_of=frozenset({laptop, private, frozenset({("device.managed", True)})}))) == ["finance"]
    assert _held(FINANCE, Means(one_of=frozenset({laptop}))) == ["finance"]


def test_an_active_grant_counts_for_its_app_and_actions_alone() -> None:
    text = FINANCE + ONLY_BY_GRANT
    assert _held(text, Means()) == []
    found = standing_access(
        engine_of(text),
        [ANA],
        [PAYROLL],
        since=NOW,
        means_of=lambda _: Means(grants=frozenset({("payroll", "view"), ("wiki", "edit")})),
    )
    assert [(one.action, one.policies) for one in found.held] == [("view", ("finance",))]


def test_alike_people_with_other_means_are_no_kind_together() -> None:
    strong = FINANCE.rstrip(";") + " when { context.auth.strength >= 2 };"
    eve = replace(ANA, id="p9")
    weak = Means(one_of=frozenset({frozenset({("auth.strength", 1)})}))
    found = standing_access(
        engine_of(strong), [ANA, eve], [PAYROLL], since=NOW, means_of=lambda one: weak if one is eve else Means()
    )
    assert {one.people for one in found.held} == {("p1",)}
