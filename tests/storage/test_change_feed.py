from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.waiting import until

from limen.clock import DAY, SetClock
from limen.facts import FactStore
from limen.storage import Database, Feed, change_feed as feed_module
from limen.storage.tables import changes


@pytest.fixture
def known() -> FactStore:
    return FactStore()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_800_000_000_000)


@pytest.fixture
async def feed(database: Database, known: FactStore, clock: SetClock) -> AsyncIterator[Feed]:
    feed = Feed(database, known, clock=clock)
    yield feed
    await feed.stop()


async def test_what_changed_is_applied_before_settled_returns(database: Database, feed: Feed) -> None:
    seen: list[tuple[str, str]] = []
    feed.on("person", lambda _snapshot, key: key.upper(), lambda key, found: seen.append((key, found)))
    await feed.start()
    for n in range(10):
        await feed.settled(await database.writing(lambda t, n=n: t.changed("person", f"p{n}")))
        assert seen[-1] == (f"p{n}", f"P{n}")


async def test_settled_without_a_number_waits_for_everything_committed(database: Database, feed: Feed) -> None:
    seen: list[str] = []
    feed.on("person", lambda _snapshot, key: key, lambda key, _: seen.append(key))
    await feed.start()
    await database.writing(lambda t: [t.changed("person", "p1"), t.changed("person", "p2"), t.changed("other", "x")])
    await feed.settled()
    assert seen == ["p1", "p2"]


async def test_the_start_and_the_first_number_are_of_one_snapshot(database: Database, feed: Feed) -> None:
    database.write(lambda t: t.changed("person", "p1"))
    at_start: list[int] = []
    later: list[str] = []

    def load(snapshot) -> int:
        seq = snapshot.seq
        database.write(lambda t: t.changed("person", "p2"))  # commits while the start is being read
        return seq

    feed.at_start(load, at_start.append)
    feed.on("person", lambda _snapshot, key: key, lambda key, _: later.append(key))
    await feed.start()
    await feed.settled()
    assert at_start == [1]
    assert later == ["p2"]


async def test_a_change_by_another_process_is_found_without_being_told(
    database: Database, feed: Feed, where: str
) -> None:
    seen: list[str] = []
    feed.on("person", lambda _snapshot, key: key, lambda key, _: seen.append(key))
    await feed.start()
    other = Database.open(where)
    other.write(lambda t: t.changed("person", "p1"))
    other.close()
    await until(lambda: seen == ["p1"])


async def test_each_round_trip_renews_the_lease_from_its_beginning(
    feed: Feed, known: FactStore, clock: SetClock
) -> None:
    await feed.start()
    assert known.lease_until == clock.monotonic() + feed_module.LEASE_SECONDS
    clock.forward(1_000)
    await until(lambda: known.lease_until == clock.monotonic() + feed_module.LEASE_SECONDS)


async def test_when_rows_cannot_be_applied_nothing_is_acknowledged_and_settled_waits_out_the_lease(
    database: Database, feed: Feed, known: FactStore, clock: SetClock
) -> None:
    def refuse(_key: str, _found: object) -> None:
        raise RuntimeError

    feed.on("person", lambda _snapshot, key: key, refuse)
    await feed.start()
    lease = known.lease_until
    waiting = asyncio.create_task(feed.settled(database.write(lambda t: t.changed("person", "p1"))))
    await asyncio.sleep(0.5)
    assert not waiting.done()
    assert known.lease_until == lease
    clock.forward(int(feed_module.LEASE_SECONDS * 1000))
    async with asyncio.timeout(60):
        await waiting


async def test_when_it_stops_the_lease_ends_at_once(feed: Feed, known: FactStore) -> None:
    await feed.start()
    await feed.stop()
    assert known.lease_until == 0.0


async def test_a_worker_that_slept_through_forgotten_changes_reads_everything_anew(
    database: Database, feed: Feed
) -> None:
    starts: list[int] = []
    feed.at_start(lambda snapshot: snapshot.seq, starts.append)
    database.write(lambda t: t.changed("person", "p0"))
    await feed.start()

    def sleep_through(transaction) -> None:
        transaction.changed("person", "p1")
        transaction.changed("person", "p2")
        transaction.connection.execute(changes.delete().where(changes.c.seq < 3))

    await feed.settled(await database.writing(lambda t: [sleep_through(t), t.changed_seq][1]))
    assert starts == [1, 3]


async def test_old_changes_are_forgotten_but_the_tip_stays(
    database: Database, known: FactStore, clock: SetClock
) -> None:
    database.write(lambda t: [t.changed("person", "p1"), t.changed("person", "p2")])
    clock.forward(1_000 * DAY)
    feed = Feed(database, known, clock=clock)
    await feed.start()
    await feed.stop()
    assert database.read(lambda s: s.connection.execute(changes.select()).all())[0].key == "p2"
    assert database.read(lambda s: s.seq) == 2
