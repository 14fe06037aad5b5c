from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine

import limen
from limen.storage import Database, kept_briefly, metadata
from limen.storage.errors import DatabaseUnfitError
from limen.storage.upgrade import newest_version, stored_version
from limen.storage.workers import TABLE as WORKERS


def test_a_new_database_is_at_the_newest_version(where: str) -> None:
    database = Database.open(where)
    assert database.read(lambda s: stored_version(s.connection)) == newest_version()
    database.close()


def test_migrations_make_exactly_the_tables_that_the_code_declares(where: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    above = Path(limen.__file__).parent
    for pattern in ("**/store.py", "**/*_store.py", "**/kept_*.py", "*/store/[!_]*.py"):
        for store in above.glob(pattern):
            importlib.import_module("limen." + ".".join(store.relative_to(above).with_suffix("").parts))
    database = Database.open(where)
    ours = {"include_name": lambda name, kind, _parents: (kind, name) != ("table", WORKERS)}  # it makes its own
    declared = MetaData(naming_convention=metadata.naming_convention)
    beside = () if database.backend.file is not None else (kept_briefly.kept_briefly,)  # SQLite: in a file of its own
    for table in (*metadata.sorted_tables, *beside):
        table.to_metadata(declared)
    difference = database.read(
        lambda s: compare_metadata(MigrationContext.configure(s.connection, opts=ours), declared)
    )
    database.close()
    assert difference == []


def test_alembic_is_not_loaded_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    Database.open(tmp_path / "x.db").close()
    program = """
import sys
from limen.storage import Database
Database.open(sys.argv[1]).close()
print("alembic" in sys.modules)
"""
    command = [sys.executable, "-c", program, str(tmp_path / "x.db")]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_database_of_a_newer_limen_is_left_alone(tmp_path: Path) -> None:
    Database.open(tmp_path / "x.db").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(DatabaseUnfitError, match="9999"):
        Database.open(tmp_path / "x.db")


def test_each_migration_follows_the_one_before_it() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    from limen.storage.upgrade import MIGRATIONS

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    line = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert line == [f"{n:04d}" for n in range(len(line), 0, -1)]
