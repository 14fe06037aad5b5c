from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Any

import jinja2
import pytest
from fastapi import APIRouter, Depends, FastAPI, routing
from fastapi.dependencies import utils
from sqlalchemy import Engine, Integer, create_engine, literal, select
from sqlalchemy.sql.compiler import SQLCompiler
from starlette.testclient import TestClient
from tests.once import (
    COMPANIES,
    RSA_KEYS,
    Compiled,
    checked_once,
    company_of_once,
    compile_for_all,
    compiled_once,
    copied_once,
    declared_once,
    described_once,
    discovered_once,
    given_in_turn,
    given_once,
    parsed_once,
    proved_once,
    read_once,
)

from limen.company.folder import Folder
from limen.configuration.problem import Problem
from limen.storage import upgrade
from limen.storage.sqlite import sqlite_engine
from limen.web import files


def schema_of(file: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(file)) as connection:
        return set(connection.execute("SELECT name, sql FROM sqlite_master"))


def test_tables_that_are_copied_are_those_that_migrations_make(tmp_path: Path) -> None:
    calls: list[str] = []

    def counted(engine: Engine, *, may_upgrade: bool) -> None:
        calls.append(str(engine.url))
        truly(engine, may_upgrade=may_upgrade)

    copied = copied_once(counted)
    files = [tmp_path / f"{name}.db" for name in ("first", "second")]
    engines = [sqlite_engine(file, begin="BEGIN IMMEDIATE", size=1, read_only=False) for file in files]
    for engine in engines:
        copied(engine)
        with engine.begin() as connection:
            assert upgrade.stored_version(connection) == upgrade.newest_version()
    assert schema_of(files[0]) == schema_of(files[1])
    assert len(schema_of(files[0])) > 20
    assert len(calls) == 1
    copied(engines[1])
    assert len(calls) == 2  # a database with tables is brought over in truth
    for engine in engines:
        engine.dispose()


def test_tables_with_rows_are_nobodys_pattern(tmp_path: Path) -> None:
    def with_a_row(engine: Engine, *, may_upgrade: bool) -> None:
        calls.append(may_upgrade)
        with engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE things (name TEXT)")
            connection.exec_driver_sql("INSERT INTO things VALUES ('one')")

    calls: list[bool] = []
    copied = copied_once(with_a_row)
    for name in ("first", "second"):
        engine = sqlite_engine(tmp_path / f"{name}.db", begin="BEGIN IMMEDIATE", size=1, read_only=False)
        copied(engine, may_upgrade=True)
        engine.dispose()
    assert calls == [True, True]


truly = upgrade.upgrade_if_needed


def test_what_was_parsed_is_a_copy_and_what_went_wrong_is_tried_anew() -> None:
    answers = [(None, ["a.cedar"]), ({"a.cedar": {"tree": []}}, []), ({"never": {}}, [])]
    parse = parsed_once(lambda order, ends_at: answers.pop(0))  # type: ignore[arg-type]
    assert parse({"files": 1}, 0.0)[0] is None
    first, again = parse({"files": 1}, 0.0), parse({"files": 1}, 0.0)
    assert first == again == ({"a.cedar": {"tree": []}}, [])
    assert first[0] is not again[0]


def test_a_template_is_compiled_once_and_anew_where_its_text_is_another() -> None:
    pages = {"a.html": "one {{ x }}"}
    compiled = Compiled()

    def rendered() -> str:
        environment = jinja2.Environment.__new__(jinja2.Environment)
        begin(environment, loader=jinja2.DictLoader(pages), autoescape=True)
        return environment.get_template("a.html").render(x="<")

    def plain(environment: jinja2.Environment, **options: Any) -> None:
        jinja2.Environment.__init__(environment, **options)
        environment.bytecode_cache = None

    begin = compiled_once(plain, compiled)
    assert rendered() == rendered() == "one &lt;"
    assert len(compiled._code) == 1
    pages["a.html"] = "two {{ x }}"
    assert rendered() == "two &lt;"


def who() -> str:
    return "ada"


Who = Annotated[str, Depends(who)]


def a_page(said: str) -> Any:
    async def page(item: str, asked: Who) -> str:
        return said + item + asked

    return page


def test_a_function_of_the_same_code_is_handed_the_same_and_is_itself_called() -> None:
    calls: list[Any] = []

    def counted(**asked: Any) -> Any:
        calls.append(asked["call"])
        return utils.get_dependant(**asked)

    read = read_once(counted)
    one, other = a_page("one"), a_page("other")
    first, second = (read(path="/{item}", call=call, scope="function") for call in (one, other))
    assert calls == [one]
    assert (first.call, second.call) == (one, other)
    assert [[field.name for field in found.path_params] for found in (first, second)] == [["item"], ["item"]]
    assert [[sub.call for sub in found.dependencies] for found in (first, second)] == [[who], [who]]
    assert first.dependencies is not second.dependencies  # a router puts its own in front
    assert [field.name for field in read(path="/", call=other, scope="function").query_params] == ["item"]
    assert given_once(utils.get_typed_return_annotation)(one) is str


def test_a_function_whose_defaults_say_what_it_is_handed_is_read_each_time() -> None:
    def made(what: Any) -> Any:
        def page(asked: str = Depends(what)) -> None:
            pass

        return page

    read = read_once(utils.get_dependant)
    found = [read(path="/", call=made(what)).dependencies[0].call for what in (who, a_page)]
    assert found == [who, a_page]


