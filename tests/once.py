"""What is a pure function of texts is done once by each worker, not once by each test: it takes longer than most tests.

What people wrote is parsed by a child process, and proved by another; the same company is made of it; tables are made
by migrations, pages are compiled, and what each of some hundred pages is handed is read from its function. Whoever
tests one of these themselves is answered anew: only what was done before with the very same texts or functions, to its
end, is remembered.

Keys of RSA are no function of anything, and making one takes longer than most tests as well: a worker makes some.
"""

from __future__ import annotations

import inspect
import json
import pickle
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from threading import Lock
from types import FunctionType
from typing import Any

import jinja2
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jinja2.bccache import Bucket, BytecodeCache
from joserfc._rfc7518 import rsa_key
from tests.warm_parser import WarmParser

from limen.company import child
from limen.pillars import files

PARSER = WarmParser()
"""This worker's."""

COMPANIES = 8
"""So many different ones are remembered: each has its policies compiled."""
STATEMENTS = 4_000
SAID_OF_ALL = {"response_class", "response_description", "generate_unique_id_function", "strict_content_type"}
"""What FastAPI says of every route in the same way."""
LEFT_OUT = SAID_OF_ALL | {"methods"}
OWN = (list, dict, set)
"""What a route must not share with another one of the same code."""
RSA_KEYS = 24
"""So many that no test meets one twice."""
Parsed = tuple[dict[str, dict[str, Any]] | None, list[Any]]


def module_of(thing: Any, filename: str | None = None) -> Any:
    """As `inspect.getmodule`, which looks through all modules there are for the one of a frame that has its name at
    hand. Pydantic asks for each frame of each model that it makes: a fifth of the time in which tests are found.
    """
    named = sys.modules.get(thing.f_globals.get("__name__")) if inspect.isframe(thing) else None
    return named or _getmodule(thing, filename)


_getmodule = inspect.getmodule


def remember_what_is_pure(patch: pytest.MonkeyPatch) -> None:
    """Tables only where some test imported what makes them: that is slow to import, and most folders don't need it."""
    patch.setattr(child, "subprocess", PARSER)
    patch.setattr(child, "_run", parsed_once(child._run))
    patch.setattr(jinja2.Environment, "__init__", compiled_once(jinja2.Environment.__init__, Compiled()))
    patch.setattr(rsa, "generate_private_key", given_in_turn(rsa.generate_private_key))
    patch.setattr(rsa_key, "generate_private_key", rsa.generate_private_key)
    patch.setattr(rsa_key.RSABinding, "import_private_key", checked_once(rsa_key.RSABinding.import_private_key))
    if load := sys.modules.get("limen.company.load"):
        patch.setattr(load, "_read", company_of_once(load._read))
    if whole := sys.modules.get("limen.network.whole"):
        patch.setattr(whole.limited, "broken_nevers", proved_once(whole.limited.broken_nevers))
    if wanting := sys.modules.get("fastapi.dependencies.utils"):
        read = read_once(wanting.get_dependant)
        patch.setattr(wanting, "get_dependant", read)
        patch.setattr("fastapi.routing.get_dependant", read)
        patch.setattr("fastapi.routing.get_typed_return_annotation", given_once(wanting.get_typed_return_annotation))
        described_once(patch, sys.modules["fastapi.routing"])
    if pages := sys.modules.get("limen.web.build"):
        patch.setattr(pages, "discover", discovered_once(pages.discover))
        patch.setattr(pages, "registered", declared_once(pages.registered))
    if settings := sys.modules.get("limen.company.settings_file"):
        patch.setattr(settings, "available_timezones", cache(settings.available_timezones))
    if engines := sys.modules.get("sqlalchemy.engine.base"):
        compile_for_all(patch, engines.Engine)
    if database := sys.modules.get("limen.storage.database"):
        patch.setattr(database, "upgrade_if_needed", copied_once(database.upgrade_if_needed))


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


