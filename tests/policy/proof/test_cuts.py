from __future__ import annotations

import pytest
from tests.policy.scene import NOW, tree_of

from limen.cedar import PolicySet
from limen.clock import HOUR, from_iso
from limen.policy.proof.cuts import Cuts, cuts_of


def cuts(condition: str) -> Cuts:
    return cuts_of(
        PolicySet.from_json(tree_of(f'@id("p") permit (principal, action, resource) when {{ {condition} }};'))
    )


@pytest.mark.parametrize(
    ("condition", "borders"),
    [
        ("context.auth.strength >= 3", {3}),
        ("context.auth.strength > 2", {3}),
        ("3 <= context.auth.strength", {3}),
        ("context.auth.strength == 2", {2, 3}),
        ("context.auth.strength * 2 > 4", {1, 2, 3}),
        ("[2, 3].contains(context.auth.strength)", {1, 2, 3}),
    ],
)
def test_numbers_change_class_where_a_comparison_changes(condition: str, borders: set[int]) -> None:
    assert cuts(condition).numbers["context.auth.strength"] == borders
    assert cuts(condition).unsplit == ()


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
    assert cuts(condition).ages == {"context.auth.at": {age}}
    assert cuts(condition).borders("context.auth.at", NOW) == {NOW - age + 1}


def test_whole_hours_change_near_the_hour() -> None:
    found = cuts("context.now.durationSince(context.auth.at).toHours() < 4")
    assert {4 * HOUR, 4 * HOUR + 1, 5 * HOUR} <= found.ages["context.auth.at"]


def test_dates_and_ages_together_divide_now_as_well() -> None:
    date = 'context.auth.at >= datetime("2026-11-20")'
    found = cuts(f'{date} && context.now.durationSince(context.auth.at) < duration("4h")')
    at = from_iso("2026-11-20T00:00:00Z")
    assert found.moments == {"context.auth.at": {at}}
    assert at + 4 * HOUR in found.nows


@pytest.mark.parametrize(
    ("condition", "path", "texts"),
    [
        ('context.place.country != "DE"', "context.place.country", {"DE"}),
        ('["DE", "PT"].contains(context.place.country)', "context.place.country", {"DE", "PT"}),
        ('context.auth.factors.contains("passkey")', "context.auth.factors", {"passkey"}),
        ('context.auth.factors.containsAny(["code", "link"])', "context.auth.factors", {"code", "link"}),
        ('context.auth.factors == ["code"]', "context.auth.factors", {"code"}),
        ('context.device.platform like "mac*"', "context.device.platform", {"mac", "mac-", "-mac"}),
    ],
)
def test_texts_that_are_named(condition: str, path: str, texts: set[str]) -> None:
    assert cuts(condition).texts == {path: texts}
    assert cuts(condition).unsplit == ()


def test_a_range_of_addresses_begins_and_ends() -> None:
    found = cuts('context.place has address && context.place.address.isInRange(ip("10.0.0.0/8"))')
    assert found.addresses == {(4, 10 << 24), (4, 11 << 24)}
    assert found.unsplit == ()


@pytest.mark.parametrize(
    "condition",
    [
        "context.device.seen > context.auth.at",
        "context.auth.at.toDate() == context.now.toDate()",
        "context.device.platform == resource.owner",
        "context.device.binding * 1 < 4",
        '["", if context.place.country == "RU" then "x" else context.place.country].contains(context.place.country)',
        'principal in (if context.place.country == "RU" then Group::"a" else Group::"b")',
        'context.device.platform like "mac*" || context.device.platform like "*os"',
    ],
)
def test_what_has_no_classes_is_named(condition: str) -> None:
    assert [policy for policy, _ in cuts(condition).unsplit] == ["p"]
