from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from limen.storage import Database, Keyring
from limen.storage.database_check import examine_database, key_opens, refuse_damage, schema_of
from limen.storage.errors import DatabaseUnfitError
from limen.storage.upgrade import newest_version


def test_an_open_and_a_closed_database_are_read_alike(tmp_path: Path) -> None:
    file, key = tmp_path / "limen.db", os.urandom(32)
    database = Database.open(file)
    assert key_opens(file, key) is None
    Keyring.open(database, key)
    for _ in range(2):
        examined = examine_database(file, 5)
        assert (examined.version, examined.damage, examined.is_newer) == (newest_version(), (), False)
        assert key_opens(file, key) is True
        assert key_opens(file, os.urandom(32)) is False
        database.close()


def test_time_that_is_up_is_said_and_what_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "large.db"
    with sqlite3.connect(file) as one:
        one.execute("CREATE TABLE t (a)")
        one.executemany("INSERT INTO t VALUES (?)", [("x" * 100,)] * 20_000)
    one.close()
    assert examine_database(file, 0).damage is None
    assert examine_database(file, 5).version == ""
    file.write_text("no database" * 100)
    with pytest.raises(DatabaseUnfitError, match="can't be read"):
        examine_database(file, 5)


def test_what_is_no_sound_database_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + b"x" * 5_000)
    with pytest.raises(DatabaseUnfitError):
        refuse_damage(tmp_path / "x.db")
    with pytest.raises(DatabaseUnfitError):
        schema_of(tmp_path / "none.db")
