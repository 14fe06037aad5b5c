"""The kept connections, held against a real server: what is heard of others, who may use a database, and who leads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from tests.postgresql import Cluster

from limen.storage import Database
from limen.storage.backend import address_of, claimed
from limen.storage.errors import DatabaseTakenError
from limen.storage.postgresql import PostgresqlBackend
from limen.storage.postgresql_session import SERVER_LOCK, SessionClaim

pytestmark = pytest.mark.slow


@pytest.fixture
def url(postgresql: Cluster) -> Iterator[str]:
    yield postgresql.url("ready")
    postgresql.empty("ready")


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    database = Database.open(url)
    yield database
    database.close()


def change(database: Database, key: str = "p1") -> int:
    return database.write(lambda transaction: transaction.changed("person", key))


def until(is_so: Callable[[], bool]) -> bool:
    wait = threading.Event()
    return any(is_so() or wait.wait(0.02) for _ in range(250))


def test_other_processes_commits_are_heard_of_and_so_are_those_after_a_lost_connection(
    postgresql: Cluster, url: str, database: Database
) -> None:
    heard = threading.Event()
    stop = database.watch(heard.set)
    other = Database.open(url)
    assert heard.wait(5)  # it listens
    for _ in range(2):
        heard.clear()
        change(other)
        assert heard.wait(5)
        heard.clear()
        postgresql.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert heard.wait(5)  # it listens again
    stop()
    other.close()


def test_workers_share_a_database_and_nobody_else_has_it_meanwhile(url: str, database: Database) -> None:
    database.claim()
    other = Database.open(url)
    other.claim()
    with pytest.raises(DatabaseTakenError), claimed(database.backend):
        pass
    for each in (database, other):
        each.read(each.refuse_unfit_to_decide)
        each.close()
    again = Database.open(url)
    with claimed(again.backend), pytest.raises(DatabaseTakenError):
        again.claim()
    again.close()


def test_a_limen_of_before_there_were_workers_is_kept_out_and_keeps_others_out(
    postgresql: Cluster, url: str, database: Database
) -> None:
    """It takes the same lock, and for itself alone."""
    database.claim()
    older = SessionClaim(PostgresqlBackend(address_of(url)).connect, SERVER_LOCK)
    with pytest.raises(DatabaseTakenError):
        older.hold()
    postgresql.sql(LOSE)
    assert until(lambda: not postgresql.sql(HELD))
    older.hold()
    with pytest.raises(DatabaseTakenError):
        database.read(database.refuse_unfit_to_decide)
    older.close()
    database.read(database.refuse_unfit_to_decide)


HELD = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
LOSE = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"


def test_a_claim_that_was_lost_is_made_again(postgresql: Cluster, database: Database) -> None:
    database.claim()
    database.read(database.refuse_unfit_to_decide)
    postgresql.sql(LOSE)
    assert until(lambda: not postgresql.sql(HELD))
    database.read(database.refuse_unfit_to_decide)
    assert postgresql.sql(HELD)


def test_one_worker_of_all_leads(url: str, database: Database) -> None:
    one, other = database.backend.leadership(), PostgresqlBackend(address_of(url)).leadership()
    one.hold()
    one.hold()
    with pytest.raises(DatabaseTakenError):
        other.hold()
    one.close()
    other.hold()
    other.close()