def company_of_once(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The company that the same texts were before, with all that it keeps of itself: its engine never changes. One with
    a problem is read anew.
    """
    found: dict[Any, Any] = {}

    def company_of(folder: Any) -> Any:
        asked = tuple(one.name for one in files()), tuple(sorted(folder.texts.items()))
        if asked in found and not folder.problems:
            found[asked] = found.pop(asked)  # the newest last
            return found[asked]
        one = read(folder)
        if one.company is not None and not folder.problems:
            found[asked] = one
            if len(found) > COMPANIES:
                del found[next(iter(found))]
        return one

    return company_of


def given_in_turn(make: Callable[..., Any]) -> Callable[..., Any]:
    """One of some keys of this size. Those that a test has made are different ones, as long as these are enough."""
    kept: dict[Any, list[Any]] = {}
    turns: dict[Any, int] = {}

    def give(public_exponent: int, key_size: int, backend: Any = None) -> Any:
        size = public_exponent, key_size
        keys, turn = kept.setdefault(size, []), turns.get(size, 0)
        turns[size] = (turn + 1) % RSA_KEYS
        if len(keys) < RSA_KEYS:
            keys.append(make(public_exponent, key_size, backend))
            return keys[-1]
        return keys[turn]

    return give


def checked_once(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A private key of RSA that was read before: that its numbers are primes takes longer than most tests."""
    found: dict[tuple[tuple[str, Any], ...], Any] = {}

    def key_of(numbers: dict[str, Any]) -> Any:
        asked = tuple(sorted(numbers.items()))
        if asked not in found:
            found[asked] = read(numbers)
        return found[asked]

    return key_of


def proved_once(broken_nevers: Callable[[Any], list[Any]]) -> Callable[[Any], list[Any]]:
    """What was found of the very same network before."""
    found: dict[bytes, list[Any]] = {}

    def proved(network: Any) -> list[Any]:
        asked = pickle.dumps(network)
        if asked not in found:
            found[asked] = broken_nevers(network)
        return [*found[asked]]

    return proved


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
        return of_function(found[key], call)

    return read


def described_once(patch: pytest.MonkeyPatch, routing: Any) -> None:
    """What FastAPI keeps of a route, where it depends on nothing but its path, its methods and its function's code. A
    route like that is made ready to answer when it is asked for the first time: a test asks some of five hundred.
    """
    found: dict[tuple[Any, ...], tuple[dict[str, Any], dict[str, Any]]] = {}
    add = routing.APIRouter.add_api_route

    def add_once(router: Any, path: str, endpoint: Any, **options: Any) -> None:
        is_other = router.tags or router.dependencies or router.responses or router.callbacks
        asked = [value for name, value in options.items() if value and value is not True and name not in LEFT_OUT]
        if is_other or asked or not is_all_in_code(endpoint) or router.route_class is not routing.APIRoute:
            return add(router, path, endpoint, **options)
        key = router.prefix + path, endpoint.__code__, endpoint.__name__, tuple(options.get("methods") or ())
        if key not in found:
            add(router, path, endpoint, **options)
            kept = {name: value for name, value in vars(router.routes[-1]).items() if name not in {"app", "endpoint"}}
            own = {name: kept.pop(name) for name in [*kept] if name == "dependant" or isinstance(kept[name], OWN)}
            found[key] = kept, own
            return None
        kept, own = found[key]
        route = object.__new__(routing.APIRoute)
        vars(route).update(kept, endpoint=endpoint, described=own)
        router.routes.append(route)
        return None

    def made_ready(route: Any, name: str) -> Any:
        own = vars(route).get("described") or {}
        if name == "app" and own:
            handler = routing.request_response(route.get_route_handler())
            route.app = routing.wrap_app_with_body_limit(handler, route.max_body_size)
        elif name == "dependant" and own:
            route.dependant = of_function(own[name], route.endpoint)
        elif name in own:
            setattr(route, name, own[name].copy())
        else:
            raise AttributeError(name)
        return vars(route)[name]

    patch.setattr(routing.APIRouter, "add_api_route", add_once)
    patch.setattr(routing.APIRoute, "__getattr__", made_ready, raising=False)


def declared_once(registered: Callable[..., Any]) -> Callable[..., Any]:
    """What the same modules declare, where they are those of Limen's packages: a test's own may say something else."""
    found: dict[Any, Any] = {}

    def of(modules: Any, templates: Any) -> Any:
        key = tuple((module.__name__, module.PAGES) for module in modules), templates
        if not all(module is sys.modules.get(module.__name__) for module in modules):
            return registered(modules, templates)
        if key not in found:
            found[key] = registered(modules, templates)
        return found[key]

    return of


def discovered_once(discover: Callable[..., Any]) -> Callable[..., Any]:
    """The page modules in the same packages."""
    found: dict[Any, list[Any]] = {}

    def of(*packages: Any) -> list[Any]:
        if packages not in found:
            found[packages] = discover(*packages)
        return [*found[packages]]

    return of


def of_function(dependant: Any, call: Any) -> Any:
    """The same for another function of the same code. Nobody's lists are shared."""
    lists = {name: [*value] for name in dependant.__slots__ if isinstance(value := getattr(dependant, name), list)}
    return replace(dependant, call=call, **lists)


def compile_for_all(patch: pytest.MonkeyPatch, engine: Any) -> None:
    """A statement is compiled once for all databases of one kind, not once for each: a test has some of its own."""
    from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
    from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
    from sqlalchemy.util import LRUCache

    together = LRUCache(STATEMENTS)
    patch.setattr(engine, "_compiled_cache", property(lambda _: together, lambda _, _own: None), raising=False)
    for dialect in (PGDialect_psycopg, SQLiteDialect_pysqlite):
        patch.setattr(dialect, "__hash__", lambda self: hash(type(self)), raising=False)
        patch.setattr(dialect, "__eq__", lambda self, other: type(self) is type(other), raising=False)


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


def copied_once(upgrade: Callable[..., None]) -> Callable[..., None]:
    """An empty database of SQLite becomes a copy, page by page, of the first that migrations made and left without a
    row. One with data is brought over in truth.
    """
    from limen.storage.upgrade import newest_version

    made: dict[str, sqlite3.Connection] = {}
    one_at_a_time = Lock()

    def copied(engine: Any, *, may_upgrade: bool = False) -> None:
        version = newest_version()  # a part from elsewhere may go on with the line
        if engine.dialect.name != "sqlite" or _sqlite(engine, _has_tables):
            return upgrade(engine, may_upgrade=may_upgrade)
        with one_at_a_time:
            if version in made:
                return _sqlite(engine, made[version].backup)
            upgrade(engine, may_upgrade=may_upgrade)
            if not _sqlite(engine, _has_rows):
                made[version] = sqlite3.connect(":memory:", check_same_thread=False)
                _sqlite(engine, lambda connection: connection.backup(made[version]))
            return None

    return copied


def _sqlite(engine: Any, work: Callable[[sqlite3.Connection], Any]) -> Any:
    """What `work` gives for a connection of this engine, outside of any transaction."""
    borrowed = engine.raw_connection()
    try:
        return work(borrowed.driver_connection)
    finally:
        borrowed.close()


def _has_tables(connection: sqlite3.Connection) -> bool:
    return bool(_tables(connection))


def _has_rows(connection: sqlite3.Connection) -> bool:
    """In a table that is not the migrations' own."""
    names = [one for one in _tables(connection) if one != "alembic_version"]
    return any(connection.execute(f'SELECT count(*) FROM "{one}"').fetchone()[0] for one in names)


def _tables(connection: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return [name for (name,) in connection.execute(query)]


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
