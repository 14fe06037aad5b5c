"""What is asked for at the same time shares one transaction, and each keeps what it would have had alone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from limen.storage import Database, Snapshot, Transaction
from limen.storage.errors import DatabaseBusyError
from limen.storage.together import MOST_TOGETHER, Together


@pytest.fixture
def transactions(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Each transaction in which something is written together, as it begins."""
    begun: list[object] = []
    write = database.write

    def noted(work: Callable[[Transaction], object]) -> object:
        begun.append(work)
        return write(work)

    monkeypatch.setattr(database._written_together, "_in_transaction", noted)
    return begun


async def test_what_is_asked_for_at_once_is_one_transaction(database: Database, transactions: list[object]) -> None:
    seqs = await asyncio.gather(*(database.writing_together(lambda t: t.changed("person", "p")) for _ in range(20)))
    assert seqs == list(range(1, 21)), "in the order of asking, each seeing those before"
    assert len(transactions) == 1
    assert database.changed_seq == 20


async def test_what_comes_while_one_is_written_is_the_next(database: Database, transactions: list[object]) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def slow(_transaction: Transaction) -> int:
        begun.set()
        may_end.wait(10)
        return 0

    first = asyncio.create_task(database.writing_together(slow))
    await asyncio.to_thread(begun.wait, 10)
    later = [asyncio.create_task(database.writing_together(lambda t: t.changed("person", "p"))) for _ in range(5)]
    await asyncio.sleep(0)
    may_end.set()
    assert await asyncio.gather(first, *later) == [0, 1, 2, 3, 4, 5]
    assert len(transactions) == 2


async def test_a_stream_of_it_keeps_no_other_write_waiting(database: Database) -> None:
    begun, go_on, has_ended = threading.Event(), threading.Event(), False

    def work(_transaction: Transaction) -> None:
        begun.set()
        go_on.wait(10)
        time.sleep(0.005)  # others ask meanwhile

    async def stream() -> int:
        asked = 0
        while not has_ended and asked < 100:  # whoever is answered asks again at once
            await database.writing_together(work)
            asked += 1
        return asked

    first = asyncio.create_task(stream())
    await asyncio.to_thread(begun.wait, 10)
    others = [asyncio.create_task(stream()) for _ in range(3)]  # never all in the same transaction
    await asyncio.sleep(0)
    ordinary = asyncio.create_task(database.writing(lambda t: t.changed("session", "s")))
    await asyncio.sleep(0)
    go_on.set()
    assert await ordinary == 1
    has_ended = True
    assert max(await asyncio.gather(first, *others)) < 50


async def test_nobody_waits_for_more_than_so_many_others(database: Database, transactions: list[object]) -> None:
    number = MOST_TOGETHER * 2 + 1
    await asyncio.gather(*(database.writing_together(lambda t: t.changed("person", "p")) for _ in range(number)))
    assert len(transactions) == 3


async def test_one_that_raises_takes_nothing_from_the_others(database: Database) -> None:
    def wrong(transaction: Transaction) -> None:
        transaction.changed("person", "wrong")
        raise KeyError("mine")

    right = [database.writing_together(lambda t: t.changed("person", "right")) for _ in range(3)]
    ended = await asyncio.gather(*right, database.writing_together(wrong), return_exceptions=True)
    assert isinstance(ended.pop(), KeyError)
    assert sorted(ended) == ended
    assert await database.reading(_kept) == ["right", "right", "right"]


async def test_a_commit_that_fails_fails_for_all_and_is_not_tried_for_each(
    database: Database, transactions: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_work: object) -> object:
        transactions.append(None)
        raise DatabaseBusyError

    monkeypatch.setattr(database._written_together, "_in_transaction", busy)
    asked = [database.writing_together(lambda t: t.changed("person", "p")) for _ in range(3)]
    ended = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(each) for each in ended] == [DatabaseBusyError] * 3
    assert len(transactions) == 1


async def test_who_went_away_is_written_all_the_same_and_delays_nobody(database: Database) -> None:
    gone = asyncio.create_task(database.writing_together(lambda t: t.changed("person", "gone")))
    stays = asyncio.create_task(database.writing_together(lambda t: t.changed("person", "stays")))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == 2
    assert await database.reading(_kept) == ["gone", "stays"]


async def test_reading_together_sees_what_was_written_before_it_was_asked(database: Database) -> None:
    for number in range(1, 4):
        await database.writing_together(lambda t: t.changed("person", "p"))
        assert await asyncio.gather(*(database.reading_together(lambda s: s.seq) for _ in range(5))) == [number] * 5


async def test_a_closed_database_is_an_error_and_no_endless_wait(where: str) -> None:
    database = Database.open(where)
    database.close()
    asked = [database.writing_together(lambda t: t.changed("person", "p")) for _ in range(2)]
    ended = await asyncio.wait_for(asyncio.gather(*asked, return_exceptions=True), 5)
    assert [type(each) for each in ended] == [RuntimeError] * 2


def _kept(snapshot: Snapshot) -> list[str]:
    return [str(row.key) for row in snapshot.connection.exec_driver_sql("SELECT key FROM changes ORDER BY seq")]


class Interrupted(deque[object]):
    """Whoever takes the first is switched away from, until the rest was taken by somebody else."""

    def __init__(self) -> None:
        super().__init__()
        self.is_first = True
        self.goes_on = threading.Event()

    def popleft(self) -> object:
        got = super().popleft()
        if self.is_first:
            self.is_first = False
            self.goes_on.wait(10)
        return got


async def test_two_threads_that_take_at_once_leave_nobody_waiting() -> None:
    waiting = Interrupted()
    with ThreadPoolExecutor(4) as threads:
        together: Together[None] = Together(threads, lambda work: work(None))
        together._waiting = waiting  # type: ignore[assignment]  # a deque that stops in the middle
        asked = [asyncio.create_task(together.ask(lambda _, n=number: n)) for number in range(2)]
        await asyncio.sleep(0.05)
        asked.append(asyncio.create_task(together.ask(lambda _: 2)))
        await asyncio.sleep(0.05)
        waiting.goes_on.set()
        async with asyncio.timeout(10):
            assert await asyncio.gather(*asked) == [0, 1, 2]
