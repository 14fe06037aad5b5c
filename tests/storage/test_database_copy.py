from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from limen.storage import Database
from limen.storage.database_check import counts_of, schema_of
from limen.storage.database_copy import copy_database, put_back
from limen.storage.upgrade import newest_version


def test_a_copy_is_as_of_one_instant_while_others_write(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "limen.db")
    database.write(lambda t: t.changed("a", "b"))
    wrote: list[int] = []

    def told(_done: int, _all: int) -> None:
        if not wrote:
            wrote.append(database.write(lambda t: t.changed("late", "one")))

    def then() -> str:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            sqlite3.connect(tmp_path / "limen.db", timeout=0, isolation_level=None).execute("BEGIN IMMEDIATE")
        return "that instant"

    assert copy_database(tmp_path / "limen.db", tmp_path / "copy.db", then, told) == "that instant"
    assert wrote
    assert counts_of(tmp_path / "copy.db")["changes"] == 1
    assert schema_of(tmp_path / "copy.db") == newest_version()
    assert sorted(one.name for one in tmp_path.glob("copy*")) == ["copy.db"]
    put_back(tmp_path / "copy.db", tmp_path / "limen.db")
    assert database.read(lambda s: s.seq) == 1
    database.close()
