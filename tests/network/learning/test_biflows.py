"""Two directions are one connection, of the side that began it."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from limen.clock import HOUR
from limen.network.learning import biflows
from limen.network.learning.biflows import Biflows, Uniflow
from limen.network.learning.flows import Ends, ObservedFlow

ASKED, ANSWERED = Ends(4, 1, 2), Ends(4, 2, 1)


def asks(start: int = 10, began: bool | None = None) -> Uniflow:
    return Uniflow(start, ASKED, 6, 44_000, 8_443, began)


def answers(start: int = 10, began: bool | None = None) -> Uniflow:
    return Uniflow(start, ANSWERED, 6, 8_443, 44_000, began)


def whole(*some: Uniflow) -> list[ObservedFlow]:
    taken = Biflows()
    return [*(flow for one in some for flow in taken.take(one)), *taken.rest()]


def told(flows: Iterable[ObservedFlow]) -> list[tuple[int, int, bool | None]]:
    return [(one.source, one.port, one.was_answered) for one in flows]


@pytest.mark.parametrize(
    "some",
    [
        (asks(10), answers(11)),
        (answers(11), asks(10)),
        (answers(10), asks(10)),
        (answers(9, began=False), asks(10, began=True)),
        (asks(10, began=True), answers(9, began=False)),
    ],
)
def test_both_uniflows_are_one_connection_of_the_side_that_began(some: tuple[Uniflow, ...]) -> None:
    assert told(whole(*some)) == [(1, 8_443, True)]


def test_alone_it_is_an_attempt_or_an_answer_whose_question_nobody_logged() -> None:
    assert told(whole(asks())) == [(1, 8_443, False)]
    assert told(whole(Uniflow(10, ANSWERED, 6, 443, 44_000))) == [(1, 443, True)]
    assert told(whole(answers(began=False))) == [(1, 8_443, True)]


def test_uniflows_of_other_hours_are_other_connections() -> None:
    assert told(whole(asks(0), answers(HOUR, began=False))) == [(1, 8_443, False), (1, 8_443, True)]


def test_a_long_connection_is_told_by_one_uniflow_again_and_again() -> None:
    assert told(whole(asks(0), asks(60_000), answers(1))) == [(1, 8_443, True)]


def test_what_was_refused_and_what_has_no_ports_waits_for_nothing() -> None:
    refused, ping = asks()._replace(was_refused=True), Uniflow(10, ASKED, 1, 0, 8)
    assert [one.was_refused for one in whole(refused, ping)] == [True, False]


def test_no_more_than_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(biflows, "MOST_WAITING", 10)
    taken = Biflows()
    out = [flow for number in range(25) for flow in taken.take(asks()._replace(source_port=50_000 + number))]
    assert len(out) == 15
    assert len(list(taken.rest())) == 10
