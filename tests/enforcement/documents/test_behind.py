"""What passes as it comes, and is looked into meanwhile and behind."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.enforcement.documents.checks import SECRET, Checks

from limen.clock import SetClock
from limen.enforcement.documents.behind import MOST_BEHIND, Behind, Doubled
from limen.enforcement.documents.guard import DocumentGuard
from limen.enforcement.documents.stops import About
from limen.facts import Label
from limen.facts.passing import Channel, Passing, Step
from limen.http_bodies.spool import Budget
from limen.storage.kept_briefly import KeptBriefly

PASSING = Passing(Channel.UPLOAD, "ana", "wiki")
ABOUT = About("s", "ana", "wiki", "POST", "/u")
WATCH = {"step": Step.WATCH}


def _guard(checks, budget=None):
    return DocumentGuard(checks.offer(), KeptBriefly.in_memory(SetClock(0)), b"d" * 32, budget)


async def _told(queue):
    """A body whose pieces come when the test puts them."""
    while (piece := await queue.get()) is not None:
        if isinstance(piece, Exception):
            raise piece
        yield piece


def _body(*pieces):
    queue = asyncio.Queue()
    for one in pieces:
        queue.put_nowait(one)
    return queue


async def _all(body):
    return [piece async for piece in body]


async def test_each_piece_passes_before_the_next_has_come():
    checks, sent = Checks(**WATCH), _body(SECRET[:9].encode())
    guard = _guard(checks)
    verdict = await guard.upload(PASSING, ABOUT, _told(sent), [])
    assert await anext(verdict.body) == SECRET[:9].encode()
    sent.put_nowait(SECRET[9:].encode())
    assert await anext(verdict.body) == SECRET[9:].encode()
    assert not checks.noted
    sent.put_nowait(None)
    assert await _all(verdict.body) == []
    verdict.close()
    await guard.behind.settled()
    assert [(passed, judged.step) for _, judged, passed, _ in checks.noted] == [(True, Step.WATCH)]
    assert guard.budget.held == 0


@pytest.mark.parametrize("held", [{"label": Label.RESTRICTED}, {"step": Step.WARN}])
async def test_what_may_be_stopped_is_held_to_its_end(held):
    label = held.pop("label", None)
    guard, sent = _guard(Checks(**{**WATCH, **held})), _body(b"harmless")
    asked = asyncio.create_task(guard.upload(replace(PASSING, label=label), ABOUT, _told(sent), []))
    await asyncio.sleep(0.01)
    assert not asked.done()
    sent.put_nowait(None)
    assert await _all((await asked).body) == [b"harmless"]


async def test_a_body_that_breaks_off_is_looked_into_as_far_as_it_passed():
    checks = Checks(**WATCH)
    guard = _guard(checks)
    verdict = await guard.upload(PASSING, ABOUT, _told(_body(SECRET.encode(), ConnectionResetError("gone"))), [])
    assert await anext(verdict.body) == SECRET.encode()
    with pytest.raises(ConnectionResetError):
        await anext(verdict.body)
    await guard.behind.settled()
    assert [passed for _, _, passed, _ in checks.noted] == [True]


async def test_whoever_passes_it_on_may_give_up():
    checks, sent = Checks(**WATCH), _body(SECRET.encode(), *(b"\n" for _ in range(50)), None)
    guard = _guard(checks)
    verdict = await guard.upload(PASSING, ABOUT, _told(sent), [])
    await anext(verdict.body)
    verdict.close()
    await guard.behind.settled()
    assert [passed for _, _, passed, _ in checks.noted] == [True]
    assert sent.qsize() > 20  # nothing is read that nobody passes on


async def test_what_there_is_no_room_for_passes_whole_and_it_is_said():
    checks = Checks(step=Step.WATCH, unread=Step.WATCH)
    guard = _guard(checks, Budget(most=40))
    verdict = await guard.upload(PASSING, ABOUT, _told(_body(b"a" * 8, b"b" * 20, b"c" * 8, None)), [])
    assert b"".join(await _all(verdict.body)) == b"a" * 8 + b"b" * 20 + b"c" * 8
    await guard.behind.settled()
    assert [(judged.rules, passed) for _, judged, passed, _ in checks.noted] == [(("unread",), True)]
    assert guard.budget.held == 0


async def test_a_look_that_fails_or_a_journal_that_does_ends_nothing_that_passes():
    for checks in (Checks(**WATCH, fails=ValueError), _Unwritable(**WATCH)):
        guard = _guard(checks)
        verdict = await guard.upload(PASSING, ABOUT, _told(_body(SECRET.encode(), None)), [])
        assert await _all(verdict.body) == [SECRET.encode()]
        await guard.behind.settled()
        assert guard.budget.held == 0


class _Unwritable(Checks):
    async def note(self, *_, **_named):
        raise OSError


class _Slow(Checks):
    def __init__(self):
        super().__init__(**WATCH)
        self.may_end = asyncio.Event()

    async def inspect(self, body, name="", owner="", among=""):
        inspected = await super().inspect(body, name, owner, among)
        await self.may_end.wait()
        return inspected


async def test_the_end_of_a_body_waits_where_many_of_the_owner_are_behind():
    checks = _Slow()
    guard = _guard(checks)

    async def send(about):
        verdict = await guard.upload(PASSING, about, _told(_body(SECRET.encode(), None)), [])
        return await _all(verdict.body)

    sent = [asyncio.create_task(send(ABOUT)) for _ in range(MOST_BEHIND + 2)]
    await asyncio.sleep(0.05)
    assert sum(one.done() for one in sent) == MOST_BEHIND
    assert await send(replace(ABOUT, person="bo")) == [SECRET.encode()]
    checks.may_end.set()
    await asyncio.gather(*sent)
    await guard.behind.settled()
    assert len(checks.noted) == MOST_BEHIND + 3


async def test_a_turn_that_is_given_up_leaves_its_room_to_others():
    behind = Behind()
    taken = [behind.turn("ana") for _ in range(MOST_BEHIND)]
    for one in taken:
        await one.take()
    waits = asyncio.create_task(behind.turn("ana").take())
    await asyncio.sleep(0)
    waits.cancel()
    await asyncio.gather(waits, return_exceptions=True)
    for one in taken:
        one.leave()
        one.leave()
    assert len(behind._turns) == 0


async def test_the_slower_of_both_sides_sets_the_speed():
    sent = _body(*(b"x" for _ in range(100)), None)
    doubled = Doubled(_told(sent), Behind().turn("ana"))
    looks = asyncio.create_task(_all(doubled.looked_into()))
    await asyncio.sleep(0.01)
    assert sent.qsize() > 50
    assert len(await _all(doubled.onward())) == len(await looks) == 100


async def test_when_limen_ends_what_has_passed_is_looked_into_or_ended(monkeypatch):
    monkeypatch.setattr("limen.enforcement.documents.behind._LAST_SECONDS", 0.05)
    for checks, number in ((Checks(**WATCH), 1), (_Slow(), 0)):
        guard = _guard(checks)
        verdict = await guard.upload(PASSING, ABOUT, _told(_body(SECRET.encode(), None)), [])
        assert await _all(verdict.body) == [SECRET.encode()]
        await guard.behind.close()
        await guard.behind.close()
        assert (len(checks.noted), guard.budget.held) == (number, 0)
    guard = _guard(Checks(**WATCH))
    without_end = await guard.upload(PASSING, ABOUT, _told(_body(SECRET.encode())), [])
    await anext(without_end.body)
    await guard.behind.close()
    assert guard.budget.held == 0