def test_a_route_of_the_same_code_is_described_once_and_asks_its_own_function(monkeypatch: pytest.MonkeyPatch) -> None:
    described: list[Any] = []
    describe = routing._populate_api_route_state

    def counted(route: Any, path: str, endpoint: Any, **options: Any) -> None:
        described.append(endpoint)
        describe(route, path, endpoint, **options)

    monkeypatch.setattr(routing, "_populate_api_route_state", counted)
    described_once(monkeypatch, routing)
    pages = [a_page(said) for said in ("one", "other", "third", "last")]
    router = APIRouter()
    for page in pages[:2]:
        router.get("/{item}")(page)
    router.post("/{item}")(pages[2])
    router.get("/{item}", dependencies=[Depends(who)])(pages[3])
    routes: list[Any] = router.routes
    assert described == [pages[0], pages[2], pages[3]]
    assert [route.dependant.call for route in routes] == [route.endpoint for route in routes] == pages
    assert [sorted(route.methods or ()) for route in routes] == [["GET"], ["GET"], ["POST"], ["GET"]]
    assert routes[0].dependencies is not routes[1].dependencies
    app = FastAPI()
    app.router.routes.append(routes[1])
    assert TestClient(app).get("/x").json() == "otherxada"
    assert not hasattr(routes[1], "no_such_thing")


def test_a_private_key_is_read_once() -> None:
    read = checked_once(lambda numbers: {**numbers})
    first = read({"n": "1", "d": "2"})
    assert read({"d": "2", "n": "1"}) is first
    assert read({"n": "1", "d": "3"}) == {"n": "1", "d": "3"}


def test_what_limens_own_modules_declare_is_looked_at_once() -> None:
    asked: list[Any] = []

    def counted(modules: Any, _templates: Any) -> Any:
        asked.append(modules)
        return len(asked)

    read = declared_once(counted)
    own, of_a_test = [files], [SimpleNamespace(__name__="harbor.pages", PAGES=())]
    assert [read(own, 1), read(own, 1), read(own, 2)] == [1, 1, 2]
    assert [read(of_a_test, 1), read(of_a_test, 1)] == [3, 4]
    packages: list[Any] = []
    discover = discovered_once(lambda *these: packages.append(these) or [*these])
    assert [discover(1, 2), discover(1, 2), discover(2)] == [[1, 2], [1, 2], [2]]
    assert packages == [(1, 2), (2,)]


def test_a_statement_is_compiled_once_for_all_databases_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    compile_for_all(monkeypatch, Engine)
    compiled: list[Any] = []
    init = SQLCompiler.__init__

    def counted(self: Any, *given: Any, **more: Any) -> None:
        compiled.append(self)
        init(self, *given, **more)

    monkeypatch.setattr(SQLCompiler, "__init__", counted)
    for _ in range(2):
        with create_engine("sqlite://").connect() as connection:
            assert connection.scalar(select(literal(7, Integer) + literal(1, Integer))) == 8
    assert len(compiled) == 1


def test_keys_come_again_only_after_all_others_of_their_size() -> None:
    made: list[tuple[int, int]] = []

    def make(exponent: int, size: int, _backend: Any) -> int:
        made.append((exponent, size))
        return len(made)

    give = given_in_turn(make)
    first = [give(public_exponent=65_537, key_size=2_048) for _ in range(RSA_KEYS)]
    assert len(set(first)) == RSA_KEYS
    assert give(65_537, 1_024) == RSA_KEYS + 1
    assert [give(65_537, 2_048) for _ in range(RSA_KEYS)] == first


def test_a_company_is_read_once_unless_something_is_wrong_with_it() -> None:
    asked: list[str] = []

    def read(folder: Folder) -> Any:
        asked.append(folder.texts["limen.toml"])
        return SimpleNamespace(company=None if "wrong" in folder.texts["limen.toml"] else object())

    company_of = company_of_once(read)
    first = company_of(Folder({"limen.toml": "a"}, ()))
    assert company_of(Folder({"limen.toml": "a"}, ())) is first
    company_of(Folder({"limen.toml": "a"}, (Problem("apps.yaml", 0, 0, "what", "fix"),)))
    for _ in range(2):
        company_of(Folder({"limen.toml": "wrong"}, ()))
    assert asked == ["a", "a", "wrong", "wrong"]
    for number in range(COMPANIES):
        company_of(Folder({"limen.toml": str(number)}, ()))
    assert company_of(Folder({"limen.toml": "a"}, ())) is not first


def test_a_network_is_proved_once_and_whoever_asks_has_a_list_of_their_own() -> None:
    asked: list[str] = []

    def broken(network: str) -> list[tuple[str, str, str]]:
        asked.append(network)
        return [(network, "what", "fix")]

    proved = proved_once(broken)
    proved("office").clear()
    assert proved("office") == [("office", "what", "fix")]
    assert proved("plant") == [("plant", "what", "fix")]
    assert asked == ["office", "plant"]


def test_what_can_t_be_proved_is_tried_anew() -> None:
    answers = [TimeoutError(), []]

    def broken(_network: str) -> list[Any]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    proved = proved_once(broken)
    with pytest.raises(TimeoutError):
        proved("office")
    assert proved("office") == []
