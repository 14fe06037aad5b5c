from __future__ import annotations

import pytest
from tests.policy.scene import NOW, tree_of

from limen.cedar import PolicySet
from limen.clock import HOUR, from_iso
from limen.policy.scenarios.boundaries import Boundaries, atoms_of, boundaries_of


def drawn(condition: str) -> Boundaries:
    text = f'@id("p") permit (principal, action, resource) when {{ {condition} }};'
    return boundaries_of(atoms_of(PolicySet.from_json(tree_of(text))))


@pytest.mark.parametrize(
    ("condition", "borders"),
    [
        ("context.auth.strength >= 3", {3}),
        ("context.auth.strength > 2", {3}),
        ("3 <= context.auth.strength", {3}),
        ("context.auth.strength == 2", {2, 3}),
        ("context.auth.strength * 2 > 4", {0, 1, 2, 3}),
        ("[2, 3].contains(context.auth.strength)", {0, 1, 2, 3}),
    ],
)
def test_numbers_change_class_where_a_comparison_changes(condition: str, borders: set[int]) -> None:
    assert drawn(condition).numbers["auth.strength"] == borders
    assert drawn(condition).unbounded == ()


@pytest.mark.parametrize(
    ("condition", "age"),
    [
        ('context.now.durationSince(context.auth.at) <= duration("4h")', 4 * HOUR + 1),
        ('context.now.durationSince(context.auth.at) < duration("4h")', 4 * HOUR),
        ('context.auth.at.offset(duration("4h")) > context.now', 4 * HOUR),
        ('!(context.auth.at >= context.now.offset(duration("-4h")))', 4 * HOUR + 1),
    ],
)
def test_a_proof_changes_class_at_an_age(condition: str, age: int) -> None:
    assert drawn(condition).ages == {"auth.at": {age}}
    assert drawn(condition).of_instant("auth.at", NOW) == {NOW - age + 1}


def test_whole_hours_change_near_the_hour() -> None:
    found = drawn("context.now.durationSince(context.auth.at).toHours() < 4")
    assert {4 * HOUR, 4 * HOUR + 1, 5 * HOUR} <= found.ages["auth.at"]


def test_dates_and_ages_together_divide_now_as_well() -> None:
    date = 'context.auth.at >= datetime("2026-11-20")'
    found = drawn(f'{date} && context.now.durationSince(context.auth.at) < duration("4h")')
    at = from_iso("2026-11-20T00:00:00Z")
    assert found.dates == {"auth.at": {at}}
    assert at + 4 * HOUR in found.nows


@pytest.mark.parametrize(
    ("condition", "path", "texts"),
    [
        ('context.place.country != "DE"', "place.country", {"DE"}),
        ('["DE", "PT"].contains(context.place.country)', "place.country", {"DE", "PT"}),
        ('context.auth.factors.contains("passkey")', "auth.factors", {"passkey"}),
        ('context.auth.factors.containsAny(["code", "link"])', "auth.factors", {"code", "link"}),
        ('context.auth.factors == ["code"]', "auth.factors", {"code"}),
        ('context.device.platform like "mac*"', "device.platform", set()),
    ],
)
def test_texts_that_are_named(condition: str, path: str, texts: set[str]) -> None:
    assert drawn(condition).texts == {path: texts}
    assert drawn(condition).unbounded == ()


def test_a_range_of_addresses_begins_and_ends() -> None:
    found = drawn('context.place has address && context.place.address.isInRange(ip("10.0.0.0/8"))')
    assert found.addresses == {(4, 10 << 24), (4, 11 << 24)}
    assert found.unbounded == ()


@pytest.mark.parametrize(
    "condition",
    [
        "context.device.seen > context.auth.at",
        "context.auth.at.toDate() == context.now.toDate()",
        "context.device.platform == resource.owner",
        "context.device == context.device",
        'principal.hasTag("x") && principal.getTag("x") == context.device.platform',
        'context.device.platform like "mac*" || context.device.platform like "*os"',
    ],
)
def test_what_has_no_classes_is_named(condition: str) -> None:
    assert drawn(condition).unbounded


@pytest.mark.parametrize(
    "condition",
    [
        '["", if context.place.country == "RU" then "x" else context.place.country].contains(context.place.country)',
        'principal in (if context.place.country == "RU" then Group::"a" else Group::"b")',
        'principal == Person::"p1" && resource is App',
        "context.auth.strength + context.risk.score > 4",
    ],
)
def test_what_hangs_on_one_text_or_on_small_numbers_is_covered(condition: str) -> None:
    assert drawn(condition).unbounded == ()


def test_a_number_without_a_greatest_is_only_tried() -> None:
    assert drawn("context.device.binding * 1 < 4").open_ended
    assert not drawn("context.device.binding < 4").open_ended


def test_an_atom_reads_an_age_an_instant_or_an_attribute() -> None:
    axes = drawn(
        'context.now.durationSince(context.auth.at) < duration("4h") && context.auth.at > datetime("2026-11-20") '
        '&& principal.active && context.device.managed && context.now < datetime("2027-01-01")'
    ).axes.values()
    assert {tuple(one) for one in axes} == {("auth.age",), ("auth.at",), (), ("device.managed",), ("now",)}
