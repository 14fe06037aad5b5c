"""Hold, then close; and no jump of the clock closes or opens anything."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given, strategies as st

from limen.clock import DAY, HOUR
from limen.roadmap.holding import (
    HOLD_DAYS,
    REOPENS_LOOKS,
    Day,
    Standing,
    day_of,
    days_held,
    phases,
    stood,
)
from limen.roadmap.model import Control, Grade, Measured, Part, Phase, Row

TODAY = date(2026, 12, 2)


def measured(at: int, *, is_met: bool = True, grade: Grade = Grade.MEASURED) -> Measured:
    return Measured("I2", at, (Part("p", (Row("a", "a", is_met=is_met),), grade=grade),))


def day(back: int, *, is_met: bool = True, hours: int = 8) -> Day:
    return Day("I2", TODAY - timedelta(days=back), 0, hours * HOUR, 1, 1, Grade.MEASURED, 1.0, is_met)


def by_day(*days: Day) -> dict[date, Day]:
    return {one.day: one for one in days}


def test_days_in_a_row_are_counted_up_to_today_or_yesterday() -> None:
    assert days_held(by_day(day(0), day(1), day(2), day(4)), TODAY) == 3
    assert days_held(by_day(day(1), day(2)), TODAY) == 2
    assert days_held(by_day(day(0, hours=1), day(1), day(2)), TODAY) == 2
    assert days_held(by_day(day(0, is_met=False, hours=1), day(1), day(2)), TODAY) == 0
    assert days_held(by_day(day(2), day(3)), TODAY) == 0
    assert days_held({}, TODAY) == 0


@given(st.dictionaries(st.integers(-30, 30), st.booleans(), max_size=60), st.integers(0, 30))
def test_a_day_more_that_was_not_met_never_makes_it_longer(days: dict[int, bool], lost: int) -> None:
    known = by_day(*(day(back, is_met=is_met) for back, is_met in days.items()))
    fewer = {**known, TODAY - timedelta(days=lost): day(lost, is_met=False)}
    assert days_held(fewer, TODAY) <= days_held(known, TODAY)
    without = {one: known[one] for one in known if one != TODAY - timedelta(days=lost)}
    assert days_held(without, TODAY) <= days_held(known, TODAY)


def test_a_clock_that_jumps_from_day_to_day_makes_no_day_that_counts() -> None:
    days: dict[date, Day] = {}
    for number in range(HOLD_DAYS + 1):
        one = TODAY + timedelta(days=number)
        days[one] = day_of(measured(number * DAY), one, None)
    assert days_held(days, TODAY + timedelta(days=HOLD_DAYS)) == 0


def test_it_closes_after_fourteen_days_and_stays_closed_while_it_is_met() -> None:
    open_ = Standing("I2")
    assert not stood(open_, measured(1), HOLD_DAYS - 1).is_closed
    closed = stood(open_, measured(5), HOLD_DAYS)
    assert closed == Standing("I2", closed_at=5)
    assert stood(closed, measured(9), 0) == closed


def test_it_opens_again_when_it_was_not_met_for_a_day_and_not_before() -> None:
    standing = Standing("I2", closed_at=5)
    for hour in range(24):
        standing = stood(standing, measured(1_000 + hour * HOUR, is_met=False), 0)
        assert standing.is_closed
    assert stood(standing, measured(1_000 + 24 * HOUR), 0).is_closed
    assert not stood(standing, measured(1_000 + 24 * HOUR, is_met=False), 0).is_closed


def test_a_jump_of_the_clock_opens_nothing() -> None:
    standing = stood(Standing("I2", closed_at=5), measured(1_000, is_met=False), 0)
    for look in range(REOPENS_LOOKS - 2):
        standing = stood(standing, measured(1_000 + 40 * DAY + look, is_met=False), 0)
        assert standing.is_closed
    assert not stood(standing, measured(1_000 + 40 * DAY + HOUR, is_met=False), 0).is_closed


def test_a_day_keeps_its_first_and_last_look_and_stands_as_it_was_last() -> None:
    first = day_of(measured(100), TODAY, None)
    last = day_of(measured(100 + 6 * HOUR, is_met=False), TODAY, first)
    assert (last.first_at, last.last_at, last.is_met, last.counts) == (100, 100 + 6 * HOUR, False, False)
    assert day_of(measured(100 + 6 * HOUR), TODAY, first).counts


def control(control_id: str, phase: Phase, *, is_must: bool = True) -> Control:
    return Control(
        id=control_id,
        phase=phase,
        title="t",
        demands="d",
        figure="f",
        closes="c",
        why="w",
        how="h",
        page="/console/x",
        minutes=1,
        is_must=is_must,
        measure=lambda _evidence: (),
    )


def test_a_phase_closes_with_all_that_it_needs_and_two_attested_at_most() -> None:
    controls = [
        *(control(f"I{one}", Phase.IDENTITY) for one in (1, 2, 3)),
        control("I4", Phase.IDENTITY, is_must=False),
    ]
    closed = {one: Standing(one, closed_at=1) for one in ("I1", "I2", "I3")}
    found = phases(controls, closed, {})
    assert [one.is_closed for one in found] == [True, False, False, False]
    assert phases(controls, {**closed, "I2": Standing("I2")}, {})[0].open == ("I2",)
    attested = {one: Measured(one, 1, measured(1, grade=Grade.ATTESTED).parts) for one in closed}
    assert not phases(controls, closed, attested)[0].is_closed
    assert phases(controls, closed, {**attested, "I1": measured(1)})[0].is_closed


def test_what_is_met_for_an_hour_a_day_never_closes_and_does_not_stay_closed() -> None:
    days: dict[date, Day] = {}
    standing, closed = Standing("I2"), Standing("I2", closed_at=1)
    for hour in range(24 * 20):
        today = TODAY + timedelta(days=hour // 24)
        look = measured(1_000 + hour * HOUR, is_met=hour % 24 == 23)
        days[today] = day_of(look, today, days.get(today))
        standing = stood(standing, look, days_held(days, today))
        closed = stood(closed, look, 0)
        assert not standing.is_closed
    assert not closed.is_closed
