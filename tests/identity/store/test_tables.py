"""The tables that the code declares are the ones that the migrations make."""

from __future__ import annotations

from sqlalchemy import Table, inspect

from limen.identity.model import Link, LinkPurpose, Workload
from limen.identity.store import links, tables
from limen.storage.database import Database
from limen.storage.rows import row_of
from limen.storage.tables import metadata


def test_the_migrations_make_exactly_the_tables_that_the_code_declares(database: Database) -> None:
    assert len(_names()) == 16
    found = database.read(lambda s: {name: inspect(s.connection).get_columns(name) for name in _names()})
    for name in _names():
        declared = metadata.tables[name].columns
        assert [column["name"] for column in found[name]] == [column.name for column in declared]
        assert [column["nullable"] for column in found[name]] == [False] * len(declared)
    uniques = database.read(lambda s: {name: inspect(s.connection).get_unique_constraints(name) for name in _names()})
    assert {name: sorted(u["column_names"][0] for u in unique) for name, unique in uniques.items() if unique} == {
        "people": ["email"],
        "links": ["token_hash"],
        "passkeys": ["credential_id"],
        "sessions": ["token_hash"],
    }


def _names() -> list[str]:
    return [name for name, table in vars(tables).items() if isinstance(table, Table)]


def test_a_value_becomes_a_row_and_comes_back_with_its_words_in_order(database: Database) -> None:
    batch = Workload("w_1", "payroll-batch", frozenset({"staff", "finance"}), frozenset({"payroll"}), active=True)
    assert row_of(batch) == {
        "id": "w_1",
        "name": "payroll-batch",
        "groups": "finance staff",
        "apps": "payroll",
        "active": True,
        "owner": "",
        "purpose": "",
        "expires_at": 0,
        "reminded_at": 0,
    }
    link = Link("l_1", LinkPurpose.RECOVERY, "p_ada", "p_ben", 5, 9)
    database.write(lambda t: links.add(t.connection, link, b"h" * 32))
    assert database.read(lambda s: links.by_id(s.connection, "l_1")) == link
