from __future__ import annotations

import pytest

from limen.policy.attributes import ATTRIBUTES


@pytest.mark.parametrize(
    ("path", "worse", "better"),
    [
        ("device.managed", False, True),
        ("place.anonymiser", True, False),
        ("auth.strength", 1, 3),
        ("risk.score", 70, 20),
        ("place.country", "", "DE"),
        ("place.address", None, "10.0.0.1"),
        ("device.compliance", "non_compliant", "compliant"),
        ("auth.factors", ("code",), ("code", "password")),
        ("device.seen", 0, 5),
    ],
)
def test_of_two_values_one_is_worse(path: str, worse: object, better: object) -> None:
    row = ATTRIBUTES[path]
    assert row.is_no_better(worse, better)
    assert row.is_no_better(better, better)
    assert not row.is_no_better(better, worse)


def test_two_countries_can_not_be_compared() -> None:
    row = ATTRIBUTES["place.country"]
    assert not row.is_no_better("DE", "PT")
    assert not row.is_no_better("PT", "DE")


@pytest.mark.parametrize(
    ("path", "value", "holds"),
    [
        ("device.managed", 1, False),
        ("auth.strength", True, False),
        ("auth.strength", 4, False),
        ("auth.strength", 0, True),
        ("device.binding", 12, True),
        ("risk.score", 101, False),
        ("device.seen", -1, False),
        ("place.address", "nowhere", False),
        ("place.address", "2001:db8::1", True),
        ("auth.factors", ["code"], False),
        ("auth.factors", ("code",), True),
        ("device.compliance", "fine", False),
    ],
)
def test_a_value_is_of_the_rows_type_or_not(path: str, value: object, holds: bool) -> None:
    assert ATTRIBUTES[path].holds(value) is holds


@pytest.mark.parametrize("row", ATTRIBUTES.values(), ids=lambda row: row.path)
def test_the_best_and_the_worst_of_each_row_are_of_its_type(row) -> None:
    assert row.best is None or row.kind.name in {"TEXT", "SET", "INSTANT", "ADDRESS"} or row.holds(row.best)
