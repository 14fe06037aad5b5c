"""What was stopped, and passes that are good once."""

from __future__ import annotations

from dataclasses import replace

from limen.clock import SetClock
from limen.enforcement.documents.stops import GOOD_FOR, MOST_OF_A_SESSION, About, StoppedDocument, Stops
from limen.storage.errors import StorageError
from limen.storage.kept_briefly import KeptBriefly

ABOUT = About("s1", "ana", "wiki", "POST", "/upload")
ONE, OTHER = b"1" * 16, b"2" * 16


async def _keep(stops, about=ABOUT, digests=(ONE,), may_justify=True):
    document = StoppedDocument("a", "", ("Payment card number",), ())
    return await stops.keep(
        about, [document], dict.fromkeys(digests, "e"), ("r",), is_upload=True, may_justify=may_justify, event="e"
    )


async def test_a_pass_is_good_once_for_the_same_request_session_and_documents():
    stops = Stops(KeptBriefly.in_memory(SetClock(0)), b"k")
    stopped = await _keep(stops, digests=(ONE, OTHER))
    assert await stops.take(ABOUT, frozenset({ONE})) == ""
    await stops.justify(stopped, "for the bank")
    for foreign in (
        replace(ABOUT, session="s2"),
        replace(ABOUT, app="payroll"),
        replace(ABOUT, method="PUT"),
        replace(ABOUT, target="/upload?x"),
    ):
        assert await stops.take(foreign, frozenset({ONE})) == ""
    assert await stops.take(ABOUT, frozenset({b"3" * 16})) == ""
    assert await stops.take(ABOUT, frozenset({ONE, b"3" * 16})) == ""
    assert await stops.take(ABOUT, frozenset()) == ""
    assert await stops.take(ABOUT, frozenset({ONE})) == "for the bank"
    assert await stops.take(ABOUT, frozenset({ONE})) == ""


async def test_it_ends_after_ten_minutes():
    clock = SetClock(0)
    stops = Stops(KeptBriefly.in_memory(clock), b"k")
    stopped = await _keep(stops)
    clock.forward(GOOD_FOR - 1)
    assert await stops.find(stopped.id, "s1") == stopped
    given = await stops.justify(stopped, "why")
    assert await stops.justify(given, "again") == given
    clock.forward(GOOD_FOR - 1)
    assert await stops.justify(await stops.find(stopped.id, "s1"), "and again") == given
    clock.forward(1)
    assert await stops.take(ABOUT, frozenset({ONE})) == ""
    assert await stops.find(stopped.id, "s1") is None


async def test_nobody_else_finds_it_and_a_flood_forgets_its_own_first():
    stops = Stops(KeptBriefly.in_memory(SetClock(0)), b"k")
    stopped = await _keep(stops)
    assert await stops.find(stopped.id, "s2") is None
    assert await stops.find(stopped.id, "") is None
    foreign = await _keep(stops, replace(ABOUT, session="s2"))
    for _ in range(MOST_OF_A_SESSION):
        await _keep(stops)
    assert await stops.find(stopped.id, "s1") is None
    assert await stops.find(foreign.id, "s2") == foreign


async def test_without_a_session_or_by_a_program_nothing_may_be_justified():
    assert not (await _keep(Stops(KeptBriefly.in_memory(SetClock(0)), b"k"), replace(ABOUT, session=""))).may_justify
    assert not (await _keep(Stops(KeptBriefly.in_memory(SetClock(0)), b"k"), replace(ABOUT, by_token=True))).may_justify


async def test_a_pass_given_at_one_worker_is_spent_once_at_any():
    kept = KeptBriefly.in_memory(SetClock(0))
    here, there = Stops(kept, b"k"), Stops(kept, b"k")
    stopped = await _keep(here)
    assert await there.find(stopped.id, "s1") == stopped
    await there.justify(stopped, "for the bank")
    assert (await here.justify(stopped, "for myself")).why == "for the bank"
    assert [await one.take(ABOUT, frozenset({ONE})) for one in (here, there)] == ["for the bank", ""]


async def test_what_can_not_be_remembered_stays_stopped(monkeypatch):
    kept = KeptBriefly.in_memory(SetClock(0))
    stops = Stops(kept, b"k")

    async def away(_work):
        raise StorageError("away", "wait")

    monkeypatch.setattr(kept, "do", away)
    stopped = await _keep(stops)
    assert not stopped.may_justify
    assert await stops.find(stopped.id, "s1") is None
    assert not (await stops.justify(stopped, "why")).why
    assert await stops.take(ABOUT, frozenset({ONE})) == ""
