from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.enforcement.radius.networks import VPN

from limen.clock import HOUR, SetClock
from limen.enforcement.radius import questions as module
from limen.enforcement.radius.questions import (
    AN_HOUR,
    FAMILIAR_AN_HOUR,
    OPEN_FOR,
    SILENT_FOR,
    Confirmed,
    Outcome,
    Questions,
)
from limen.storage.kept_briefly import KeptBriefly, Shelf


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_000_000_000_000)


@pytest.fixture
def questions(clock: SetClock) -> Questions:
    return Questions(KeptBriefly.in_memory(clock))


async def test_a_question_has_two_digits_and_is_known_by_its_state_to_its_asker_alone(questions: Questions) -> None:
    asked = await questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    assert 10 <= int(asked.number) <= 99
    for other in (replace(VPN, calling="192.0.2.1"), replace(VPN, client="10.0.0.1/32"), replace(VPN, nas="10.0.0.1")):
        assert await questions.with_state(asked.state, other) is None
    assert await questions.with_state(asked.state, VPN) == asked
    assert await questions.with_state("", VPN) is None


@pytest.mark.parametrize("number", ["", "47", "48"])
@pytest.mark.parametrize("calling", [VPN.calling, "192.0.2.1"])
async def test_who_asks_beside_one_that_is_open_ends_both(questions: Questions, number: str, calling: str) -> None:
    first = await questions.ask(VPN, "p_ida", "vpn", "47")
    assert first is not None
    assert await questions.ask(replace(VPN, calling=calling), "p_ida", "vpn", number) is None
    assert await questions.of("p_ida") is None
    ended = await questions.close(first)
    assert ended is not None
    assert (ended.outcome, ended.confirmed) == (Outcome.DOUBLED, None)
    assert (await questions.was_doubled("p_ida"), await questions.was_doubled("p_eve")) == (True, False)
    again = await questions.ask(VPN, "p_ida", "vpn")
    assert again is not None
    assert not await questions.was_doubled("p_ida")


async def test_a_number_of_ones_own_is_taken_as_it_is(questions: Questions) -> None:
    asked = await questions.ask(VPN, "p_ida", "vpn", "47")
    assert asked is not None
    assert (asked.is_theirs, questions.is_number(asked, "47"), questions.is_number(asked, "48")) == (True, True, False)


async def test_it_is_open_for_two_minutes(questions: Questions, clock: SetClock) -> None:
    asked = await questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    clock.forward(OPEN_FOR)
    assert (await questions.of("p_ida"), await questions.with_state(asked.state, VPN)) == (None, None)
    assert (await questions.waited(asked, 10), await questions.close(asked)) == (None, None)


async def test_few_come_in_an_hour_and_none_for_a_while_after_a_refusal(questions: Questions, clock: SetClock) -> None:
    for _ in range(AN_HOUR):
        asked = await questions.ask(VPN, "p_ida", "vpn")
        assert asked is not None
        await questions.close(asked)
    assert await questions.ask(VPN, "p_ida", "vpn") is None
    clock.forward(HOUR)
    asked = await questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    await questions.refuse(asked)
    assert await questions.of("p_ida") is None
    assert await questions.ask(VPN, "p_ida", "vpn") is None
    clock.forward(SILENT_FOR)
    assert await questions.ask(VPN, "p_ida", "vpn") is not None


async def test_a_name_that_nobody_has_gets_a_question_that_nobody_can_answer(questions: Questions) -> None:
    asked = await questions.ask(replace(VPN, user="nobody@harbor.example"), "", "vpn")
    assert asked is not None
    assert await questions.of("") is None


async def test_names_that_nobody_has_take_nobodys_place(questions: Questions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_OF_STRANGERS", Shelf("strangers", 20))
    asked = await questions.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    strangers = [await questions.ask(replace(VPN, user=f"{number}@x.example"), "", "vpn") for number in range(300)]
    assert all(strangers)
    left = [await questions.waited(one, 0) for one in strangers if one is not None]
    assert sum(one is not None for one in left) == 20
    assert await questions.of("p_ida") == asked
    assert await questions.ask(VPN, "p_tom", "vpn") is not None


async def test_who_is_signed_in_where_the_question_comes_from_has_more(questions: Questions, clock: SetClock) -> None:
    # Somebody else uses up her questions.
    asked = [await questions.ask(VPN, "p_ida", "vpn") for _ in range(3 * AN_HOUR)]
    assert sum(one is not None for one in asked) == AN_HOUR
    clock.forward(OPEN_FOR)
    for _ in range(FAMILIAR_AN_HOUR):
        one = await questions.ask(VPN, "p_ida", "vpn", is_familiar=True)
        assert one is not None
        await questions.close(one)
    clock.forward(1)
    assert await questions.ask(VPN, "p_ida", "vpn") is None


async def test_whoever_waits_at_one_worker_hears_what_was_confirmed_at_another(clock: SetClock) -> None:
    kept = KeptBriefly.in_memory(clock)
    here, there, by = Questions(kept), Questions(kept), Confirmed("s_ida", "192.0.2.1", is_here=True, is_tied=False)
    asked = await here.ask(VPN, "p_ida", "vpn")
    assert asked is not None
    waits = asyncio.create_task(here.waited(asked, 20))
    await asyncio.sleep(0)
    seen = await there.of("p_ida")
    assert seen == asked
    assert [await there.permit(seen, by), await there.permit(seen, by), await there.of("p_ida")] == [True, False, None]
    confirmed = replace(asked, outcome=Outcome.CONFIRMED, confirmed=by)
    assert await waits == confirmed
    assert [await one.close(asked) for one in (here, there)] == [confirmed, None]
