from __future__ import annotations

from datetime import date

import msgspec
from hypothesis import given, strategies as st

from limen.clock import DAY
from limen.monitor.detections.usual.person import FORGOTTEN, MOST_DAYS, MOST_SEEN, Person, is_weekend


@given(st.dates())
def test_weekends_are_those_of_the_calendar(day: date) -> None:
    assert is_weekend(day.toordinal()) == (day.weekday() >= 5)


@given(st.lists(st.tuples(st.integers(1, 500), st.integers(0, 167), st.integers(1, 9)), max_size=200))
def test_whatever_comes_in_whatever_order_is_bounded_and_counted(events: list[tuple[int, int, int]]) -> None:
    person = Person()
    for day, hour, amount in events:
        person.was_active(day, hour)
        person.add("x", day, amount)
    assert len(person.days) <= MOST_DAYS
    assert person.days == sorted(set(person.days))
    assert set(person.counts.get("x", {})) <= set(person.days)
    for day in person.days[-1:]:
        assert person.counts["x"][day] == sum(amount for one, _, amount in events if one == day)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(person), type=Person) == person


def test_a_usual_of_ones_own_takes_a_fortnight_and_some_days_at_work() -> None:
    person = Person()
    for day in range(100, 109):
        person.was_active(day, 10)
    assert (person.has_usual(109), person.has_usual(114)) == (False, True)
    seldom = Person()
    seldom.was_active(100, 10)
    assert not seldom.has_usual(200)


def test_days_of_one_kind_are_held_against_each_other() -> None:
    monday, person = date(2026, 11, 2).toordinal(), Person()
    for day in range(monday, monday + 28):
        person.was_active(day, 10)
        person.add("x", day, 1 if is_weekend(day) else 10)
    assert set(person.history("x", monday + 28)) == {10}
    assert set(person.history("x", monday + 33)) == {1}


def test_what_was_not_seen_for_long_is_new_again() -> None:
    person = Person()
    seen = [person.see("country", "AT", at) for at in (DAY, 2 * DAY, 2 * DAY + FORGOTTEN, 3 * DAY + 2 * FORGOTTEN)]
    assert seen == [True, False, False, True]


def test_what_is_seen_is_bounded_and_the_latest_stays() -> None:
    person = Person()
    for number in range(3 * MOST_SEEN):
        person.see("app", f"app {number}", number + 1)
        person.see("app", "wiki", number + 1)
    assert len(person.seen["app"]) == MOST_SEEN
    assert not person.see("app", "wiki", 1_000)


def test_an_hour_is_usual_near_one_that_is() -> None:
    person = Person()
    for day in range(1, 29):
        if not is_weekend(day):
            person.was_active(day, ((day - 1) % 7) * 24 + 9)
    assert [person.is_odd_hour(hour) for hour in (9, 11, 24 * 4 + 7, 12, 3, 5 * 24 + 9)] == [False] * 3 + [True] * 3
    assert [person.usual_hours(day) for day in (1, 6)] == ["09:00–10:00", ""]


def test_a_thing_is_told_once_a_day() -> None:
    person = Person()
    assert [person.is_untold(day, "x") for day in (1, 1, 2)] == [True, False, True]
    assert sum(person.is_untold(3, str(number)) for number in range(1_000)) == 50
