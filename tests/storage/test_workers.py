"""The register of workers, each test on each kind of database.

That nobody decides without a revocation that returned is a law: tests/laws/test_no_decision_without_a_revocation.py.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from limen.clock import SetClock
from limen.storage import Database
from limen.storage.worker_locks import WorkerLocks
from limen.storage.workers import Doing, Workers

LEASE = 3.0


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_800_000_000_000)


@pytest.fixture
def join(database: Database, clock: SetClock, tmp_path: Path) -> Iterator[Callable[[], Workers]]:
    joined: list[Workers] = []

    def join() -> Workers:
        joined.append(database.backend.workers(tmp_path / "locks", clock, database._may_be_decided_by))
        joined[-1].prepare()
        return joined[-1]

    yield join
    for one in joined:
        one.close()


def crash(one: Workers) -> None:
    """As the end of its process: the kernel frees its lock, and nobody says anything."""
    assert one._locks._held is not None
    one._locks._held.close()


def test_who_lags_is_waited_for_until_it_has_acknowledged(join: Callable[[], Workers]) -> None:
    one, other = join(), join()
    assert not one.behind(7, LEASE)
    one.register(7)
    other.register(5)
    assert (one.behind(5, LEASE), one.behind(7, LEASE)) == (False, True)
    assert other.acknowledge(7)
    assert not one.behind(7, LEASE)
    assert [(each.worker, each.seq) for each in one.all()] == [
        (each.name, 7) for each in sorted((one, other), key=lambda each: each.name)
    ]


def test_who_does_not_move_for_a_lease_is_removed_and_learns_of_it(
    join: Callable[[], Workers], clock: SetClock
) -> None:
    one, other = join(), join()
    one.register(5)
    other.register(5)
    assert one.acknowledge(6)
    assert one.behind(6, LEASE)
    clock.forward(2_999)
    assert other.acknowledge(5)  # it moves, though it knows nothing new
    assert one.behind(6, LEASE)
    clock.forward(2_999)
    assert one.behind(6, LEASE)
    clock.forward(1)
    assert not one.behind(6, LEASE)
    assert not other.acknowledge(6)
    other.register(6)
    assert other.acknowledge(6)


def test_who_has_ended_is_not_waited_for_and_neither_is_who_has_left(join: Callable[[], Workers]) -> None:
    one, crashed, left = join(), join(), join()
    for each in (one, crashed, left):
        each.register(5)
    one.acknowledge(6)
    crash(crashed)
    assert one.behind(6, LEASE)
    left.leave()
    assert not one.behind(6, LEASE)
    assert [each.worker for each in one.all()] == [one.name]


def test_tidying_removes_who_has_ended_though_nobody_waits(join: Callable[[], Workers]) -> None:
    one, crashed = join(), join()
    one.register(5)
    crashed.register(5)
    crash(crashed)
    one.tidy(LEASE)
    assert [each.worker for each in one.all()] == [one.name]
    assert not crashed._locks.is_free(crashed.name)  # nothing of it is left


def test_a_register_that_was_made_anew_knows_that_others_may_decide(
    database: Database, clock: SetClock, join: Callable[[], Workers]
) -> None:
    database.write(lambda transaction: transaction.changed("person", "p1"))
    first = join()
    first.register(1)
    lose(database)
    other = join()
    clock.forward(2_999)  # it reads everything
    other.register(1)
    assert other.behind(1, LEASE)
    clock.forward(1)
    assert not other.behind(1, LEASE)
    assert not first.acknowledge(1)


def lose(database: Database) -> None:
    """What a crash does to an unlogged table, and somebody with `rm` to a file."""
    if database.backend.file is not None:
        shutil.rmtree(database.backend.folder)
    else:
        database.write(lambda transaction: transaction.connection.exec_driver_sql("DELETE FROM workers"))


def test_before_its_first_change_nobody_decides_by_a_database(database: Database, join: Callable[[], Workers]) -> None:
    one = join()
    one.register(0)
    assert not one.behind(0, LEASE)


def test_what_a_worker_has_answered_stands_in_the_register(join: Callable[[], Workers]) -> None:
    one = join()
    one.requests = lambda: 17
    one.register(3)
    assert [(each.requests, each.seq, each.beat) for each in one.all()] == [(17, 3, 0)]
    one.requests = lambda: 18
    assert one.acknowledge(4)
    assert [(each.requests, each.seq, each.beat) for each in one.all()] == [(18, 4, 1)]


def test_what_a_worker_says_of_itself_is_for_people_and_whatever_stands_there_stops_nobody(
    database: Database, join: Callable[[], Workers]
) -> None:
    one = join()
    one.doing = lambda: Doing(7, "all", "1.2.3", 5)
    one.register(3)
    assert [each.doing for each in one.all()] == [Doing(7, "all", "1.2.3", 5)]
    one._on(lambda connection: connection.exec_driver_sql("UPDATE workers SET doing = '{'"))
    assert [each.doing for each in one.all()] == [Doing()]


def test_a_register_that_an_older_limen_made_is_made_anew(database: Database, join: Callable[[], Workers]) -> None:
    older = join()
    older.register(3)
    older._on(lambda connection: connection.exec_driver_sql("ALTER TABLE workers DROP COLUMN doing"))
    one = join()
    one.register(3)
    assert [each.worker for each in one.all()] == [one.name]
    assert not older.acknowledge(3)


def test_a_chain_is_written_by_workers_of_one_machine(
    database: Database, clock: SetClock, join: Callable[[], Workers], tmp_path: Path
) -> None:
    """Such as where the data of a machine were copied to another, or the other has not joined as a node."""
    here, beside = join(), join()
    there = replace_machine(join(), tmp_path)
    here.chain, beside.chain, there.chain = "main", "main-2", "main"
    for one in (here, beside):
        one.register(0)
        assert not one.is_doubled(LEASE)
    assert there.is_doubled(LEASE)
    clock.forward(2_999)
    assert here.acknowledge(0)
    assert there.is_doubled(LEASE)
    clock.forward(3_000)
    assert not there.is_doubled(LEASE)  # its machine has ended, and nobody else was there to say so


def replace_machine(one: Workers, folder: Path) -> Workers:
    one._locks = WorkerLocks(folder / "elsewhere")
    return one
