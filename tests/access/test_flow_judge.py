"""What the network says of a flow is asked of it a few at a time, and by nobody who only tries names."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from threading import Event
from types import SimpleNamespace
from typing import Any, cast

import pytest
from tests.access.rows import NOW, request
from tests.access.test_terms import judged

from limen.access.errors import AccessError, HastyError, TooManyError
from limen.access.flow_judge import MOST_NAMED, MOST_WAITING, FlowJudge
from limen.clock import MINUTE, SetClock
from limen.errors import LimenError
from limen.pillar import FlowRequests, JudgedFlow, Offers

OF_SALES = judged("sales")
ASKED = request(app="", actions=(), flow=OF_SALES.flow)
NAMES = ("office", "erp", "https", "", "")


def judge(again: Any = lambda _flow: OF_SALES, new: Any = lambda *_names, knows_all: OF_SALES) -> FlowJudge:
    offers = Offers()
    offers.give(FlowRequests(new, again))
    return FlowJudge(cast("Any", SimpleNamespace(offers=offers, clock=SetClock(NOW))))


async def test_it_is_judged_by_the_network() -> None:
    one = judge()
    assert one.are_there
    assert await one.judged("oscar", *NAMES, knows_all=False) == OF_SALES
    assert await one.as_asked(ASKED) == OF_SALES
    assert not FlowJudge(cast("Any", SimpleNamespace(offers=Offers()))).are_there


async def test_whoever_tries_many_names_waits() -> None:
    def nowhere(*_names: str, knows_all: bool) -> JudgedFlow:
        raise LimenError("no such place")

    one = judge(new=nowhere)
    for _ in range(MOST_NAMED):
        with pytest.raises(LimenError, match="no such place"):
            await one.judged("oscar", *NAMES, knows_all=False)
    with pytest.raises(HastyError):
        await one.judged("oscar", *NAMES, knows_all=False)
    with pytest.raises(LimenError, match="no such place"):
        await one.judged("farid", *NAMES, knows_all=False)
    cast("Any", one._core).clock.forward(MINUTE)
    with pytest.raises(LimenError, match="no such place"):
        await one.judged("oscar", *NAMES, knows_all=False)


async def test_only_so_many_wait_for_a_proof() -> None:
    go_on = Event()

    def slow(_flow: Any) -> JudgedFlow:
        assert go_on.wait(60)
        return OF_SALES

    one = judge(slow)
    waiting = [asyncio.create_task(one.as_asked(ASKED)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyError):
        await one.judged("oscar", *NAMES, knows_all=False)
    go_on.set()
    assert await asyncio.gather(*waiting) == [OF_SALES] * MOST_WAITING


async def test_what_is_another_flow_by_now_is_none() -> None:
    assert await judge(lambda _: replace(OF_SALES, flow=replace(OF_SALES.flow, meaning="1"))).as_asked(ASKED) is None
    assert await judge().as_asked(request()) is None

    def gone(_flow: Any) -> JudgedFlow:
        raise LimenError("gone", "ask anew")

    assert await judge(gone).as_asked(ASKED) is None
    with pytest.raises(AccessError, match="gone"):
        await judge(gone).decided_by("farid", ASKED)


async def test_nothing_is_proved_for_whoever_may_not_decide() -> None:
    assert await judge().decided_by("farid", ASKED) == OF_SALES
    for person, one in (("oscar", ASKED), ("nobody", ASKED), ("farid", request()), ("farid", None)):
        assert await judge().decided_by(person, one) is None
