"""Who reaches a store by its apps, and how weakly, against policies whose answer is plain."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.company.blast.small import ANA, BEN, GONE, ROBOT
from tests.policy.scene import NOW, app, engine_of

from limen.clock import HOUR
from limen.company.store_reach import Reaching
from limen.data.inventory.controls import Minimum
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.reach import Reach, Way
from limen.facts import ActionRule, Label

FILES = replace(app(Label.INTERNAL, "files"), rules=(ActionRule("view", frozenset(), "/**"),))
SHARE = Store("share", StoreKind.FOLDER, "/srv", Label.RESTRICTED, reached_by=("files",), needed_by=("finance",))
STRICT = Minimum(strength=3, healthy=True, session_ms=8 * HOUR)
OPEN = """@id("staff") permit (principal in Group::"staff", action == Action::"view", resource == App::"files")
  when { context.auth.strength >= 2 };"""
CLOSED = """@id("staff") permit (principal in Group::"finance", action == Action::"view", resource == App::"files")
  when { context.auth.strength >= 3 && context.device.compliance == "compliant"
         && context.now.durationSince(context.auth.at) <= duration("8h") };"""
BY_LABEL = (
    OPEN
    + """
@id("strict") forbid (principal, action, resource) when { resource.sensitivity >= 3 }
  unless { context.auth.strength >= 3 && context.device.compliance == "compliant" };"""
)


def reach(policies: str, needs: Minimum = STRICT, store: Store = SHARE) -> Reach:
    return Reaching(engine_of(policies), {"files": FILES}, [ANA, BEN, GONE, ROBOT], NOW).reach(store, needs)


def test_who_can_reach_it_and_who_does_not_need_it() -> None:
    found = reach(OPEN)
    assert (found.people, found.beyond) == ({ANA.id, BEN.id}, {BEN.id})
    assert (found.weakest, found.is_known, found.is_exact) == (2, True, True)
    assert reach(OPEN, store=replace(SHARE, needed_by=())).beyond == frozenset()
    assert reach('@id("in") permit (principal, action == Action::"sign_in", resource);').people == frozenset()


def test_each_control_that_is_missing_is_named_with_the_policy_that_lets_them() -> None:
    found = reach(OPEN)
    assert [(one.way, one.app, one.policies, one.is_certain) for one in found.weak] == [
        (way, "files", ("staff",), True) for way in (Way.WEAKLY, Way.UNHEALTHY, Way.LONG_AGO)
    ]
    closed = reach(CLOSED)
    assert (closed.people, closed.weak, closed.weakest) == ({ANA.id}, (), 3)


@pytest.mark.parametrize(
    ("without", "way"),
    [
        ("context.auth.strength >= 3", Way.WEAKLY),
        ('context.device.compliance == "compliant"', Way.UNHEALTHY),
        ('context.now.durationSince(context.auth.at) <= duration("8h")', Way.LONG_AGO),
    ],
)
def test_one_condition_left_out_is_one_control_missing(without: str, way: Way) -> None:
    assert without in CLOSED
    found = reach(CLOSED.replace(without, "context.auth.strength >= 0"))
    assert [one.way for one in found.weak] == [way]


def test_a_little_too_long_is_too_long_and_just_so_long_is_not() -> None:
    for hours, is_weak in ((8, False), (7, True), (9, False)):
        found = reach(CLOSED, Minimum(session_ms=hours * HOUR))
        assert bool(found.weak) is is_weak, hours


def test_where_the_label_of_the_app_alone_would_end_it_that_is_said() -> None:
    found = reach(BY_LABEL)
    assert {one.way: one.relabelled for one in found.weak} == {
        Way.WEAKLY: True,
        Way.UNHEALTHY: True,
        Way.LONG_AGO: False,
    }
    assert not any(one.relabelled for one in reach(OPEN).weak)


def test_a_label_that_needs_nothing_lacks_nothing() -> None:
    assert reach(OPEN, Minimum()).weak == ()


def test_a_store_without_an_app_and_with_one_that_is_gone() -> None:
    assert not reach(OPEN, store=replace(SHARE, reached_by=())).is_known
    gone = reach(OPEN, store=replace(SHARE, reached_by=("files", "nextcloud")))
    assert (gone.unknown, gone.people) == (("nextcloud",), {ANA.id, BEN.id})


def test_anybody_is_anybody() -> None:
    found = reach('@id("all") permit (principal, action == Action::"view", resource == App::"files");')
    assert "" in found.people
    assert found.weakest == 0
