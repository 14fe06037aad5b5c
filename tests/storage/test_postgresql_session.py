"""The kept connections, held against a real server: what is heard of others, and who may be the one server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from tests.postgresql import Cluster

from limen.storage import Database
from limen.storage.errors import DatabaseTakenError

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
    assert heard.wait(60)  # it listens
    for _ in range(2):
        heard.clear()
        change(other)
        assert heard.wait(60)
        heard.clear()
        postgresql.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
        assert heard.wait(60)  # it listens again
    stop()
    other.close()


def test_two_databases_of_one_company_have_one_server(url: str, database: Database) -> None:
    database.claim()
    assert database.read(database.refuse_unfit_to_decide) is True
    assert database.read(database.refuse_unfit_to_decide) is False
    other = Database.open(url)
    with pytest.raises(DatabaseTakenError):
        other.claim()
    other.close()
    database.close()
    again = Database.open(url)
    again.claim()
    again.close()


def test_a_claim_that_was_lost_is_made_again_and_whoever_took_it_keeps_it(
    postgresql: Cluster, url: str, database: Database
) -> None:
    held = "SELECT FROM pg_locks WHERE locktype = 'advisory'"
    lose = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
    database.claim()
    database.read(database.refuse_unfit_to_decide)
    postgresql.sql(lose)
    assert database.read(database.refuse_unfit_to_decide) is True
    postgresql.sql(lose)
    other = Database.open(url)
    assert until(lambda: not postgresql.sql(held))
    other.claim()
    with pytest.raises(DatabaseTakenError):
        database.read(database.refuse_unfit_to_decide)
    other.close()
    assert database.read(database.refuse_unfit_to_decide) is True
