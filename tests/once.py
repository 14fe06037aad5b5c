"""What is a pure function of texts is done once by each worker, not once by each test: it takes longer than most tests.

What people wrote is parsed by a child process, tables are made by migrations, pages are compiled. Whoever tests one of
these themselves is answered anew: only what was done before with the very same texts, to its end, is remembered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import jinja2
import pytest
from jinja2.bccache import Bucket, BytecodeCache

from limen.company import child

Parsed = tuple[dict[str, dict[str, Any]] | None, list[Any]]


def remember_what_is_pure(patch: pytest.MonkeyPatch) -> None:
    """Tables only where some test imported what makes them: that is slow to import, and most folders don't need it."""
    patch.setattr(child, "_run", parsed_once(child._run))
    patch.setattr(jinja2.Environment, "__init__", compiled_once(jinja2.Environment.__init__, Compiled()))
    if upgrade := sys.modules.get("limen.storage.upgrade"):
        patch.setattr(upgrade, "_upgrade", made_once(upgrade._upgrade))


def parsed_once(run: Callable[[dict[str, Any], float], Parsed]) -> Callable[[dict[str, Any], float], Parsed]:
    """What a child found in the same texts before, as a copy of its own; whatever went wrong is tried anew."""
    found: dict[str, str] = {}

    def parse(order: dict[str, Any], ends_at: float) -> Parsed:
        asked = json.dumps(order)
        if asked not in found:
            files, at = run(order, ends_at)
            if files is None:
                return files, at
            found[asked] = json.dumps(files)
        return json.loads(found[asked]), []

    return parse


def made_once(upgrade: Callable[..., None]) -> Callable[..., None]:
    """The statements that a database was left with, said again to the next empty one; one with data is brought over."""
    statements: dict[str, list[str]] = {}

    def make(connection: Any, to: str = "head") -> None:
        if connection.dialect.name != "sqlite" or _tables(connection):
            return upgrade(connection, to)
        if to not in statements:
            upgrade(connection, to)
            if all(table == "alembic_version" or not _rows(connection, table) for table in _tables(connection)):
                version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
                made = f"INSERT INTO alembic_version VALUES ('{version}')"
                statements[to] = [*connection.exec_driver_sql(_STATEMENTS).scalars(), made]
        else:
            for statement in statements[to]:
                connection.exec_driver_sql(statement)
        return None

    return make


_STATEMENTS = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


def _tables(connection: Any) -> list[str]:
    return list(connection.exec_driver_sql(_TABLES).scalars())


def _rows(connection: Any, table: str) -> int:
    return int(connection.exec_driver_sql(f'SELECT count(*) FROM "{table}"').scalar())


class Compiled(BytecodeCache):
    """Compiled templates in memory; jinja compares the template's text before it takes one."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._code.get(bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


def compiled_once(begin: Callable[..., None], compiled: Compiled) -> Callable[..., None]:
    def begun(self: jinja2.Environment, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self.bytecode_cache = self.bytecode_cache or compiled

    return begun
