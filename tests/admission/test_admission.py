from __future__ import annotations

import asyncio

from limen.admission import TOO_MANY, TOO_SLOW, Admission, Entry, Limits, Listener


class Town:
    """Connections of a listener, and what became of them."""

    def __init__(self, **limits: float) -> None:
        self.admission = Admission(Limits(**limits))  # type: ignore[arg-type]
        self.listener: Listener = self.admission.listener("browsers")
        self.dropped: list[tuple[str, str]] = []

    def enter(self, name: str, peer: str = "192.0.2.1") -> Entry:
        entry = self.listener.enter(peer, lambda word: self.dropped.append((name, word)))
        assert entry is not None
        return entry


async def test_the_oldest_of_a_source_gives_way_to_its_newest_and_no_other_source_does() -> None:
    town = Town(of_a_source=2)
    town.enter("other", "192.0.2.9")
    for name in ("a", "b", "c", "d"):
        town.enter(name)
    assert town.dropped == [("a", TOO_MANY), ("b", TOO_MANY)]
    assert town.listener.refused == {TOO_MANY: 2}
    assert len(town.listener.open) == 3


async def test_where_strangers_are_too_many_the_source_with_the_most_gives_way() -> None:
    town = Town(of_a_source=4, of_strangers=5)
    for name in ("a", "b", "c"):
        town.enter(name)
    for number in range(3):
        town.enter(str(number), f"198.51.100.{number}")
    assert town.dropped == [("a", TOO_MANY)]


async def test_one_ipv6_subscriber_is_one_source() -> None:
    town = Town(of_a_source=2)
    for number in range(4):
        town.enter(str(number), f"2001:db8:1:2::{number}")
    assert [name for name, _ in town.dropped] == ["0", "1"]


async def test_behind_a_proxy_the_client_counts_from_the_requests_head_on() -> None:
    town = Town(of_a_source=2)
    for number in range(6):
        town.enter(str(number), "127.0.0.1").came_from("203.0.113.7" if number < 4 else "203.0.113.8")
    assert [name for name, _ in town.dropped] == ["0", "1"]


async def test_who_has_a_session_gives_way_to_nobody_and_gets_no_more_than_their_share() -> None:
    town = Town(of_a_source=3, of_an_owner=3)
    entries = [town.enter(str(number)) for number in range(3)]
    assert all(entry.belongs_to("ana") for entry in entries)
    fourth = town.enter("fourth")
    assert not fourth.belongs_to("ana")
    assert fourth.belongs_to("bo")
    for number in range(5):
        town.enter(f"stranger {number}")
    assert [name for name, _ in town.dropped] == ["stranger 0", "stranger 1"]
    entries[0].done()
    assert town.enter("next").belongs_to("ana")
    entries[1].leave()
    entries[1].leave()
    assert town.enter("another").belongs_to("ana")


async def test_shares_are_counted_over_all_listeners_and_nothing_is_left_behind() -> None:
    town = Town(of_an_owner=1)
    other = town.admission.listener("other")
    mine = town.enter("mine")
    there = other.enter("192.0.2.1", lambda _word: None)
    assert there is not None
    assert mine.belongs_to("ana")
    assert mine.belongs_to("ana")
    assert not there.belongs_to("ana")
    for entry in (mine, there):
        entry.leave()
        assert entry.belongs_to("somebody")
    assert (town.admission._owned, len(town.listener.strangers), town.listener.open) == ({}, 0, set())


async def test_what_unfinished_requests_hold_is_bounded() -> None:
    town = Town(bytes_of_strangers=1_000)
    signed_in = town.enter("signed in")
    signed_in.belongs_to("ana")
    signed_in.took(50_000)
    entries = [town.enter(str(number)) for number in range(4)]
    for entry in entries:
        entry.took(400)
    assert [name for name, _ in town.dropped] == ["0", "1"]
    assert town.listener.bytes_held == 800
    entries[0].took(10_000)  # it has gone; what still comes of it counts for nothing
    entries[2].done()
    assert town.listener.bytes_held == 400


async def test_a_listener_that_is_full_of_signed_in_people_lets_nobody_else_in() -> None:
    admission = Admission()
    listener = admission.listener("health", connections=2)
    for _ in range(2):
        entry = listener.enter("127.0.0.1", lambda _word: None)
        assert entry is not None
        assert entry.belongs_to("ana")
    assert listener.enter("127.0.0.1", lambda _word: None) is None
    assert listener.refused == {TOO_MANY: 1}


async def test_whoever_is_late_is_dropped_and_whoever_is_not_is_left_in_peace() -> None:
    town = Town(head_seconds=0.2)
    now = asyncio.get_running_loop().time()
    town.enter("late").due = now + 0.05
    town.enter("in time").due = now + 60
    town.enter("idle")
    await asyncio.sleep(0.3)
    assert town.dropped == [("late", TOO_SLOW)]


async def test_a_fronts_connections_at_rest_give_way_only_where_there_is_no_room_at_all() -> None:
    town = Town(of_a_source=2, of_strangers=6, connections=7)
    for _ in range(5):
        assert town.listener.enter("10.0.0.1", lambda word: town.dropped.append(("front", word)), is_front=True)
    town.enter("stranger")
    town.enter("another", "192.0.2.2")
    assert town.dropped == []
    town.enter("third", "192.0.2.3")
    assert town.dropped == [("stranger", TOO_MANY)]
    while town.listener.make_way():
        pass
    for _ in range(3):
        assert town.listener.enter("10.0.0.1", lambda word: town.dropped.append(("front", word)), is_front=True)
    assert town.dropped[-1] == ("front", TOO_MANY)
    assert len(town.listener.open) == len(town.listener.at_rest) == 7


class Front:
    """What Limen's own front is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, ...]] = []

    def belongs_to(self, connection: str, owner: str, sign_in: str) -> None:
        self.told.append((connection, owner, sign_in))

    def gave_way(self, connection: str) -> None:
        self.told.append((connection,))


async def test_the_front_is_told_whose_a_connection_is_and_which_one_is_in_the_way() -> None:
    town, front = Town(of_a_source=1), Front()
    town.admission.front = front
    mine, hers, last = (town.enter(name) for name in ("mine", "hers", "last"))
    for entry, connection in ((mine, "192.0.2.1:1"), (hers, "192.0.2.1:2"), (last, "192.0.2.1:3")):
        entry.front_connection = connection
    assert mine.belongs_to("ana") is True  # it had given way before anything was known of it
    assert last.belongs_to("ana", "s1") is True
    town.enter("next").front_connection = "192.0.2.1:4"
    town.enter("after")
    assert front.told == [("192.0.2.1:3", "ana", "s1"), ("192.0.2.1:4",)]
