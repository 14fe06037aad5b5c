from __future__ import annotations

from dataclasses import replace

import pytest
from tests.policy.scene import NOW, facts

from limen.clock import HOUR
from limen.facts import NOWHERE, UNKNOWN_DEVICE, UNKNOWN_RISK, UNPROVED, Auth, Device, Factor, Grant, Place, Risk
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import view_of
from limen.policy.proof.order import Noun, are_no_better, is_no_better

PASSKEY = frozenset({Factor.PASSKEY})


@pytest.mark.parametrize(
    ("worse", "better"),
    [
        (UNPROVED, Auth(1, frozenset({Factor.PASSWORD}), NOW)),
        (Auth(2, PASSKEY, NOW), Auth(3, PASSKEY, NOW)),
        (Auth(3, PASSKEY, NOW - 1), Auth(3, PASSKEY, NOW)),
        (Auth(3, PASSKEY, NOW), Auth(3, PASSKEY | {Factor.CODE}, NOW)),
        (UNKNOWN_DEVICE, Device("d1", known=True)),
        (Device("d1", known=True), Device("d1", known=True, compliance="non_compliant")),
        (Device("d1", known=True, compliance="non_compliant"), Device("d1", known=True, compliance="compliant")),
        (Device("d1", known=True), Device("d1", known=True, managed=True, binding=1, platform="linux", seen_at=NOW)),
        (NOWHERE, Place("10.0.0.1", known=True, country="DE", network="office", anonymiser=False)),
        (NOWHERE, Place("10.0.0.1")),
        (UNKNOWN_RISK, Risk(100, known=True)),
        (Risk(70, known=True), Risk(69, known=True)),
        (None, Grant("g1", "wiki", frozenset({"view"}), NOW)),
        (Grant("g1", "wiki", frozenset({"view"}), NOW), Grant("g2", "wiki", frozenset({"view", "edit"}), NOW + 1)),
        (Grant("g1", "wiki", frozenset({"view"}), NOW, device="d1"), Grant("g1", "wiki", frozenset({"view"}), NOW)),
    ],
)
def test_the_worse_of_two_values_is_no_better_and_the_better_is(worse: Noun | None, better: Noun) -> None:
    assert is_no_better(worse, better)
    assert not is_no_better(better, worse)
    assert is_no_better(better, better)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Place(country="DE", known=True), Place(country="PT", known=True)),
        (Place(address="10.0.0.1"), Place(address="10.0.0.2")),
        (Auth(3, PASSKEY, NOW - HOUR), Auth(2, PASSKEY, NOW)),
        (Device("d1", known=True), Device("d2", known=True)),
        (Grant("g1", "wiki", frozenset({"view"}), NOW), Grant("g1", "crm", frozenset({"view"}), NOW)),
        (
            Grant("g1", "wiki", frozenset({"view"}), NOW, device="d1"),
            Grant("g1", "wiki", frozenset({"view"}), NOW, device="d2"),
        ),
        (Risk(1, known=True), Place()),
    ],
)
def test_some_values_can_not_be_compared(one: Noun, other: Noun) -> None:
    assert not is_no_better(one, other)
    assert not is_no_better(other, one)


def test_facts_are_compared_noun_by_noun_and_only_about_one_person_and_app() -> None:
    usual = facts(device=UNKNOWN_DEVICE)
    better = replace(usual, device=Device("d1", known=True, compliance="compliant"))
    granted = replace(usual, grants=(Grant("g1", "wiki", frozenset({"view"}), NOW + HOUR),))
    assert are_no_better(usual, better)
    assert not are_no_better(better, usual)
    assert are_no_better(usual, granted)
    assert not are_no_better(granted, better)
    assert not are_no_better(usual, replace(better, person=replace(usual.person, groups=frozenset({"finance"}))))


def test_every_fact_that_policies_see_has_its_place_in_the_order() -> None:
    from limen.policy import Request

    context = view_of(facts(place=Place("10.0.0.1"))).context(Request("view"), NOW, {})
    seen = {f"context.{noun}.{name}" for noun, record in context.items() if isinstance(record, dict) for name in record}
    asked = {path for path in seen if path.split(".")[1] in {"request", "time"}}
    assert seen - asked == set(ATTRIBUTES.table.order) - {"principal.active"}


def test_no_address_is_worse_than_any() -> None:
    assert ATTRIBUTES["place.address"].is_no_better(None, "10.0.0.1")
    assert not ATTRIBUTES["place.address"].is_no_better("10.0.0.1", None)
