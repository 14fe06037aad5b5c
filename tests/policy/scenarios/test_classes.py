from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given, strategies as st
from tests.policy.scene import BERLIN, NOW, VIEW, facts

from limen.cedar import IpRange
from limen.cedar.operators import like
from limen.clock import HOUR
from limen.facts import Place
from limen.policy.attributes import ATTRIBUTES
from limen.policy.cedar_view import Calendar
from limen.policy.scenarios.boundaries import boundaries_of
from limen.policy.scenarios.classes import (
    Exactly,
    Span,
    address_classes,
    classes_of,
    number_classes,
    set_classes,
    text_classes,
    value_of,
)


def holders(classes, value):
    return [one for one in classes if one.holds(value)]


@given(cuts=st.sets(st.integers(-2, 105)), score=st.integers(0, 100))
def test_each_number_is_in_one_class(cuts: set[int], score: int) -> None:
    classes = number_classes("risk.score", cuts, NOW)
    assert len(holders(classes, score)) == 1
    assert all(one.holds(one.example) for one in classes)


def test_facts_with_few_values_have_each_as_a_class() -> None:
    assert [one.example for one in number_classes("auth.strength", set(), NOW)] == [0, 1, 2, 3]
    nothing = boundaries_of(())
    assert [one.example for one in classes_of("grant.active", nothing, NOW)] == [False, True]
    assert [one.example for one in classes_of("device.compliance", nothing, NOW)] == [
        "compliant",
        "non_compliant",
        "unknown",
    ]


@given(text=st.text(alphabet="abx/", max_size=5))
def test_each_text_is_in_one_class_of_one_pattern(text: str) -> None:
    pattern = ("a", None)
    classes = text_classes({"ab", "x"}, {pattern})
    (one,) = holders(classes, text)
    assert like(text, pattern) is like(str(one.example), pattern)
    assert all(some.holds(some.example) for some in classes)


@given(number=st.integers(0, 2**32 - 1))
def test_each_address_is_in_one_class_and_no_range_cuts_a_class(number: int) -> None:
    ranges = {IpRange(4, int(ip_address("10.0.0.0")), 8), IpRange(4, int(ip_address("10.1.0.0")), 16)}
    starts = [(4, start) for named in ranges for start in (named.first, named.last + 1)]
    (one,) = holders(address_classes(starts), (4, number))
    for named in ranges:
        assert (named.first <= number <= named.last) is (named.first <= one.example[1] <= named.last)
    assert len(holders(address_classes(starts), None)) == 1


def test_each_set_is_in_one_class() -> None:
    classes = set_classes({"encryption", "firewall"}, ())
    for value in (frozenset[str](), frozenset({"firewall"}), frozenset({"firewall", "antivirus"})):
        assert len(holders(classes, value)) == 1
    assert all(one.holds(one.example) for one in classes)


def test_a_truth_is_no_number() -> None:
    assert not Exactly(example=True).holds(1)
    assert Span(0, 3).holds(2)


@pytest.mark.parametrize(
    ("axis", "value"),
    [
        ("auth.strength", 3),
        ("auth.age", HOUR),
        ("auth.factors", frozenset({"passkey"})),
        ("now", NOW),
        ("time.weekday", 2),
        ("time.minute", 600),
        ("device.compliance", "compliant"),
        ("place.address", (4, 167_772_161)),
        ("grant.active", False),
        ("request.method", "GET"),
        ("session.known", False),
        ("risk.score", 100),
    ],
)
def test_what_facts_are_worth(axis: str, value: object) -> None:
    known = facts(place=Place("10.0.0.1"))
    assert value_of(axis, known, VIEW, NOW, Calendar(BERLIN)) == value
    assert axis in ATTRIBUTES.table.axes
