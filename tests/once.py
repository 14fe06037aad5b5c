"""What is a pure function of texts is done once by each worker, not once by each test: it takes longer than most tests.

What people wrote is parsed by a child process, tables are made by migrations, pages are compiled, and what each of some
hundred pages is handed is read from its function. Whoever tests one of these themselves is answered anew: only what was
done before with the very same texts or functions, to its end, is remembered.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from types import FunctionType
from typing import Any

import jinja2
import pytest
from jinja2.bccache import Bucket, BytecodeCache
from tests.warm_parser import WarmParser

from limen.company import child

PARSER = WarmParser()
"""This worker's."""

Parsed = tuple[dict[str, dict[str, Any]] | None, list[Any]]


def remember_what_is_pure(patch: pytest.MonkeyPatch) -> None:
    """Tables only where some test imported what makes them: that is slow to import, and most folders don't need it."""
    patch.setattr(child, "subprocess", PARSER)
    patch.setattr(child, "_run", parsed_once(child._run))
    patch.setattr(jinja2.Environment, "__init__", compiled_once(jinja2.Environment.__init__, Compiled()))
    if wanting := sys.modules.get("fastapi.dependencies.utils"):
        read = read_once(wanting.get_dependant)
        patch.setattr(wanting, "get_dependant", read)
        patch.setattr("fastapi.routing.get_dependant", read)
        patch.setattr("fastapi.routing.get_typed_return_annotation", given_once(wanting.get_typed_return_annotation))
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


def read_once(get_dependant: Callable[..., Any]) -> Callable[..., Any]:
    """What a page's function wants to be handed. Each site makes its functions anew, of the same code."""
    found: dict[tuple[Any, ...], Any] = {}

    def read(*, path: str, call: Any, **more: Any) -> Any:
        function = getattr(call, "__func__", call)
        if not is_all_in_code(function):
            return get_dependant(path=path, call=call, **more)
        key = path, function.__code__, function is call, repr(more)
        if key not in found:
            found[key] = get_dependant(path=path, call=call, **more)
        one = found[key]
        lists = {name: [*value] for name in one.__slots__ if isinstance(value := getattr(one, name), list)}
        return replace(one, call=call, **lists)

    return read


def given_once(type_of: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """What a page's function says that it gives back."""
    found: dict[Any, Any] = {}

    def given(call: Any) -> Any:
        if not is_all_in_code(call):
            return type_of(call)
        if call.__code__ not in found:
            found[call.__code__] = type_of(call)
        return found[call.__code__]

    return given


def is_all_in_code(function: Any) -> bool:
    """Whether two functions of this one's code have the same signature."""
    in_code = type(function) is FunctionType and not (function.__defaults__ or function.__kwdefaults__)
    return in_code and not hasattr(function, "__wrapped__")


def made_once(upgrade: Callable[..., None]) -> Callable[..., None]:
    """The statements that a database was left with, said again to the next empty one; one with data is brought over."""
    statements: dict[tuple[str, str], list[str]] = {}

    def make(connection: Any, to: str = "head") -> None:
        if connection.dialect.name != "sqlite" or _tables(connection):
            return upgrade(connection, to)
        from limen.storage.upgrade import newest_version

        made = to, newest_version()  # a part from elsewhere may go on with the line
        if made not in statements:
            upgrade(connection, to)
            if all(table == "alembic_version" or not _rows(connection, table) for table in _tables(connection)):
                version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
                said = f"INSERT INTO alembic_version VALUES ('{version}')"
                statements[made] = [*connection.exec_driver_sql(_STATEMENTS).scalars(), said]
        else:
            for statement in statements[made]:
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
