"""Texts of extension values; thousands more are held against cedarpy in tests/laws."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.cedar import Datetime, Decimal, Duration, EvaluationError, IpRange
from limen.cedar.literals import (
    CONSTRUCTORS,
    format_datetime,
    format_decimal,
    format_duration,
    format_ip,
    has_text,
    parse_datetime,
    parse_decimal,
    parse_duration,
    parse_ip,
)
from limen.cedar.values import LONG_MAX, LONG_MIN

INT64 = st.integers(LONG_MIN, LONG_MAX)


@given(INT64)
def test_a_written_decimal_reads_the_same(number: int) -> None:
    assert parse_decimal(format_decimal(Decimal(number))) == Decimal(number)


@given(INT64)
def test_a_written_duration_reads_the_same(number: int) -> None:
    assert parse_duration(format_duration(Duration(number))) == Duration(number)


@given(st.integers(-62_167_219_200_000, 253_402_300_799_999))
def test_a_written_datetime_reads_the_same(number: int) -> None:
    assert parse_datetime(format_datetime(Datetime(number))) == Datetime(number)


@given(st.integers(0, 2**32 - 1), st.integers(0, 32), st.integers(0, 2**128 - 1), st.integers(0, 128))
def test_a_written_address_reads_the_same(four: int, short: int, six: int, long: int) -> None:
    for address in (IpRange(4, four, short), IpRange(6, six, long)):
        assert parse_ip(format_ip(address)) == address


def test_a_datetime_outside_four_digit_years_has_no_text() -> None:
    assert not has_text(Datetime(LONG_MAX))
    with pytest.raises(EvaluationError, match="0000 to 9999"):
        format_datetime(Datetime(LONG_MIN))


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1970-01-01", 0),
        ("2024-02-29T12:00:00Z", 1_709_208_000_000),
        ("2024-01-01T01:00:00.500+0130", 1_704_065_400_500),
        ("0000-01-01", -62_167_219_200_000),
    ],
)
def test_datetimes_are_milliseconds_since_the_epoch(text: str, milliseconds: int) -> None:
    assert parse_datetime(text) == Datetime(milliseconds)


@pytest.mark.parametrize(
    ("constructor", "text"),
    [
        ("datetime", "2023-02-29"),
        ("datetime", "2024-01-01T24:00:00Z"),
        ("datetime", "2024-01-01T00:00:00"),
        ("datetime", "2024-01-01T00:00:00+2400"),
        ("datetime", "2024-01-01\n"),
        ("duration", ""),
        ("duration", "-"),
        ("duration", "1h1d"),
        ("duration", "9223372036854775808ms"),
        ("decimal", "1"),
        ("decimal", "1.00000"),
        ("decimal", "922337203685477.5808"),
        ("decimal", "٣.0"),
        ("ip", "010.0.0.1"),
        ("ip", "::ffff:1.2.3.4"),
        ("ip", "1.2.3.4/33"),
        ("ip", "1:2:3:4:5:6:7::8::"),
        ("ip", "fe80::1%eth0"),
    ],
)
def test_what_cedar_refuses_is_refused_with_the_text_in_the_message(constructor: str, text: str) -> None:
    with pytest.raises(EvaluationError) as refusal:
        CONSTRUCTORS[constructor](text)
    assert text in str(refusal.value)


@pytest.mark.parametrize("constructor", sorted(CONSTRUCTORS))
def test_a_huge_text_is_refused_briefly(constructor: str) -> None:
    with pytest.raises(EvaluationError) as refusal:
        CONSTRUCTORS[constructor]("1" * 1_000_000)
    assert len(str(refusal.value)) < 200
