"""Bringing a database to the tables this Limen knows. Alembic is only imported when there is something to do."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import Connection, Engine

from limen.declared import Declared
from limen.storage.errors import DatabaseOlderError, DatabaseUnfitError

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_FOLDERS: Declared[Path] = Declared("folder of migrations", {"": MIGRATIONS / "versions"})
"""Where migrations lie: Limen's own, then those of parts from elsewhere, which continue the same line of numbers."""
_NAME = re.compile(r"(\d{4})_\w+\.py")


def newest_version() -> str:
    """The version that the newest migration leads to: its file's number, which is also its Alembic revision."""
    return max(found[1] for found in map(_NAME.fullmatch, _names()) if found)


def stored_version(connection: Connection) -> str:
    """The version a database is at; "" for an empty one."""
    if not connection.dialect.has_table(connection, "alembic_version"):
        return ""
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() or ""


def upgrade_if_needed(engine: Engine, *, may_upgrade: bool = False) -> None:
    """Make the tables of an empty database; with `may_upgrade` apply what is missing to one with data. All or none.

    Raises DatabaseUnfitError when a newer Limen was here, DatabaseOlderError where it may not upgrade.
    """
    newest = newest_version()
    with engine.begin() as connection:
        stored = stored_version(connection)
        refuse_newer(stored)
        if stored and stored < newest and not may_upgrade:
            raise DatabaseOlderError(
                f"the database is at version {stored}, but this Limen needs {newest}",
                "`limen upgrade` upgrades it, with a rehearsal and a way back; nothing was changed",
            )
        if stored < newest:
            _upgrade(connection)


def make_tables(connection: Connection, version: str) -> None:
    """Make the tables of an empty database as they were at `version`. Raises DatabaseUnfitError for a newer one."""
    refuse_newer(version)
    if version:
        _upgrade(connection, version)


def refuse_newer(stored: str) -> None:
    """Raises DatabaseUnfitError for a version that this Limen does not know."""
    newest = newest_version()
    if stored > newest:
        raise DatabaseUnfitError(
            f"the database is at version {stored}, but this Limen only supports up to {newest}",
            "run the newer Limen; to stay with this one, go back with the newer Limen's `limen upgrade --back`",
        )


def _names() -> list[str]:
    return [file.name for folder in MIGRATION_FOLDERS.values() for file in folder.iterdir()]


def _upgrade(connection: Connection, to: str = "head") -> None:
    from alembic import command  # noqa: PLC0415 -- heavy, and not needed at most starts
    from alembic.config import Config  # noqa: PLC0415 -- heavy

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", "\n".join(map(str, MIGRATION_FOLDERS.values())))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
