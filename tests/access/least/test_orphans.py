from __future__ import annotations

from dataclasses import replace

from tests.policy.scene import app

from limen.access.least.orphans import Credential, Orphan, Why, orphans
from limen.facts import LIMEN, Label, Person
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRule, AccessRules, Approvers

ANA = Person("ana", "Ana", "", frozenset({"finance"}), active=True)
GONE = Person("cem", "Cem", "", frozenset({"sales"}))
ROBOT = Person("w1", "Robot", "", frozenset({"hall"}), active=True, is_workload=True)
PEOPLE = {one.id: one for one in (ANA, GONE, ROBOT)}
PAYROLL = replace(app(Label.RESTRICTED, "payroll"), owner="finance")
SINCE = 1_000
TOKEN = Credential("token", "t1", "backup", "ana", ("payroll",), made_at=1, used_at=SINCE)


def found(*held: Credential, apps: tuple = (PAYROLL,), access: AccessRules = NOTHING_TO_ASK, **named: tuple) -> list:  # type: ignore[type-arg]
    return list(orphans(PEOPLE, apps, access, named, held, since=SINCE))


def test_where_somebody_stands_behind_everything_there_is_nothing() -> None:
    assert found(TOKEN, finance=("p",)) == []


def test_groups_that_are_named_and_have_nobody_active() -> None:
    assert found(sales=("crm",), hall=("gate",)) == [
        Orphan("group", "hall", "hall", Why.NO_MEMBERS, ("gate",)),
        Orphan("group", "sales", "sales", Why.NO_MEMBERS, ("crm",)),
    ]
    rules = AccessRules((AccessRule(name="r", actions=("view",), ask=("everyone", "it"), steps=(Approvers(("hr",)),)),))
    assert [(one.id, one.about) for one in found(access=rules)] == [("hr", ()), ("it", ())]


def test_apps_without_an_owner_or_whose_owners_are_gone() -> None:
    wiki, crm, limen = app(), replace(app(app_id="crm"), owner="sales"), app(app_id=LIMEN)
    assert found(apps=(wiki, crm, limen)) == [
        Orphan("group", "sales", "sales", Why.NO_MEMBERS),
        Orphan("app", "wiki", "Wiki", Why.NO_OWNER),
        Orphan("app", "crm", "Crm", Why.OWNERS_GONE, ("sales",)),
    ]


def test_what_is_held_by_somebody_who_is_gone() -> None:
    account = Credential("account", "cem", "cem", "cem", (), 0, 0)
    assert [(one.kind, one.why, one.about) for one in found(replace(TOKEN, holder="cem"), account)] == [
        ("token", Why.HOLDER_GONE, ("cem",)),
        ("account", Why.HOLDER_GONE, ("cem",)),
    ]
    assert [one.why for one in found(replace(TOKEN, holder="never-heard-of"))] == [Why.HOLDER_GONE]


def test_what_was_not_used_for_long_and_is_not_new() -> None:
    assert [one.why for one in found(replace(TOKEN, used_at=SINCE - 1))] == [Why.UNUSED]
    assert found(replace(TOKEN, used_at=0, made_at=SINCE)) == []
    service = Credential("service", "w1", "Robot", "", ("payroll",), 0, 0)
    assert [one.why for one in found(service)] == [Why.UNUSED]
    assert found(Credential("account", "ana", "ana", "ana", (), 0, 0)) == []


def test_a_service_whose_apps_have_nobody_who_owns_them() -> None:
    service = Credential("service", "w1", "Robot", "", ("crm",), SINCE, SINCE)
    crm = replace(app(app_id="crm"), owner="finance")
    assert found(service, apps=(crm,)) == []
    assert [one.why for one in found(service)] == [Why.OWNERS_GONE]
