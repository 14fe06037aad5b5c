from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import jinja2
from fastapi import Depends
from fastapi.dependencies import utils
from sqlalchemy import Connection, create_engine
from tests.once import Compiled, compiled_once, given_once, made_once, parsed_once, read_once

from limen.storage import upgrade


def schema_of(connection: Connection) -> set[tuple[str, str]]:
    found = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
    return {(name, sql) for name, sql in found}


def test_tables_that_are_made_again_are_those_that_migrations_make(tmp_path: Path) -> None:
    calls: list[str] = []

    def counted(connection: Connection, to: str = "head") -> None:
        calls.append(to)
        upgrade_truly(connection, to)

    make = made_once(counted)
    engines = [create_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("first", "second")]
    found = []
    for engine in engines:
        with engine.begin() as connection:
            make(connection)
            found.append((schema_of(connection), upgrade.stored_version(connection)))
        engine.dispose()
    assert found[0] == found[1]
    assert found[0][1] == upgrade.newest_version()
    assert len(found[0][0]) > 20
    assert calls == ["head"]
    with engines[1].begin() as connection:
        make(connection)
    assert calls == ["head", "head"]  # a database with tables is brought over in truth
    engines[1].dispose()


def upgrade_truly(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(upgrade.MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


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
