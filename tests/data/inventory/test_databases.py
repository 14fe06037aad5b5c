"""A real PostgreSQL, walked through as a role that may only read; and what a hostile database tries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.data.inventory.inventories import NOW, taking
from tests.postgresql import Cluster

from limen.data.inventory import databases
from limen.data.inventory.connecting import NO_PASSWORD
from limen.data.inventory.databases import Database, DatabaseWalker, database_at
from limen.data.inventory.folders import WalkError
from limen.data.inventory.model import Audience, Gone, Item, Store, StoreKind, Unreadable
from limen.data.inventory.service import keep_secret
from limen.facts import Label
from limen.pillars import pillars
from limen.storage import Database as Kept, Keyring

MADE = """
CREATE SCHEMA hr;
CREATE TABLE hr.people (id int PRIMARY KEY, name text, iban varchar(40), born date, "Card Number" int8);
INSERT INTO hr.people VALUES (1, 'Mia', 'DE89370400440532013000', '1990-01-01', 4111111111111111);
INSERT INTO hr.people VALUES (2, 'Tom', NULL);
CREATE TABLE hr.notes (note jsonb);
INSERT INTO hr.notes VALUES ('{"secret": "x"}');
CREATE TABLE hr.hidden (salary text);
GRANT USAGE ON SCHEMA hr TO limen_reader;
GRANT SELECT ON hr.people TO limen_reader;
GRANT SELECT ON hr.notes TO PUBLIC;
"""
SPRING = """CREATE FUNCTION hr.spring(text) RETURNS bool LANGUAGE plpgsql AS
'BEGIN INSERT INTO hr.trap VALUES (1); RETURN true; END'
"""


@pytest.fixture
def erp(postgresql: Cluster) -> Iterator[tuple[Cluster, str, Database]]:
    with postgresql.database() as url:
        name = url.split("/", 3)[3].partition("?")[0]
        postgresql.sql("DROP ROLE IF EXISTS limen_reader; CREATE ROLE limen_reader LOGIN")
        for statement in MADE.split(";\n"):
            if statement.strip():
                postgresql.sql(statement, name)
        yield postgresql, name, replace(database_at(url), user="limen_reader")
        postgresql.sql("DROP OWNED BY limen_reader", name)


async def items(database: Database, cursor: str = "") -> dict[str, Item]:
    return {item.path: item async for batch in DatabaseWalker(database).batches(cursor) for item in batch.items}


async def sampled(database: Database, path: str) -> bytes:
    walker = DatabaseWalker(database)
    found = {item.path: item async for batch in walker.batches("") for item in batch.items}
    return b"".join([piece async for piece in walker.body(found[path])])


async def test_each_column_that_may_be_read_is_an_item(erp: tuple[Cluster, str, Database]) -> None:
    found = await items(erp[2])
    assert list(found) == ["hr/notes/note", "hr/people/name", "hr/people/iban", "hr/people/Card Number"]
    assert [one.audience for one in found.values()] == [Audience.COMPANY] + [Audience.NAMED] * 3
    assert await sampled(erp[2], "hr/people/Card Number") == b"Card Number: 4111111111111111\n"
    assert await sampled(erp[2], "hr/people/iban") == b"iban: DE89370400440532013000\n"


async def test_a_walk_goes_on_and_what_is_written_changes_the_etag(
    erp: tuple[Cluster, str, Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster, name, database = erp
    monkeypatch.setattr(databases, "AT_ONCE", 2)
    batches = [one async for one in DatabaseWalker(database).batches("")]
    assert [len(one.items) for one in batches] == [2, 2]
    assert list(await items(database, batches[0].cursor)) == ["hr/people/iban", "hr/people/Card Number"]
    assert list(await items(database, '["hr","gone","x"]')) == list(await items(database))
    before = (await items(database))["hr/people/name"].etag
    cluster.sql("UPDATE hr.people SET name = 'Ida' WHERE id = 1", name)
    cluster.sql("SELECT pg_stat_force_next_flush()", name)
    assert (await items(database))["hr/people/name"].etag != before


async def test_a_large_table_is_sampled(erp: tuple[Cluster, str, Database]) -> None:
    cluster, name, database = erp
    cluster.sql("INSERT INTO hr.people SELECT n, repeat('x', 400), 'y' FROM generate_series(10, 20000) n", name)
    cluster.sql("ANALYZE hr.people", name)
    lines = (await sampled(database, "hr/people/iban")).splitlines()
    assert 100 < len(lines) <= databases.MOST_ROWS


async def test_nothing_of_the_databases_own_runs_and_nothing_is_written(erp: tuple[Cluster, str, Database]) -> None:
    cluster, name, database = erp
    for statement in (
        "CREATE TABLE hr.trap (n int)",
        "GRANT ALL ON hr.trap TO limen_reader",
        SPRING,
        "CREATE VIEW hr.bait AS SELECT name FROM hr.people WHERE hr.spring(name)",
        "GRANT SELECT ON hr.bait TO limen_reader",
        "ALTER TABLE hr.people ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY trap ON hr.people USING (hr.spring(name))",
        'CREATE TABLE hr."x\'; DROP TABLE hr.people; --" ("a""b" text)',
        "INSERT INTO hr.\"x'; DROP TABLE hr.people; --\" VALUES ('fine')",
        "GRANT SELECT ON ALL TABLES IN SCHEMA hr TO limen_reader",
    ):
        cluster.sql(statement, name)
    found = await items(database)
    assert not any("bait" in path for path in found)
    with pytest.raises(Unreadable):
        await sampled(database, "hr/people/name")
    evil = next(path for path in found if "DROP" in path)
    assert await sampled(database, evil) == b'a"b: fine\n'
    assert cluster.sql("SELECT count(*) FROM hr.trap", name) == [(0,)]
    assert cluster.sql("SELECT count(*) FROM hr.people", name) == [(2,)]


async def test_a_table_that_somebody_holds_keeps_nobody_waiting(erp: tuple[Cluster, str, Database]) -> None:
    cluster, name, database = erp
    words = {"host": str(cluster.folder / "run"), "user": "limen", "dbname": name}
    with psycopg.connect(**words) as holding:
        holding.execute("LOCK TABLE hr.people IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(Unreadable):
            await sampled(database, "hr/people/name")
        holding.rollback()


async def test_a_column_that_is_gone(erp: tuple[Cluster, str, Database]) -> None:
    cluster, name, database = erp
    walker = DatabaseWalker(database)
    found = {item.path: item async for batch in walker.batches("") for item in batch.items}
    cluster.sql("ALTER TABLE hr.people DROP COLUMN name", name)
    for item in (found["hr/people/name"], Item('["a","b","c"]', "a/b/c", 0, 0, "")):
        with pytest.raises(Gone):
            [piece async for piece in walker.body(item)]


async def test_what_the_server_says_is_in_no_error(erp: tuple[Cluster, str, Database]) -> None:
    with pytest.raises(WalkError) as wrong:
        await items(replace(erp[2], user="nobody_here", password="hunter2"))
    assert "nobody_here" not in str(wrong.value)
    assert "hunter2" not in repr(replace(erp[2], password="hunter2"))


async def test_inventory_is_taken_of_a_database_with_the_secret_that_was_stored_for_it(
    erp: tuple[Cluster, str, Database], tmp_path: Path
) -> None:
    pillars()
    cluster, name, database = erp
    where = f"postgresql://{database.user}@/{name}?host={cluster.folder / 'run'}"
    store = Store("erp", StoreKind.POSTGRESQL, where, Label.INTERNAL)
    kept = Kept.open(f"sqlite:///{tmp_path / 'limen.db'}")
    took, keyring = taking(kept, store), Keyring.open(kept, b"m" * 32)
    kept.write(lambda t: keep_secret(t, keyring, store, NO_PASSWORD, NOW, by="p_ada"))
    await took.inventory.take(store)
    cards = took.items()["hr/people/Card Number"]
    assert (took.told.said, len(took.items()), cards.label) == ([], 4, Label.CONFIDENTIAL)
    cluster.sql("INSERT INTO hr.people VALUES (3, '4111 1111 1111 1111', NULL)", name)
    cluster.sql("SELECT pg_stat_force_next_flush()", name)
    await took.inventory.take(store)
    assert took.items()["hr/people/name"].label is Label.CONFIDENTIAL
    kept.close()


def test_over_a_network_there_is_tls_and_no_plain_password() -> None:
    walker = DatabaseWalker(Database("db.harbor.example", 5432, "erp", "reader", "x"))
    said = walker._arguments()
    bound = (said["sslmode"], said["require_auth"], said["channel_binding"])
    assert bound == ("require", "scram-sha-256", "require")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "mysql://a@b/c",
        "postgresql://db/erp",
        "postgresql://a:secret@db/erp",
        "postgresql://a@db",
        "postgresql://a@db/erp?sslmode=disable",
        "postgresql://a@db/erp/more",
    ],
)
def test_what_is_no_address_of_a_database(address: str) -> None:
    with pytest.raises(ValueError):
        database_at(address)
