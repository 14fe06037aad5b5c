from __future__ import annotations

from dataclasses import replace

import pytest
from tests.enforcement.radius.networks import VPN

from limen.clock import HOUR, SetClock
from limen.enforcement.radius.questions import (
    AN_HOUR,
    FAMILIAR_AN_HOUR,
    MOST_STRANGERS,
    OPEN_FOR,
    SILENT_FOR,
    Questions,
)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000_000_000)


@pytest.fixture
def questions(clock: SetClock) -> Questions:
    return Questions(clock)


def test_a_question_has_two_digits_and_is_known_by_its_state_to_its_asker_alone(questions: Questions) -> None:
    asked = questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    assert 10 <= int(asked.number) <= 99
    for other in (replace(VPN, calling="192.0.2.1"), replace(VPN, client="10.0.0.1/32"), replace(VPN, nas="10.0.0.1")):
        assert questions.with_state(asked.state, other) is None
    assert questions.with_state(asked.state, VPN) is asked
    assert questions.with_state("", VPN) is None


@pytest.mark.parametrize("number", ["", "47", "48"])
@pytest.mark.parametrize("calling", [VPN.calling, "192.0.2.1"])
def test_who_asks_beside_one_that_is_open_ends_both(questions: Questions, number: str, calling: str) -> None:
    first = questions.ask(VPN, "p_ida", "vpn", "47")
    assert first is not None
    assert questions.ask(replace(VPN, calling=calling), "p_ida", "vpn", number) is None
    assert (first.done.is_set(), first.answer, questions.of("p_ida")) == (True, None, None)
    questions.close(first)
    assert (questions.was_doubled("p_ida"), questions.was_doubled("p_eve")) == (True, False)
    again = questions.ask(VPN, "p_ida", "vpn")
    assert again is not None
    assert not questions.was_doubled("p_ida")


def test_a_number_of_ones_own_is_taken_as_it_is(questions: Questions) -> None:
    asked = questions.ask(VPN, "p_ida", "vpn", "47")
    assert asked is not None
    assert (asked.is_theirs, questions.is_number(asked, "47"), questions.is_number(asked, "48")) == (True, True, False)


def test_it_is_open_for_two_minutes(questions: Questions, clock: SetClock) -> None:
    asked = questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    clock.forward(OPEN_FOR)
    assert (questions.of("p_ida"), questions.with_state(asked.state, VPN), asked.done.is_set()) == (None, None, True)


def test_few_come_in_an_hour_and_none_for_a_while_after_a_refusal(questions: Questions, clock: SetClock) -> None:
    for _ in range(AN_HOUR):
        asked = questions.ask(VPN, "p_ida", "vpn")
        assert asked is not None
        questions.close(asked)
    assert questions.ask(VPN, "p_ida", "vpn") is None
    clock.forward(HOUR)
    asked = questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    questions.refuse(asked)
    assert questions.of("p_ida") is None
    assert questions.ask(VPN, "p_ida", "vpn") is None
    clock.forward(SILENT_FOR)
    assert questions.ask(VPN, "p_ida", "vpn") is not None


def test_a_name_that_nobody_has_gets_a_question_that_nobody_can_answer(questions: Questions) -> None:
    asked = questions.ask(replace(VPN, user="nobody@harbor.example"), "", "vpn")
    assert asked is not None
    assert questions.of("") is None


def test_names_that_nobody_has_take_nobodys_place(questions: Questions) -> None:
    asked = questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    strangers = [questions.ask(replace(VPN, user=f"{number}@x.example"), "", "vpn") for number in range(3_000)]
    assert all(strangers)
    assert sum(one is not None and not one.done.is_set() for one in strangers) == MOST_STRANGERS
    assert questions.of("p_ida") is asked
    assert questions.ask(VPN, "p_tom", "vpn") is not None


def test_who_is_signed_in_where_the_question_comes_from_has_more(questions: Questions, clock: SetClock) -> None:
    asked = [questions.ask(VPN, "p_ida", "vpn") for _ in range(3 * AN_HOUR)]  # somebody else uses up her questions
    assert sum(one is not None for one in asked) == AN_HOUR
    clock.forward(OPEN_FOR)
    for _ in range(FAMILIAR_AN_HOUR):
        one = questions.ask(VPN, "p_ida", "vpn", is_familiar=True)
        assert one is not None
        questions.close(one)
    clock.forward(1)
    assert questions.ask(VPN, "p_ida", "vpn") is None
