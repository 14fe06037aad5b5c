from __future__ import annotations

import pytest
from tests.policy.scene import tree_of

from limen.cedar import PolicySet
from limen.clock import from_iso
from limen.policy.scenarios.scenarios import Scenario, TooManyError, scenarios_of, time_of
from limen.policy.scenarios.states import States


def settings(text: str) -> list[Scenario]:
    (policy,) = PolicySet.from_json(tree_of(f'@id("p") {text};'))
    return list(scenarios_of(policy, States.under((policy,))))


def test_a_policy_that_reads_nothing_has_one_world() -> None:
    (setting,) = settings("permit (principal, action, resource)")
    assert setting.size == 1
    assert setting.is_real


def test_the_scope_holds_in_every_setting() -> None:
    (setting,) = settings('permit (principal in Group::"staff", action == Action::"edit", resource == App::"wiki")')
    assert setting.person.groups == {"staff"}
    assert (setting.app.id, setting.request.action) == ("wiki", "edit")


def test_groups_labels_and_times_that_conditions_name_are_told_apart() -> None:
    found = settings(
        'permit (principal, action, resource) when { principal in Group::"staff" && resource.sensitivity >= 2 '
        "&& context.time.weekday <= 5 }"
    )
    assert {one.person.groups for one in found} == {frozenset(), frozenset({"staff"})}
    assert {one.app.sensitivity for one in found} == {1, 3}
    assert len(found) == 8


def test_a_stranger_is_asked_about_where_activity_is() -> None:
    found = settings("permit (principal, action, resource) when { principal.active }")
    assert {one.person.active for one in found} == {True, False}
    assert all(len(one.states["auth"]) == 1 for one in found)


def test_what_the_engine_does_not_decide_is_marked() -> None:
    (setting,) = settings("permit (principal is Workload, action, resource is Host)")
    assert not setting.is_real
    assert (setting.principal.uid.type, setting.resource.uid.type) == ("Workload", "Host")


def test_every_weekday_comes_up_between_dates() -> None:
    between = 'context.now >= datetime("2026-11-24") && context.now < datetime("2026-11-25")'
    found = settings(f"permit (principal, action, resource) when {{ {between} && context.time.weekday == 3 }}")
    first, last = from_iso("2026-11-24T00:00:00Z"), from_iso("2026-11-25T00:00:00Z")
    days = {time_of(one)["weekday"]: one.is_real for one in found if first <= one.now < last}
    assert days == {2: True, 3: False, 7: False}  # the 24th is a Tuesday in UTC, though not everywhere throughout
    assert {time_of(one)["weekday"] for one in found if one.is_real and one.now >= last} == {2, 3, 7}


@pytest.mark.parametrize("condition", ["principal is Workload", 'principal == Workload::"builder"'])
def test_a_type_that_a_condition_names_asks_as_well(condition: str) -> None:
    found = settings(f"permit (principal, action, resource) when {{ {condition} }}")
    assert {(one.principal.uid.type, one.is_real) for one in found} == {("Person", True), ("Workload", False)}


@pytest.mark.parametrize(
    "condition",
    [
        " || ".join(f'principal in Group::"g{number}"' for number in range(7)),
        " && ".join(f'context.device.{name} != "x{number}"' for name in ("id", "platform") for number in range(1_000)),
    ],
)
def test_more_worlds_than_can_be_listed_are_refused(condition: str) -> None:
    with pytest.raises(TooManyError):
        settings(f"permit (principal, action, resource) when {{ {condition} }}")
