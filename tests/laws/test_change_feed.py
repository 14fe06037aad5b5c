"""Sequence order is commit order: a follower that has seen a number will never be shown a smaller one later."""

from __future__ import annotations

import threading

from sqlalchemy import select

from limen.storage import Database, Transaction
from limen.storage.tables import changes


def test_a_number_drawn_first_is_committed_first_however_two_transactions_interleave(where: str) -> None:
    """Both are open at once: the second wants its number while the first has drawn one and not committed."""
    one, other = Database.open(where), Database.open(where)
    drew, may_commit, second_drew = threading.Event(), threading.Event(), threading.Event()
    seen_while_open: list[int] = []

    def slow(transaction: Transaction) -> int:
        seq = transaction.changed("person", "slow")
        drew.set()
        may_commit.wait(60)
        return seq

    def quick(transaction: Transaction) -> int:
        seq = transaction.changed("person", "quick")
        second_drew.set()
        return seq

    results: dict[str, int] = {}
    first = threading.Thread(target=lambda: results.update(slow=one.write(slow)))
    second = threading.Thread(target=lambda: results.update(quick=other.write(quick)))
    first.start()
    drew.wait(60)
    second.start()
    overtook = second_drew.wait(0.3)
    seen_while_open.append(other.read(lambda s: s.seq))
    may_commit.set()
    first.join()
    second.join()
    assert not overtook
    assert seen_while_open == [0]
    assert results["slow"] < results["quick"]
    one.close()
    other.close()


def test_a_follower_among_many_writers_misses_nothing(where: str) -> None:
    writers = [Database.open(where) for _ in range(3)]
    done = threading.Event()

    def write_some(database: Database, name: int) -> None:
        for n in range(20):
            database.write(lambda t: [t.changed("person", f"{name}-{n}") for _ in range(2)])  # noqa: B023

    threads = [threading.Thread(target=write_some, args=(each, n)) for n, each in enumerate(writers)]
    reader = Database.open(where)
    followed: list[int] = []

    def follow() -> None:
        last = 0
        while True:
            was_done = done.is_set()
            newer = select(changes.c.seq).where(changes.c.seq > last).order_by(changes.c.seq)
            rows = reader.read(lambda s, newer=newer: s.connection.scalars(newer).all())
            followed.extend(rows)
            last = rows[-1] if rows else last
            if was_done and not rows:
                return

    follower = threading.Thread(target=follow)
    follower.start()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done.set()
    follower.join()
    assert followed == list(range(1, 3 * 20 * 2 + 1))
    for each in (*writers, reader):
        each.close()
