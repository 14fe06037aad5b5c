"""Who may ask for what, and who approves it."""

from __future__ import annotations

import pytest

from limen.facts import EVERYONE, LIMEN, App, Label, Person, Upstream
from limen.facts.access_rules import NOTHING_TO_ASK, AccessRule, AccessRules, Approvers, Escalation

ASKER = Person("p_1", "Oscar", "Oscar@harbor.example", frozenset({"staff"}), active=True)
OWNERS = Approvers(owner=True)


def app(name: str = "crm", label: Label = Label.CONFIDENTIAL, owner: str = "sales") -> App:
    return App(name, name.title(), "", Upstream(""), label, owner=owner)


def rule(**more: object) -> AccessRule:
    return AccessRule(**{"name": "r", "actions": ("view",), "ask": ("staff",), "steps": (OWNERS,), **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("more", "is_about"),
    [
        ({}, True),
        ({"apps": ("crm",)}, True),
        ({"apps": ("git",)}, False),
        ({"labels": (2,)}, True),
        ({"labels": (0, 1)}, False),
        ({"owners": ("sales",)}, True),
        ({"apps": ("git",), "owners": ("sales",)}, True),
        ({"actions": ("edit",)}, False),
    ],
)
def test_a_rule_is_about_apps_by_name_label_or_owner(more: dict[str, object], is_about: bool) -> None:
    assert rule(**more).is_about(app(), "view") is is_about


def test_limen_itself_is_given_to_nobody() -> None:
    assert not rule().is_about(app(LIMEN, Label.RESTRICTED), "view")
    assert not rule(apps=(LIMEN,)).is_about(app(LIMEN), "view")


def test_the_first_rule_that_lets_them_ask_counts() -> None:
    rules = AccessRules((rule(name="hr", ask=("hr",)), rule(name="staff"), rule(name="all", ask=(EVERYONE,))))
    found = rules.rule_for(ASKER, app(), "view")
    assert found is not None
    assert found.name == "staff"
    other = rules.rule_for(Person("p_2", groups=frozenset({"guests"}), active=True), app(), "view")
    assert other is not None
    assert other.name == "all"
    assert rules.rule_for(ASKER, app(), "edit") is None
    assert not NOTHING_TO_ASK.may_ask(ASKER, app(), "view")


def test_who_approves_is_known_of_every_step_also_before_their_account_is_active() -> None:
    later = Escalation(1, Approvers(("management",)))
    rules = AccessRules((rule(steps=(OWNERS, Approvers(people=("ida@harbor.example",))), escalation=later),))
    for person, is_one in {
        Person("p_2", groups=frozenset({"sales"})): True,
        Person("p_3", groups=frozenset({"management"}), active=True): True,
        Person("p_4", email="Ida@harbor.example", active=True): True,
        Person("p_5", groups=frozenset({"hr"}), active=True): False,
    }.items():
        assert rules.has_approver(person, [app()]) is is_one, person
    assert not rules.has_approver(Person("p_2", groups=frozenset({"sales"})), [app("git", owner="engineering")])
    assert not rules.has_approver(Person("p_2", groups=frozenset({"sales"})), [])


@pytest.mark.parametrize(
    "person", [Person("p_1", groups=frozenset({"staff"})), Person("w", active=True, is_workload=True)]
)
def test_who_is_not_active_and_what_is_a_service_asks_and_approves_nothing(person: Person) -> None:
    assert not rule(ask=(EVERYONE,)).may_ask(person)
    assert not Approvers(groups=("staff",)).has(person, "")


def test_approvers_are_groups_people_and_owners() -> None:
    assert Approvers(groups=("staff",)).has(ASKER, "sales")
    assert Approvers(people=("oscar@harbor.example",)).has(ASKER, "sales")
    assert OWNERS.has(ASKER, "staff")
    assert not OWNERS.has(ASKER, "sales")
    assert not OWNERS.has(ASKER, "")
    assert not Approvers().has(ASKER, "staff")


@pytest.mark.parametrize(
    ("label", "more", "steps"),
    [
        (Label.INTERNAL, {"automatic": True, "steps": ()}, 0),
        (Label.CONFIDENTIAL, {"automatic": True}, 1),
        (Label.RESTRICTED, {"automatic": True}, 2),
        (Label.CONFIDENTIAL, {}, 1),
        (Label.CONFIDENTIAL, {"four_eyes": True}, 2),
        (Label.RESTRICTED, {}, 2),
        (Label.RESTRICTED, {"steps": (OWNERS, OWNERS, OWNERS)}, 3),
    ],
)
def test_how_many_approve_follows_from_the_label_as_well(label: Label, more: dict[str, object], steps: int) -> None:
    made = rule(**more)
    assert len(made.steps_for(app(label=label))) == steps
    assert made.is_automatic(app(label=label)) is (steps == 0)
