from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from limen.events import Event
from limen.storage import Database, Transaction
from limen.storage.database import read_as_it_lies
from limen.storage.errors import DatabaseReadOnlyError
from limen.storage.tables import changes, outbox

SAID = Event(at=5, kind="session.revoked", actor="p1")


def test_what_a_transaction_changed_and_said_is_there_after_it(database: Database) -> None:
    def work(transaction: Transaction) -> tuple[int, Event]:
        return transaction.changed("person", "p1"), transaction.say(SAID)

    seq, said = database.write(work)
    assert database.read(lambda s: s.seq) == seq == 1
    ((event_id, written),) = database.read(lambda s: s.connection.execute(select(outbox.c.id, outbox.c.event)).all())
    assert event_id == said.id
    assert msgspec.json.decode(written, type=Event) == said


def test_nothing_of_a_transaction_that_raises_stays(database: Database) -> None:
    def work(transaction: Transaction) -> None:
        transaction.changed("person", "p1")
        transaction.say(SAID)
        raise KeyError

    with pytest.raises(KeyError):
        database.write(work)
    assert database.read(lambda s: s.seq) == 0
    assert database.read(lambda s: s.connection.execute(select(outbox)).all()) == []
    assert database.write(lambda t: t.changed("person", "p1")) <= 2  # PostgreSQL leaves out what was drawn in vain


def test_an_event_keeps_the_id_it_brings(database: Database) -> None:
    brought = msgspec.structs.replace(SAID, id="a" * 24)
    assert database.write(lambda t: t.say(brought)) == brought


def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises((OperationalError, DatabaseReadOnlyError)):
        database.read(lambda s: s.connection.execute(changes.delete()))


def test_a_reader_sees_one_moment_however_long_it_reads(database: Database) -> None:
    def work(snapshot) -> tuple[int, int]:
        before = snapshot.seq
        database.write(lambda t: t.changed("person", "p1"))
        return before, snapshot.seq

    assert database.read(work) == (0, 0)
    assert database.read(lambda s: s.seq) == 1


def test_a_transaction_inside_another_is_an_error_not_a_deadlock(database: Database) -> None:
    with pytest.raises(RuntimeError, match="inside another"):
        database.write(lambda _: database.write(lambda t: t.changed("a", "b")))


def test_watchers_hear_of_commits_and_only_of_those(database: Database) -> None:
    heard: list[int] = []
    stop = database.watch(lambda: heard.append(database.changed_seq))
    database.write(lambda t: t.changed("person", "p1"))
    database.write(lambda _: None)
    stop()
    database.write(lambda t: t.changed("person", "p1"))
    assert set(heard) - {0} == {1}  # PostgreSQL tells once more what this process knows already


def test_who_writes_hears_of_it_once_and_whoever_else_has_it_open_as_well(where: str) -> None:
    heard: list[str] = []
    with closing(Database.open(where)) as writer, closing(Database.open(where)) as other:
        heard_there = threading.Event()
        writer.watch(lambda: heard.append(threading.current_thread().name))
        other.watch(heard_there.set)
        for at in range(20):
            heard_there.clear()
            writer.write(lambda transaction, at=at: transaction.changed("person", f"p_{at}"))  # type: ignore[misc]
            assert heard_there.wait(60)
        own = threading.current_thread().name
        assert heard.count(own) == 20
        assert len(heard) <= 21  # a server's listener tells once when it begins
        heard_here = threading.Event()
        writer.watch(heard_here.set)
        other.write(lambda transaction: transaction.changed("person", "p_20"))
        assert heard_here.wait(60)


async def test_transactions_can_be_awaited_and_many_at_once_lose_nothing(database: Database) -> None:
    seqs = await asyncio.gather(*(database.writing(lambda t: t.changed("person", "p")) for _ in range(20)))
    assert sorted(seqs) == list(range(1, 21))
    assert await database.reading(lambda s: s.seq) == 20


async def test_work_runs_outside_the_event_loops_thread(database: Database) -> None:
    threads = {
        await database.writing(lambda _: threading.get_ident()),
        await database.reading(lambda _: threading.get_ident()),
    }
    assert threading.get_ident() not in threads


def test_a_url_and_a_path_open_the_same_database(tmp_path: Path) -> None:
    first = Database.open(tmp_path / "x.db")
    first.write(lambda t: t.changed("person", "p1"))
    first.close()
    second = Database.open(f"sqlite:///{tmp_path / 'x.db'}")
    assert second.read(lambda s: s.seq) == 1
    second.close()


def test_a_file_is_read_as_it_lies_without_a_byte_written(tmp_path: Path) -> None:
    path = tmp_path / "a b" / "limen.db"
    database = Database.open(path)
    database.write(lambda transaction: transaction.changed("person", "p1"))
    database.close()
    before = {one.name: one.stat().st_mtime_ns for one in path.parent.iterdir()}
    path.parent.chmod(0o500)
    found = read_as_it_lies(path, lambda snapshot: snapshot.connection.execute(select(changes.c.key)).scalars().all())
    assert found == ["p1"]
    with pytest.raises(OperationalError):
        read_as_it_lies(path, lambda snapshot: snapshot.connection.execute(changes.delete()))
    path.parent.chmod(0o700)
    assert {one.name: one.stat().st_mtime_ns for one in path.parent.iterdir()} == before
    with pytest.raises(OperationalError):
        read_as_it_lies(tmp_path / "none.db", lambda snapshot: snapshot.seq)
