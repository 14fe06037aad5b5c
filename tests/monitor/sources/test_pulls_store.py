"""Where each log goes on, on both engines."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from limen.monitor.sources import pulls_store
from limen.storage import Database


@pytest.fixture
def database(where: str) -> Iterator[Database]:
    opened = Database.open(where)
    yield opened
    opened.close()


def keep(database: Database, place: str, log: str, cursor: str) -> None:
    database.write(lambda t: pulls_store.keep_cursor(t.connection, "git", place, log, cursor, 1))


def test_a_place_is_of_one_log_at_one_address(database: Database) -> None:
    keep(database, "github harbor", "audit_log", "1")
    keep(database, "github harbor", "audit_log", "2")
    keep(database, "github harbor", "other", "x" * 9_000)
    found = database.read(lambda s: pulls_store.cursors(s.connection, "git", "github harbor"))
    assert found == {"audit_log": "2", "other": "x" * 9_000}
    assert database.read(lambda s: pulls_store.cursors(s.connection, "git", "github evil")) == {}
    keep(database, "github evil", "audit_log", "3")
    assert "audit_log" not in database.read(lambda s: pulls_store.cursors(s.connection, "git", "github harbor"))


def test_all_of_a_service_is_forgotten(database: Database) -> None:
    keep(database, "github harbor", "audit_log", "1")
    database.write(lambda t: pulls_store.ASKED.ended(t.connection, "okta", 1))
    assert database.read(lambda s: pulls_store.sources(s.connection)) == {"git", "okta"}
    for name in ("git", "okta"):
        database.write(lambda t, one=name: pulls_store.forget(t.connection, one))
    assert database.read(lambda s: pulls_store.sources(s.connection)) == set()
