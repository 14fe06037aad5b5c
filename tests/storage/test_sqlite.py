"""What SQLite does its own way."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from limen.storage import Database, Transaction
from limen.storage.backend import claimed
from limen.storage.errors import DatabaseBusyError, DatabaseFullError
from limen.storage.sqlite import SqliteBackend


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database.open(tmp_path / "limen.db")
    yield database
    database.close()


def test_the_last_number_drawn_is_kept_though_its_row_is_gone(tmp_path: Path, database: Database) -> None:
    backend = SqliteBackend(tmp_path / "limen.db")

    def forget(transaction: Transaction) -> dict[str, int]:
        transaction.connection.exec_driver_sql("DELETE FROM changes")
        return backend.drawn(transaction.connection)

    database.write(lambda t: [t.changed("person", "p1"), t.changed("person", "p2")])
    drawn = database.write(forget)
    assert drawn["changes"] == 2
    database.write(lambda t: backend.draw_after(t.connection, drawn | {"changes": 40}))
    assert database.write(lambda t: t.changed("person", "p3")) == 41


def test_what_does_not_concern_a_file_does_nothing(tmp_path: Path, database: Database) -> None:
    database.claim()
    database.read(database.refuse_unfit_to_decide)
    with claimed(database.backend):
        database.read(database.refuse_unfit_to_decide)
    assert (database.backend.is_there(), SqliteBackend(tmp_path / "none.db").is_there()) == (True, False)
    assert SqliteBackend(tmp_path / "none.db").schema() == ""


def test_the_file_is_its_owners_only_and_the_settings_are_the_safe_ones(tmp_path: Path, database: Database) -> None:
    assert stat.S_IMODE((tmp_path / "limen.db").stat().st_mode) == 0o600

    def pragmas(transaction: Transaction) -> list[object]:
        ask = transaction.connection.exec_driver_sql
        return [ask(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert database.write(pragmas) == ["wal", 2, 1]


def test_a_writer_in_another_process_is_waited_for(tmp_path: Path, database: Database) -> None:
    other = sqlite3.connect(tmp_path / "limen.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.execute, ["COMMIT"])
    release.start()
    assert database.write(lambda t: t.changed("person", "p1")) == 1
    release.join()
    other.close()


def test_a_writer_in_another_process_is_not_waited_for_without_end(tmp_path: Path, database: Database) -> None:
    database.write(lambda transaction: transaction.connection.exec_driver_sql("PRAGMA busy_timeout = 50"))
    file = database.read(lambda snapshot: snapshot.connection.exec_driver_sql("PRAGMA database_list").all()[0][2])
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusyError, match="Another program"):
            database.write(lambda transaction: transaction.changed("person", "p1"))
        other.execute("ROLLBACK")
    assert database.write(lambda transaction: transaction.changed("person", "p1")) == 1


def test_no_room_is_said_and_nothing_of_it_stays(database: Database) -> None:
    def no_more_pages(transaction: Transaction) -> None:
        pages = transaction.connection.exec_driver_sql("PRAGMA page_count").scalar()
        transaction.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    database.write(no_more_pages)
    with pytest.raises(DatabaseFullError, match="disk is full"):
        database.write(lambda transaction: [transaction.changed("person", "x" * 5_000) for _ in range(50)])
    assert database.read(lambda snapshot: snapshot.seq) == 0
