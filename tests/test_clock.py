"""Instants, never ages."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from limen.clock import HOUR, SetClock, SystemClock, from_iso, to_iso


@given(st.integers(min_value=0, max_value=253_402_300_799_999))
def test_an_instant_survives_being_written(instant: int) -> None:
    assert from_iso(to_iso(instant)) == instant


def test_an_instant_reads_as_rfc_3339() -> None:
    assert to_iso(1_795_512_600_007) == "2026-11-24T09:30:00.007Z"
    assert from_iso("2026-11-24T10:30:00.007+01:00") == 1_795_512_600_007
    assert from_iso("2026-11-24T09:30:00.007") == 1_795_512_600_007


def test_what_is_no_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        from_iso("yesterday")


def test_a_set_clock_moves_only_when_told() -> None:
    clock = SetClock(1000)
    assert (clock.now(), clock.monotonic()) == (1000, 0.0)
    clock.forward(HOUR)
    assert (clock.now(), clock.monotonic()) == (1000 + HOUR, 3600.0)


def test_the_system_clock_counts_milliseconds_since_the_epoch() -> None:
    assert to_iso(SystemClock().now()) > "2026"
