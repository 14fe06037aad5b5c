"""A frozen value is kept as a row and read again; a unique column says no without ending the transaction."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

from sqlalchemy import select

from limen.storage import Database, Transaction
from limen.storage.rows import inserted, put, row_of, value_of
from limen.storage.tables import journal_heads


@dataclass(frozen=True)
class Lamp:
    id: str
    watts: int = 0
    rooms: frozenset[str] = frozenset()


def test_a_value_is_its_row_and_words_are_one_column() -> None:
    lamp = Lamp("l1", 7, frozenset({"hall", "attic"}))
    row = row_of(lamp)
    assert row == {"id": "l1", "watts": 7, "rooms": "attic hall"}
    read = SimpleNamespace(**row, other="not of the lamp")
    assert value_of(Lamp, read, rooms=frozenset(read.rooms.split())) == lamp


def test_what_is_there_already_is_not_inserted_and_the_transaction_goes_on(database: Database) -> None:
    row = {"writer": "w1", "lost_at": 0, "checkpoint": b"{}"}
    done = database.write(
        lambda t: [inserted(t.connection, journal_heads, row | {"writer": writer}) for writer in ("w1", "w1", "w2")]
    )
    assert done == [True, False, True]


def test_what_is_put_stands_in_place_of_what_stood_under_its_key(database: Database) -> None:
    row = {"writer": "w1", "lost_at": 0, "checkpoint": b"a"}

    def work(transaction: Transaction) -> set[tuple[str, int, bytes]]:
        for one in (row, row | {"lost_at": 7}, row | {"writer": "w2"}, row | {"checkpoint": b"b"}):
            put(transaction.connection, journal_heads, one)
        return {tuple(one) for one in transaction.connection.execute(select(journal_heads))}  # type: ignore[misc]

    assert database.write(work) == {("w1", 0, b"b"), ("w1", 7, b"a"), ("w2", 0, b"a")}
