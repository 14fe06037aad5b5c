from __future__ import annotations

import asyncio
import threading

import pytest
from tests.enforcement.house import House

from limen.clock import HOUR
from limen.enforcement.streams import Stream


@pytest.fixture
def house():
    return House()


def opened(house):
    answer = house.doors.ask("gateway", b"GET", b"wiki.harbor.example", b"/", house.cookie().encode(), "203.0.113.7")
    assert answer.permitted
    cut: list[str] = []
    stream = Stream(answer, "203.0.113.7", "gateway", cut.append)
    house.streams.add(stream)
    return stream, cut


async def until(condition, seconds=3.0):
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 -- the condition is no event of ours
            await asyncio.sleep(0.01)


async def test_a_stream_is_cut_once_and_its_cut_is_journaled(house):
    stream, cut = opened(house)
    house.revoke("ana")
    house.revoke("ana")
    await until(lambda: cut)
    await asyncio.sleep(0.05)
    assert cut == ["session-revoked"]
    (event,) = [event for event in house.journal.events if event.kind == "stream.cut"]
    assert (event.actor, event.address, event.details["decision"]) == ("ana", "203.0.113.7", stream.answer.id)
    assert len(house.streams) == 0


async def test_a_change_that_changes_nothing_cuts_nothing(house):
    _, cut = opened(house)
    house.person("cy", {"staff"})
    await asyncio.sleep(0.05)
    assert (cut, len(house.streams)) == ([], 1)
    house.streams.close()
    assert cut == ["limen-stops"]


async def test_many_changes_in_one_go_are_one_look(house):
    opened(house)
    looks = []
    again = house.doors.again
    house.doors.again = lambda *a: looks.append(1) or again(*a)
    for n in range(100):
        house.person(f"p{n}", {"staff"})
    await asyncio.sleep(0.05)
    assert len(looks) == 1


async def test_a_change_told_on_another_thread_counts_too(house):
    _, cut = opened(house)
    thread = threading.Thread(target=house.revoke, args=("ana",))
    thread.start()
    await until(lambda: cut)
    thread.join()


async def test_a_journal_that_can_not_be_written_cuts_what_is_open(house):
    _, cut = opened(house)
    house.journal.writable = False
    await until(lambda: cut)
    assert cut == ["journal-unwritable"]


async def test_what_is_over_already_is_cut_when_it_is_added(house):
    stream, _ = opened(house)
    house.streams.remove(stream)
    house.clock.forward(3 * HOUR)
    cut: list[str] = []
    house.streams.add(Stream(stream.answer, "", "gateway", cut.append))
    assert cut == ["session-ended"]


async def test_a_removed_stream_is_left_alone(house):
    stream, cut = opened(house)
    house.streams.remove(stream)
    house.revoke("ana")
    await asyncio.sleep(0.05)
    assert cut == []
    assert stream.timer is None or stream.timer.cancelled()
