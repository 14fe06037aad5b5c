"""Clocks that are off by whole half hours are found; slow lines and backlogs are not taken for such."""

from __future__ import annotations

import pytest
from tests.monitor.normal_form.frames import RECEIVED, frame

from limen.clock import HOUR, MINUTE, SECOND
from limen.monitor.normal_form.clocks import EVENTS, Clocks, Off
from limen.monitor.normal_form.drafts import believed
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.reading import read


def seen(clocks: Clocks, lag: int, start: int = 0, minutes: int = 30, every: int = SECOND * 30) -> None:
    for at in range(RECEIVED + start, RECEIVED + start + minutes * MINUTE, every):
        said, doubt = believed(at - lag, at)
        event = NormalEvent(uid="u", at=said, received_at=at, source="harbor", host="gate")
        assert not doubt
        clocks.see(event)


def test_a_clock_that_is_an_hour_behind() -> None:
    clocks = Clocks()
    seen(clocks, HOUR + 3 * SECOND)
    assert clocks.off() == [Off("harbor", "gate", -HOUR, clocks.off()[0].since)]
    seen(clocks, 3 * SECOND, start=HOUR)
    assert clocks.off() == []


def test_a_clock_that_is_an_hour_ahead_is_not_believed_and_said() -> None:
    clocks = Clocks()
    for minute in range(60):
        line = f'{{"time":"2026-11-27T11:{minute:02}:01Z","host":"gate"}}'
        (event,) = read(frame("json", line, received_at=RECEIVED + minute * MINUTE))
        assert event.at == event.received_at
        clocks.see(event)
    assert clocks.off() == [Off("harbor", "gate", HOUR, clocks.off()[0].since)]


def test_a_clock_that_is_right_a_slow_line_and_a_backlog_are_not_off() -> None:
    for lag in (0, 20 * SECOND, 11 * MINUTE):
        clocks = Clocks()
        seen(clocks, lag)
        assert clocks.off() == []
    clocks = Clocks()
    for at in range(200):
        lag = 2 * HOUR - at * 36 * SECOND
        clocks.see(NormalEvent(uid="u", at=RECEIVED - lag, received_at=RECEIVED + at * 100, source="a", host="b"))
    assert clocks.off() == []


def test_a_few_events_and_one_moment_prove_nothing() -> None:
    clocks = Clocks()
    for _ in range(10 * EVENTS):
        clocks.see(NormalEvent(uid="u", at=RECEIVED - HOUR, received_at=RECEIVED, source="a"))
    assert clocks.off() == []


def test_invented_hosts_fill_no_memory() -> None:
    clocks = Clocks()
    for number in range(10_500):
        clocks.see(NormalEvent(uid="u", at=RECEIVED, received_at=RECEIVED, source="a", host=str(number)))
    assert len(clocks._clocks) == 10_000


def test_what_is_remembered_comes_back() -> None:
    clocks = Clocks()
    seen(clocks, HOUR, minutes=8)
    again = Clocks.of(clocks.snapshot())
    for one in (clocks, again):
        seen(one, HOUR, start=8 * MINUTE, minutes=22)
    assert again.off() == clocks.off() != []
    for nothing in (b"", b"x", b"\x93"):
        with pytest.raises(ValueError):
            Clocks.of(nothing)
