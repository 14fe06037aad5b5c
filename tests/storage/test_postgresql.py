"""What PostgreSQL does its own way, held against a real server."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from tests.postgresql import Cluster

from limen.storage import Database, Keyring, Transaction
from limen.storage.backend import backend_of
from limen.storage.errors import (
    DatabaseBusyError,
    DatabaseGoneError,
    DatabaseReadOnlyError,
    DatabaseUnfitError,
)
from limen.storage.postgresql import PostgresqlBackend
from limen.storage.tables import changes
from limen.storage.upgrade import newest_version

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


def test_an_empty_database_gets_its_tables(postgresql: Cluster) -> None:
    with postgresql.database() as url:
        backend = backend_of(url)
        assert (backend.is_there(), backend.schema()) == (False, "")
        Database.open(url).close()
        assert (backend.is_there(), backend.schema()) == (True, newest_version())
        assert backend.counts()["changes"] == 0
        assert backend.size_bytes() > 1_000_000


def test_a_writer_is_not_waited_for_without_end(postgresql: Cluster) -> None:
    with postgresql.database(like="pattern") as url:
        database, other = Database.open(f"{url}&options=-c%20lock_timeout%3D100"), Database.open(url)

        def refused(transaction) -> None:
            del transaction
            with pytest.raises(DatabaseBusyError):
                change(database)

        other.write(refused)
        assert change(database) == 1
        database.close()
        other.close()


def test_who_stands_still_in_a_transaction_holds_nobody_up(url: str, database: Database) -> None:
    other, stood = Database.open(url), threading.Event()

    def stands_still(transaction: Transaction) -> None:
        transaction.changed("person", "never")
        stood.set()
        go_on.wait(20)
        transaction.changed("person", "never")

    go_on = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(database.write, stands_still)
        assert stood.wait(5)
        assert change(other, "p2") > 0
        go_on.set()
        with pytest.raises((DatabaseBusyError, DatabaseGoneError)):
            stopped.result()
    assert other.read(lambda s: s.connection.scalars(select(changes.c.key)).all()) == ["p2"]
    assert change(database, "p3") > 0
    other.close()


def test_what_is_only_to_be_read_is_neither_written_nor_decided_by(postgresql: Cluster) -> None:
    with postgresql.database(like="pattern") as url:
        database = Database.open(url)
        name = url.partition("@/")[2].partition("?")[0]
        postgresql.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        postgresql.sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        with pytest.raises(DatabaseReadOnlyError):
            change(database)
        with pytest.raises(DatabaseReadOnlyError):
            database.read(database.refuse_unfit_to_decide)
        assert database.read(lambda snapshot: snapshot.seq) == 0
        with pytest.raises(DatabaseReadOnlyError):
            Database.open(url)
        database.close()


def test_another_encoding_is_refused_with_what_to_do(postgresql: Cluster) -> None:
    postgresql.sql("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(DatabaseUnfitError) as refused:
        Database.open(postgresql.url("latin"))
    assert "UTF8" in refused.value.fix


def test_a_database_of_another_time_zone_date_style_and_durability_is_used_like_any(postgresql: Cluster) -> None:
    with postgresql.database(like="pattern") as url:
        name = url.partition("@/")[2].partition("?")[0]
        for setting in ("timezone = 'Asia/Kathmandu'", "datestyle = 'SQL, DMY'", "synchronous_commit = off"):
            postgresql.sql(f"ALTER DATABASE {name} SET {setting}")
        postgresql.sql(f"ALTER DATABASE {name} SET client_encoding = 'LATIN1'")
        database = Database.open(url)
        change(database, "Łucja ✓")
        assert database.read(lambda snapshot: snapshot.connection.scalar(select(changes.c.key))) == "Łucja ✓"
        ask = ("timezone", "synchronous_commit", "client_encoding")
        settings = database.write(
            lambda transaction: [transaction.connection.exec_driver_sql(f"SHOW {one}").scalar() for one in ask]
        )
        assert settings == ["UTC", "on", "UTF8"]
        database.close()


def test_a_server_that_is_not_there_is_named_without_the_password(tmp_path) -> None:
    backend = PostgresqlBackend(backend_of("postgresql://limen@nowhere.invalid/limen").address, lambda: "tidal marble")  # type: ignore[attr-defined]
    for look in (backend.is_there, backend.writer, backend.counts):
        with pytest.raises(DatabaseGoneError) as gone:
            look()
        assert "nowhere.invalid" in gone.value.what
        assert "tidal" not in f"{gone.value!r} {gone.value.__cause__!r} {gone.value.__cause__} {backend!r}"


def test_the_numbers_go_on_where_they_were(database: Database) -> None:
    assert database.read(lambda snapshot: database.backend.drawn(snapshot.connection)) == {}
    change(database)
    drawn = database.read(lambda snapshot: database.backend.drawn(snapshot.connection))
    assert drawn == {"changes": 1}
    database.write(lambda t: database.backend.draw_after(t.connection, {"changes": 40}))
    assert change(database) == 41


def test_it_is_examined_and_the_key_that_opens_it_is_known(database: Database) -> None:
    backend = database.backend
    assert backend.key_opens(b"k" * 32) is None
    Keyring.open(database, b"k" * 32)
    change(database)
    examined = backend.examine(5)
    assert (examined.version, examined.damage) == (newest_version(), ())
    assert backend.examine(0).damage is None
    assert (backend.key_opens(b"k" * 32), backend.key_opens(b"x" * 32)) == (True, False)
