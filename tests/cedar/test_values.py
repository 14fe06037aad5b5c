"""Values are equal when Cedar says so, whatever Python thinks."""

from __future__ import annotations

import itertools

import pytest

from limen.cedar import CedarSet, Datetime, Decimal, Duration, EntityUid, IpRange
from limen.cedar.values import Value, equal, key, type_name

UNLIKE: list[Value] = [
    True,
    False,
    0,
    1,
    2,
    "1",
    "",
    EntityUid("User", "1"),
    EntityUid("1", "User"),
    Datetime(1),
    Duration(1),
    Decimal(1),
    IpRange(4, 1, 32),
    IpRange(6, 1, 32),
    CedarSet([]),
    CedarSet([1]),
    CedarSet([True]),
    CedarSet([CedarSet([1])]),
    CedarSet(["1", 1]),
    {},
    {"a": 1},
    {"a": True},
    {"a": Datetime(1)},
    {"a": {"b": CedarSet([{"c": 1}])}},
]


@pytest.mark.parametrize(("left", "right"), list(itertools.combinations(UNLIKE, 2)))
def test_unlike_values_are_unequal_and_have_unlike_keys(left: Value, right: Value) -> None:
    assert not equal(left, right)
    assert not equal(right, left)
    assert key(left) != key(right)


@pytest.mark.parametrize("value", UNLIKE)
def test_a_value_equals_itself_and_is_found_in_a_set(value: Value) -> None:
    assert equal(value, value)
    assert value in CedarSet(["other", value])
    assert value not in CedarSet(["other"])


def test_sets_ignore_order_and_repetition() -> None:
    assert CedarSet([1, 1, 2]) == CedarSet([2, 1])
    assert len(CedarSet([1, 1, True])) == 2
    assert hash(CedarSet([1, 2])) == hash(CedarSet([2, 1]))


def test_records_ignore_the_order_of_their_attributes() -> None:
    assert equal({"a": 1, "b": {"c": 2}}, {"b": {"c": 2}, "a": 1})


def test_an_entity_name_is_found_by_the_plain_pair() -> None:
    assert {EntityUid("User", "ada"): 1}["User", "ada"] == 1  # type: ignore[index]


def test_an_address_range_knows_its_ends() -> None:
    ten = IpRange(4, 0x0A010203, 8)
    assert (ten.first, ten.last) == (0x0A000000, 0x0AFFFFFF)


def test_types_have_the_names_of_cedar() -> None:
    assert [type_name(value) for value in (True, 1, "", Datetime(0), {}, CedarSet(), IpRange(4, 0, 0))] == [
        *("bool", "long", "string", "datetime", "record", "set", "ipaddr")
    ]
