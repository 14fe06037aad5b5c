from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, strategies as st
from tests.roadmap.report.made import AT, CONTROLS, EXCEPTIONS

from limen.clock import HOUR
from limen.roadmap.holding import Day
from limen.roadmap.model import Grade
from limen.roadmap.report.month import Month, month_before, month_of

SINCE, UNTIL = date(2026, 11, 1), date(2026, 11, 30)


def kept(control: str, *met: tuple[int, bool], grade: Grade = Grade.MEASURED) -> dict[str, dict[date, Day]]:
    days = (Day(control, date(2026, 11, day), 0, 8 * HOUR, 1, 1, grade, 1.0, is_met=one) for day, one in met)
    return {control: {one.day: one for one in days}}


def month(*several: dict[str, dict[date, Day]]) -> Month | None:
    days = {control: of_days for one in several for control, of_days in one.items()}
    return month_of(days, SINCE, UNTIL, EXCEPTIONS, AT, CONTROLS)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_law_the_month_before_ends_right_before_this_one(day: date) -> None:
    since, until = month_before(day)
    assert (since.day, (day.replace(day=1) - until).days) == (1, 1)
    assert (since.year, since.month) == (until.year, until.month)


def test_what_was_won_and_lost_is_told_with_what_comes_next() -> None:
    found = month(
        kept("I1", (3, True), (29, True)),
        kept("I2", (1, False), (30, True)),
        kept("N1", (1, True), (30, False)),
        kept("D1", (1, False), grade=Grade.UNKNOWN),
    )
    assert found is not None
    assert (found.whole, found.met_before, found.met) == (5, 2, 2)
    assert ([one.id for one in found.won], [one.id for one in found.lost]) == (["I2"], ["N1"])
    assert (found.unknown, found.ending) == (2, 2)
    assert found.next is not None
    assert found.next.id == "D1"


def test_what_has_most_weight_comes_next_and_what_is_needed_before_what_is_not() -> None:
    heavy = tuple(replace(one, weight=5 if one.id == "P1" else 4 if one.id == "N1" else 3) for one in CONTROLS)
    found = month_of(kept("I1", (3, True)), SINCE, UNTIL, (), AT, heavy)
    assert found is not None
    assert found.next is not None
    assert found.next.id == "N1"


def test_a_month_without_a_day_on_record_is_not_told() -> None:
    assert month() is None
    assert (
        month_of(
            {"I1": {date(2026, 12, 1): next(iter(kept("I1", (1, True))["I1"].values()))}},
            SINCE,
            UNTIL,
            (),
            AT,
            CONTROLS,
        )
        is None
    )


def test_where_everything_is_met_nothing_comes_next() -> None:
    found = month(*(kept(one.id, (1, True)) for one in CONTROLS))
    assert found is not None
    assert found.next is None
