"""Operators on finished values."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, strategies as st

from limen.cedar import CedarSet, Datetime, Decimal, Duration, EntityUid, EvaluationError
from limen.cedar.literals import parse_ip
from limen.cedar.operators import BINARY, METHODS, construct, is_in_range, like, quotient, uids
from limen.cedar.values import LONG_MAX, LONG_MIN, Value

LITERAL = st.text("ab*\n", min_size=1)


@st.composite
def patterns(draw: st.DrawFn) -> tuple[str | None, ...]:
    """Stars and literals in turn, as a parsed pattern has them."""
    parts: list[str | None] = []
    for literal in draw(st.lists(LITERAL, max_size=4)):
        parts += [None, literal]
    return (*parts[draw(st.integers(0, 1)) :], *draw(st.sampled_from([(), (None,)])))


@given(patterns(), st.text("ab*\n", max_size=12))
def test_like_is_what_a_regular_expression_says(pattern: tuple[str | None, ...], text: str) -> None:
    expression = "".join(".*" if part is None else re.escape(part) for part in pattern)
    assert like(text, pattern) is bool(re.fullmatch(expression, text, re.DOTALL))


def test_a_hostile_pattern_is_answered_at_all() -> None:
    """Whoever tries every place for every star never ends here; what it costs is measured by `bench/engine.py`."""
    assert not like("a" * 50_000 + "b", (None, *["a", None] * 200, "c"))


@pytest.mark.parametrize(
    ("operator", "left", "right"),
    [
        ("+", LONG_MAX, 1),
        ("-", LONG_MIN, 1),
        ("*", 3_037_000_500, 3_037_000_500),
        ("*", LONG_MIN, -1),
    ],
)
def test_a_result_beyond_64_bits_is_an_error(operator: str, left: int, right: int) -> None:
    with pytest.raises(EvaluationError, match="overflow"):
        BINARY[operator](left, right)


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
@pytest.mark.parametrize(
    ("left", "right"),
    [(True, 1), (1, "1"), (Datetime(1), 1), (Datetime(1), Duration(1)), (Decimal(1), Decimal(2)), ("a", "b")],
)
def test_only_like_is_ordered_with_like(operator: str, left: Value, right: Value) -> None:
    with pytest.raises(EvaluationError, match="type error"):
        BINARY[operator](left, right)
    with pytest.raises(EvaluationError, match="type error"):
        BINARY[operator](right, left)


def test_a_bool_is_not_contained_in_a_set_of_numbers() -> None:
    assert BINARY["contains"](CedarSet([1]), 1)
    assert not BINARY["contains"](CedarSet([1]), True)
    assert not BINARY["containsAny"](CedarSet([1]), CedarSet([True]))
    assert BINARY["containsAll"](CedarSet([1, 2]), CedarSet([]))


@given(st.integers(LONG_MIN, LONG_MAX), st.sampled_from([1, 1000, 60_000, 86_400_000]))
def test_units_are_rounded_toward_zero(number: int, unit: int) -> None:
    assert quotient(number, unit) == (abs(number) // unit) * (1 if number >= 0 else -1)


def test_the_date_of_an_instant_before_the_epoch_is_the_day_before() -> None:
    assert METHODS["toDate"]([Datetime(-1)]) == Datetime(-86_400_000)
    assert METHODS["toTime"]([Datetime(-1)]) == Duration(86_399_999)
    with pytest.raises(EvaluationError, match="overflow"):
        METHODS["toDate"]([Datetime(LONG_MIN)])


@pytest.mark.parametrize(
    ("inner", "outer", "is_inside"),
    [
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.0.0.0/8", "10.1.2.3", False),
        ("10.0.0.0/8", "10.9.9.9/8", True),
        ("::1", "0.0.0.0/0", False),
        ("2001:db8::1", "2001:db8::/32", True),
        ("11.0.0.0", "10.0.0.0/8", False),
    ],
)
def test_ranges_contain_what_they_cover(inner: str, outer: str, is_inside: bool) -> None:
    assert is_in_range(parse_ip(inner), parse_ip(outer)) is is_inside


def test_methods_check_what_they_are_called_on() -> None:
    with pytest.raises(EvaluationError, match="expected ipaddr, got string"):
        METHODS["isIpv4"](["10.0.0.1"])
    with pytest.raises(EvaluationError, match="expected duration, got long"):
        METHODS["offset"]([Datetime(1), 1])
    with pytest.raises(EvaluationError, match="expected string, got long"):
        construct("ip", 1)


def test_in_takes_entities_only() -> None:
    group = EntityUid("Group", "g")
    assert list(uids(CedarSet([group]))) == [group]
    with pytest.raises(EvaluationError, match="type error"):
        uids(CedarSet([group, 1]))
