from __future__ import annotations

from limen.cedar import PolicySet
from limen.facts import ANYBODY, Person
from limen.policy.access_diff.person_classes import kind_of, named_in

POLICIES = PolicySet.parse(
    """permit (principal in Group::"staff", action, resource)
       unless { principal == Person::"p3" || principal in Group::"out" };"""
)
NAMED = named_in(POLICIES)


def person(person_id: str, *groups: str, active: bool = True) -> Person:
    return Person(person_id, groups=frozenset(groups), active=active)


def test_groups_that_no_policy_names_make_no_difference() -> None:
    assert kind_of(person("p1", "staff", "choir"), NAMED) == kind_of(person("p2", "staff"), NAMED)
    assert kind_of(person("p1", "staff", "out"), NAMED) != kind_of(person("p2", "staff"), NAMED)


def test_the_named_the_inactive_and_nobody_are_kinds_of_their_own() -> None:
    staff = kind_of(person("p1", "staff"), NAMED)
    assert kind_of(person("p3", "staff"), NAMED) != staff
    assert kind_of(person("p1", "staff", active=False), NAMED) != staff
    assert kind_of(ANYBODY, NAMED) != kind_of(person("p1", active=False), NAMED)


def test_a_workload_is_never_of_a_kind_with_a_person() -> None:
    service = Person("p1", groups=frozenset({"staff"}), active=True, is_workload=True)
    assert kind_of(service, NAMED) != kind_of(person("p1", "staff"), NAMED)
