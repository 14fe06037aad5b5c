from __future__ import annotations

import asyncio
import threading
from dataclasses import replace

import pytest
from tests.enforcement.house import NOW, House, tree_of
from tests.waiting import until

from limen.clock import HOUR, MINUTE
from limen.enforcement import streams
from limen.enforcement.streams import LookQueue, Stream
from limen.facts import Device, Place, Risk
from limen.policy import Engine


@pytest.fixture
def house():
    return House()


def opened(house, person="ana", root=None):
    token = house.app_session("wiki", person, root=root)
    cookie = f"__Host-limen-app={token}".encode()
    answer = house.doors.decide_request("gateway", b"GET", b"wiki.harbor.example", b"/", cookie, "203.0.113.7")
    assert answer.permitted
    cut: list[str] = []
    stream = Stream(answer, "203.0.113.7", "gateway", cut.append)
    house.streams.add(stream)
    return stream, cut


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
    house.known.people.put(replace(house.known.people["ana"], name="Ana B."))
    await asyncio.sleep(0.05)
    assert (cut, len(house.streams)) == ([], 1)
    house.streams.close()
    assert cut == ["limen-stops"]


def looks_at(house):
    """Which streams are decided again, in order."""
    looks = []
    again = house.doors.re_check
    house.doors.re_check = lambda answer, address: looks.append(answer.session.person_id) or again(answer, address)
    return looks


async def test_only_those_are_looked_at_whose_facts_a_change_touches(house):
    opened(house, "ana")
    opened(house, "bo")
    looks = looks_at(house)
    for n in range(100):
        house.person(f"p{n}", {"staff"})
        house.person("bo", {"staff", f"g{n}"})
    await asyncio.sleep(0.05)
    assert looks == ["bo"], "many changes in one go are one look"


@pytest.mark.parametrize(
    "change",
    [
        lambda known, _root: known.places.put("203.0.113.7", Place("203.0.113.7", known=True)),
        lambda known, root: known.sessions.put(b"r" * 32, replace(root, auth=replace(root.auth, strength=2))),
        lambda known, _root: known.devices.put(Device("d1", known=True)),
        lambda known, _root: known.risks.put("ana", Risk(99, known=True)),
        lambda known, _root: known.learned.put(("device", "d1"), "device.encrypted", False),
        lambda known, _root: known.set_not_before(("device", "d1"), NOW - 1),
        lambda known, _root: known.set_company(known.apps.values(), known.groups.values()),
    ],
    ids=["place", "parent", "device", "risk", "learned", "not-before", "revision"],
)
async def test_whatever_its_facts_hang_on_has_it_looked_at(house, change):
    root = replace(house.sign_in("ana"), device_id="d1")
    house.known.sessions.put(b"r" * 32, root)
    opened(house, root=root)
    looks = looks_at(house)
    change(house.known, root)
    await asyncio.sleep(0.05)
    assert looks == ["ana"]


async def test_a_session_that_moves_to_another_device_is_watched_by_that_one(house):
    stream, cut = opened(house)
    session = stream.answer.session
    token = house.known._issued.hash_of[session.id]
    house.known.sessions.put(token, replace(session, device_id="d2"))
    await asyncio.sleep(0.05)
    house.known.set_not_before(("device", "d2"), house.clock.now() + 1)
    await until(lambda: cut)
    assert cut == ["session-revoked"]


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


async def test_a_revocation_is_cut_before_a_line_of_others_moves(house, monkeypatch):
    """A slice is over at once, so a publication's queue moves by one; the revoked do not wait in it."""
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    others = [opened(house, "bo")[1] for _ in range(50)]
    _, cut = opened(house, "ana")
    looks = looks_at(house)
    house.known.set_company(house.known.apps.values(), house.known.groups.values())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    house.revoke("ana")
    await asyncio.sleep(0)
    assert (cut, len(looks) < 10) == (["session-revoked"], True)
    await until(lambda: len(looks) >= 50)
    assert others == [[]] * 50


async def test_who_a_policy_stops_by_a_new_fact_goes_before_a_line_of_others(house, monkeypatch):
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    for _ in range(50):
        opened(house, "bo")
    _, cut = opened(house, "ana")
    looks = looks_at(house)
    house.known.set_company(house.known.apps.values(), house.known.groups.values())
    await asyncio.sleep(0)
    house.person("ana", set())
    for _ in range(6):
        await asyncio.sleep(0)
    assert (cut, len(looks) < 10) == (["nothing-permits"], True)


async def test_a_line_leaves_room_for_others_between_two_slices(house, monkeypatch):
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    for _ in range(20):
        opened(house)
    looks, turns = looks_at(house), 0
    house.known.set_company(house.known.apps.values(), house.known.groups.values())
    while not house.streams.are_settled():
        turns += 1
        assert turns < 100
        await asyncio.sleep(0)
    assert (turns >= 20, len(looks)) == (True, 20)


async def test_whose_turn_does_not_come_in_time_is_cut(house, monkeypatch):
    monkeypatch.setattr(streams, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(streams, "WITHIN_SECONDS", 0.0)
    cuts = [opened(house)[1] for _ in range(10)]
    looks = looks_at(house)
    house.known.set_company(house.known.apps.values(), house.known.groups.values())
    await until(lambda: all(cuts))
    assert {word for cut in cuts for word in cut} == {"not-decided-in-time"}
    assert (len(looks), len(house.streams), len(house.journal.reasons("stream.cut"))) == (0, 0, 10)


async def test_the_line_goes_on_when_one_look_fails(house, monkeypatch):
    cuts = [opened(house)[1] for _ in range(3)]
    again, broken = house.doors.re_check, []

    def fails_once(answer, address):
        if not broken:
            broken.append(answer)
            raise RuntimeError("unheard of")
        return again(answer, address)

    house.doors.re_check = fails_once
    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    house.known.set_company(house.known.apps.values(), ())
    await until(lambda: len(house.streams) < 3)
    assert sorted(cuts) == [[], [], ["policy-error"]]


async def test_a_stream_that_goes_while_it_waits_is_not_looked_at(house):
    stream, cut = opened(house)
    looks = looks_at(house)
    house.known.set_company(house.known.apps.values(), ())
    house.streams.remove(stream)
    await asyncio.sleep(0.05)
    assert (looks, cut, house.streams._about, bool(house.streams._queue)) == ([], [], {}, False)


async def test_time_cuts_no_later_than_it_changes_the_answer(house):
    """Working hours end while the stream is open; its timer is set by a bound, not by a search."""
    text = """@id("hours") permit (principal, action, resource) when { context.time.minute < 601 };"""
    house.engine = Engine(tree_of(text), "r2", house.engine.zone)
    stream, cut = opened(house)
    left = stream.timer.when() - asyncio.get_running_loop().time()
    assert 50 < left <= 60
    house.clock.forward(MINUTE)
    house.streams._time_is_up(stream)
    await until(lambda: cut)
    assert cut == ["nothing-permits"]


def test_a_place_in_the_line_is_worth_nothing_after_a_look():
    stream, other = (Stream(None, "", "", print) for _ in range(2))
    queue = LookQueue()
    queue.put(stream, 0.0, first=False)
    queue.put(other, 1.0, first=False)
    queue.put(stream, 2.0, first=True)
    assert queue.next() is stream
    stream.due_by = None
    queue.put(stream, 9.0, first=False)
    assert queue.late(4.5) == [other], "the place that is left from before does not hide who comes after it"
    assert (queue.next(), queue.next(), bool(queue)) == (stream, None, False)
