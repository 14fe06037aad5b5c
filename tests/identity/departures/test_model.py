"""What a surface's answer comes to, and when it is asked again."""

from __future__ import annotations

import pytest

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.credentials import Remaining
from limen.identity.departures.model import (
    MOST_NAMED,
    Departure,
    State,
    Surface,
    Why,
    failed,
    of_all_workers,
    of_registry,
    of_standing,
    outstanding,
)
from limen.pillar import Standing

ONE = Departure(id="dp_1", person="p_ben", why=Why.DEACTIVATED, at=1_000)


@pytest.mark.parametrize(
    ("left", "state"),
    [
        (Remaining("links", 0), State.PROVED),
        (Remaining("links", 0, "harmless"), State.PROVED),
        (Remaining("links", 2, "harmless"), State.KEPT),
        (Remaining("links", 2), State.OUTSTANDING),
    ],
)
def test_what_the_registry_says(left: Remaining, state: State) -> None:
    said = of_registry("dp_1", left)
    assert (said.state, said.remaining, said.is_beyond) == (state, left.count, False)
    assert said.said == ("harmless" if state is State.KEPT else "")


@pytest.mark.parametrize(
    ("standing", "state", "remaining"),
    [
        (Standing(), State.PROVED, 0),
        (Standing(ended=3), State.PROVED, 0),
        (Standing(open=2), State.OUTSTANDING, 2),
        (Standing(away=("db1", "db2")), State.AWAY, 2),
        (Standing(open=1, away=("db1",)), State.OUTSTANDING, 2),
    ],
)
def test_what_a_surface_beyond_the_database_says(standing: Standing, state: State, remaining: int) -> None:
    said = of_standing("dp_1", "ssh", standing)
    assert (said.state, said.remaining, said.ended) == (state, remaining, standing.ended)
    assert all(name in said.said for name in standing.away)


def test_of_many_that_are_silent_some_are_named() -> None:
    said = of_standing("dp_1", "ssh", Standing(away=tuple(f"h{number}" for number in range(MOST_NAMED + 5))))
    assert said.said.endswith("5 more")
    assert said.remaining == MOST_NAMED + 5


def test_what_could_not_be_asked_is_not_proved() -> None:
    assert outstanding([failed("dp_1", "ssh"), of_registry("dp_1", Remaining("links", 0))]) == [failed("dp_1", "ssh")]


def test_an_answer_keeps_what_ended_and_since_when_it_is_proved() -> None:
    began = Surface(departure="dp_1", name="sessions", ended=4)
    proved = of_registry("dp_1", Remaining("sessions", 0)).after(began, 50)
    again = of_registry("dp_1", Remaining("sessions", 0)).after(proved, 90)
    assert (again.ended, again.asked_at, again.proved_at) == (4, 90, 50)
    turned = of_registry("dp_1", Remaining("sessions", 1)).after(again, 100)
    assert (turned.ended, turned.proved_at, turned.state.is_over) == (4, 0, False)


def test_it_is_asked_often_at_first_and_never_forgotten() -> None:
    def due(age: int, since: int) -> bool:
        asked = Departure(id="dp_1", person="p", why=Why.DEACTIVATED, at=0, asked_at=age - since)
        return asked.is_due(age)

    assert [due(MINUTE, since) for since in (4 * SECOND, 5 * SECOND)] == [False, True]
    assert [due(HOUR, since) for since in (59 * SECOND, MINUTE)] == [False, True]
    assert [due(3 * HOUR, since) for since in (9 * MINUTE, 10 * MINUTE)] == [False, True]
    assert [due(90 * DAY, since) for since in (59 * MINUTE, HOUR)] == [False, True]
    assert due(MINUTE, -HOUR)  # the clock was set back


def test_it_is_overdue_after_an_hour_and_not_when_it_is_closed() -> None:
    assert [ONE.is_overdue(ONE.at + age) for age in (HOUR - 1, HOUR)] == [False, True]
    closed = Departure(id="dp_1", person="p", why=Why.DEACTIVATED, at=0, closed_at=5)
    assert not closed.is_overdue(9 * HOUR)
    assert not closed.is_due(9 * HOUR)


def test_what_is_left_with_any_worker_is_left() -> None:
    alone = of_registry("dp_1", Remaining("links", 0))
    fine = of_standing("dp_1", "streams", Standing(ended=2), "w1").after(alone, 40)
    open_one = of_standing("dp_1", "streams", Standing(open=1), "w2").after(alone, 30)
    links, streams = of_all_workers([alone, fine, open_one])
    assert links == alone
    assert (streams.state, streams.ended, streams.remaining, streams.asked_at) == (State.OUTSTANDING, 2, 1, 30)
    closed = of_standing("dp_1", "streams", Standing(), "w2").after(alone, 50)
    (streams,) = of_all_workers([fine, closed])
    assert (streams.state, streams.proved_at) == (State.PROVED, 50)
