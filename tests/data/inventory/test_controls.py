from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis.strategies import booleans, builds, integers, sampled_from
from tests.data.inventory.inventories import NOW

from limen.clock import DAY, HOUR
from limen.connectors.asked_store import AskedState
from limen.data.inventory.controls import Control, Held, Minimum, lacks, minimum_of
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import LACKS, Evidence, Store, StoreKind
from limen.data.inventory.reach import Reach, Way, WeakReach
from limen.facts import Label

SHARE = Store("share", StoreKind.FOLDER, "/srv", Label.CONFIDENTIAL, reached_by=("files",), needed_by=("finance",))
STATE = StoreState(AskedState("share"), whole_at=NOW - DAY)
FINE = Held(SHARE, Label.CONFIDENTIAL, Reach(people=frozenset({"p1"}), weakest=3), STATE)
STRICT = Minimum(3, True, 12 * HOUR, True, True, 365 * DAY)
minimums = builds(
    Minimum,
    integers(0, 3),
    booleans(),
    sampled_from([0, HOUR, DAY]),
    booleans(),
    booleans(),
    sampled_from([0, DAY, 9 * DAY]),
)


def of(held: Held, minimum: Minimum = STRICT) -> dict[Control, bool]:
    return {one.control: one.is_proven for one in lacks(held, minimum, NOW)}


def test_a_store_that_proves_everything_lacks_nothing_and_one_that_states_it_neither() -> None:
    proven = replace(STATE, evidence=Evidence(is_encrypted=True))
    assert of(replace(FINE, state=proven)) == {}
    assert of(replace(FINE, store=replace(SHARE, is_encrypted=True))) == {}


def test_evidence_counts_before_what_is_stated() -> None:
    refuted = replace(STATE, evidence=Evidence(is_encrypted=False))
    assert of(replace(FINE, store=replace(SHARE, is_encrypted=True), state=refuted)) == {Control.ENCRYPTION: True}
    assert of(FINE) == {Control.ENCRYPTION: False}
    assert of(replace(FINE, store=replace(SHARE, is_encrypted=False))) == {Control.ENCRYPTION: True}


@pytest.mark.parametrize("kind", list(StoreKind))
def test_each_kind_has_a_way_to_be_encrypted(kind: StoreKind) -> None:
    (lack,) = lacks(replace(FINE, store=replace(SHARE, kind=kind)), Minimum(encrypted=True), NOW)
    assert lack.mend


def test_weak_ways_are_lacks_with_the_shortest_mend() -> None:
    weak = tuple(
        WeakReach(
            way, "files", frozenset({"p1"}), ("staff",), is_certain=way is not Way.LONG_AGO, relabelled=relabelled
        )
        for way, relabelled in ((Way.WEAKLY, True), (Way.UNHEALTHY, False), (Way.LONG_AGO, False))
    )
    found = lacks(replace(FINE, reach=replace(FINE.reach, weak=weak)), replace(STRICT, encrypted=False), NOW)
    assert [(one.control, one.is_proven, "forbid (" in one.mend) for one in found] == [
        (Control.STRENGTH, True, False),
        (Control.DEVICE, True, True),
        (Control.SESSION, False, True),
    ]
    assert 'duration("12h")' in found[2].mend


def test_who_does_not_need_it_what_is_shared_and_what_is_too_old() -> None:
    held = replace(FINE, reach=replace(FINE.reach, beyond=frozenset({"p2"})), outside=3, expired=4)
    minimum = replace(STRICT, encrypted=False)
    assert of(held, minimum) == {Control.NEED: True, Control.SHARING: True, Control.RETENTION: True}
    assert {one.control: one.number for one in lacks(held, minimum, NOW)}[Control.RETENTION] == 4
    assert of(held, Minimum()) == {Control.NEED: True}


def test_what_nobody_knows_is_no_proof_of_anything() -> None:
    unknown = replace(FINE, reach=Reach(is_known=False))
    assert of(unknown, Minimum(strength=2)) == {Control.REACH: False}
    assert of(unknown, Minimum()) == {}
    assert of(replace(FINE, reach=replace(FINE.reach, unknown=("gone",))), Minimum(healthy=True)) == {
        Control.REACH: False
    }
    for state in (None, replace(STATE, whole_at=0), replace(STATE, whole_at=NOW - 30 * DAY)):
        assert of(replace(FINE, state=state), Minimum()) == {Control.INVENTORY: False}


@pytest.mark.parametrize(("error", "task"), [("", "inventory"), ("it refuses", "inventory"), (LACKS, "connect")])
def test_a_store_that_was_never_gone_through_says_what_comes_next(error: str, task: str) -> None:
    state = replace(STATE, whole_at=0, asked=AskedState("share", error=error.format(name="share")))
    (lack,) = lacks(replace(FINE, state=state), Minimum(), NOW)
    assert lack.mend == f"Run `limen data {task} share`"


@given(minimums, minimums)
def test_what_is_more_sensitive_needs_no_less(one: Minimum, other: Minimum) -> None:
    by_label = [(Label.INTERNAL, one), (Label.RESTRICTED, other)]
    assert minimum_of(Label.PUBLIC, by_label) == Minimum()
    assert minimum_of(Label.CONFIDENTIAL, by_label) == one
    both = minimum_of(Label.RESTRICTED, by_label)
    assert both == one.beside(other) == other.beside(one)
    held = replace(FINE, reach=Reach(is_known=False), outside=1, expired=1)
    assert of(held, one).keys() <= of(held, both).keys()
