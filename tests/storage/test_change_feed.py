from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from limen.clock import DAY, SetClock
from limen.facts import FactStore
from limen.storage import Database, Feed, change_feed as feed_module
from limen.storage.change_feed import _Standing
from limen.storage.errors import ChainTakenError, DatabaseGoneError
from limen.storage.tables import changes
from limen.storage.worker_locks import WorkerLocks


@pytest.fixture
def known() -> FactStore:
    return FactStore()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_800_000_000_000)


@pytest.fixture
async def feed(database: Database, known: FactStore, clock: SetClock) -> AsyncIterator[Feed]:
    database.workers.prepare()
    feed = Feed(database, known, clock=clock)
    yield feed
    await feed.stop()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 -- facts in memory tell nobody when they change
            await asyncio.sleep(0.01)


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


async def test_what_is_new_is_acknowledged_once_it_is_applied_and_nothing_new_now_and_then(
    database: Database, feed: Feed, clock: SetClock, known: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied: list[str] = []
    acknowledged: list[tuple[int, int]] = []
    acknowledge = database.workers.acknowledge

    def watched(seq: int) -> bool:
        acknowledged.append((seq, len(applied)))
        return acknowledge(seq)

    monkeypatch.setattr(database.workers, "acknowledge", watched)
    feed.on("person", lambda _snapshot, key: key, lambda key, _: applied.append(key))
    database.write(lambda t: t.changed("person", "p1"))
    await feed._round_trip()
    seq = database.write(lambda t: t.changed("person", "p2"))
    assert feed._look()[1] is _Standing.BEHIND
    assert acknowledged[-1][0] < seq
    await feed._round_trip()
    assert acknowledged[-1] == (seq, len(applied))
    assert applied[-1] == "p2"
    lease, written = known.lease_until, len(acknowledged)
    assert feed._look()[1] is _Standing.HELD
    await feed._round_trip()
    assert (known.lease_until, len(acknowledged)) == (lease, written)
    clock.forward(700)
    assert feed._look()[1] is _Standing.RENEWED
    await feed._round_trip()
    assert known.lease_until == lease + 0.7


async def test_what_was_applied_and_could_not_be_acknowledged_is_acknowledged_by_the_next_look(
    database: Database, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await feed._round_trip()
    acknowledge = database.workers.acknowledge
    seq = database.write(lambda t: t.changed("person", "p1"))

    def away(_seq: int) -> bool:
        raise DatabaseGoneError

    monkeypatch.setattr(database.workers, "acknowledge", away)
    with pytest.raises(DatabaseGoneError):
        await feed._round_trip()
    assert feed.seq == seq
    monkeypatch.setattr(database.workers, "acknowledge", acknowledge)
    assert database.workers.behind(seq, feed_module.LEASE_SECONDS)
    await feed._round_trip()
    assert not database.workers.behind(seq, feed_module.LEASE_SECONDS)


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
    async with asyncio.timeout(5):
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


async def test_nobody_misses_what_a_machine_wrote_whose_clock_is_days_behind(
    database: Database, feed: Feed, clock: SetClock
) -> None:
    """It stands between changes of others, which are young: taken out alone, it would be missed by nobody."""
    seen: list[str] = []
    feed.at_start(lambda _snapshot: "everything", seen.append)
    feed.on("session", lambda _snapshot, key: key, lambda key, _: seen.append(key))
    await feed.start()
    following, feed._following = feed._following, None
    assert following is not None
    following.cancel()  # it stands still
    write_at = [clock.now(), clock.now() - 2 * DAY, clock.now()]
    for number, at in enumerate(write_at):
        seq = database.write(lambda t, number=number: t.changed("session", f"s{number}"))
        database.write(
            lambda t, seq=seq, at=at: t.connection.execute(changes.update().where(changes.c.seq == seq).values(at=at))
        )
    await feed.forget()
    await feed._round_trip()
    assert "s1" in seen or seen.count("everything") == 2


async def test_a_register_that_hangs_is_waited_for_no_longer_than_a_lease(
    database: Database, known: FactStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "LEASE_SECONDS", 0.2)
    feed, goes_on = Feed(database, known), threading.Event()
    await feed.start()
    seq = await database.writing(lambda t: t.changed("person", "p1"))
    monkeypatch.setattr(database.workers, "behind", lambda *_: goes_on.wait())
    try:
        async with asyncio.timeout(10):
            await feed.settled(seq)
    finally:
        goes_on.set()
    await feed.stop()


async def test_nothing_is_decided_where_another_machine_writes_the_same_chain(
    database: Database, feed: Feed, known: FactStore, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "POLL_SECONDS", 0.01)
    database.workers.chain = "main"
    await feed.start()
    copied, facts = Database.open(where), FactStore()
    copied.workers.chain, copied.workers._locks = "main", WorkerLocks(tmp_path / "elsewhere")
    there = Feed(copied, facts)
    with pytest.raises(ChainTakenError):
        await there.start()
    with pytest.raises(ChainTakenError):
        await there._round_trip()  # as where both began at the same instant
    assert facts.lease_until == 0
    assert [one.worker for one in database.workers.all()] == [database.workers.name]
    copied.close()
