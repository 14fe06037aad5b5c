"""Limen's time at a machine whose own clock somebody turns."""

from __future__ import annotations

import time

import pytest

from limen.following.program import clock
from limen.following.program.clock import LimensClock, boot_id, boottime


@pytest.mark.parametrize("turned", [-3_600, 0, 3_600])
def test_nobody_who_turns_the_clock_turns_limens(monkeypatch: pytest.MonkeyPatch, turned: int) -> None:
    one, real = LimensClock(), time.time()
    assert one.now() is None
    one.hear(real)
    monkeypatch.setattr(clock.time, "time", lambda: real + turned)
    assert one.now() == pytest.approx(real, abs=5)
    assert one.astray() == pytest.approx(turned, abs=5)


def test_before_the_first_answer_it_is_no_earlier_than_what_limen_signed() -> None:
    assert LimensClock().astray() == 0
    assert LimensClock(time.time() - 60).astray() == 0
    assert LimensClock(time.time() + 60).astray() == pytest.approx(-60, abs=5)


def test_the_boot_is_known() -> None:
    assert boottime() > 0
    assert boot_id() == boot_id() != ""
