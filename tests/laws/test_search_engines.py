"""What a search asks has one answer, in DuckDB here and in ClickHouse's engine (chDB), over the same sealed files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import chdb
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from tests.dial import size
from tests.monitor.search.test_sql import CONDITIONS, EVENTS, meant

from limen.monitor.search.query import Condition, read_query
from limen.monitor.search.sql import CLICKHOUSE, DUCKDB, where
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore

TYPES = {str: "String", int: "Int64"}
QUERIES = (
    *("user:äda*", "user:ÄDA*", "user:äda*ß", "NOT user:*", "bytes_out:>10 AND user:ida", "EventID:[4000 TO 4700]"),
    *(r"odd\ name:v", r"Image:*\\*", "kind:a_b", "kind:a?b", "Image:*%*"),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventStore]:
    made = EventStore.open(Path(tmp_path_factory.mktemp("events")), columns=COLUMNS, keys=(b"k" * 32,))
    made.append([msgspec.json.encode(one) for one in EVENTS])
    made.seal()
    yield made
    made.close()


def in_duckdb(store: EventStore, condition: Condition) -> set[str]:
    asked = where(condition, DUCKDB)
    return {uid for (uid,) in store.ask(f'select "uid" from events where {asked.sql}', dict(asked.values)).rows}


def in_clickhouse(store: EventStore, condition: Condition) -> set[str]:
    asked = where(condition, CLICKHOUSE)
    sql = re.sub(r"\$(v\d+)", lambda name: f"{{{name[1]}:{TYPES[type(asked.values[name[1]])]}}}", asked.sql)
    query = f"select uid from file('{store._root}/*.parquet', Parquet) where {sql}"
    values = {name: bound(value) for name, value in asked.values.items()}
    said = chdb.query(f"{query} settings use_query_condition_cache = 0", "JSONCompactEachRow", params=values).bytes()
    return {msgspec.json.decode(line)[0] for line in said.splitlines()}


def bound(value: str | int) -> str | int:
    """As ClickHouse reads a parameter: with a backslash for a backslash."""
    return value.replace("\\", "\\\\") if isinstance(value, str) else value


@pytest.mark.parametrize("text", QUERIES)
def test_what_people_search_for_is_found_by_both(store: EventStore, text: str) -> None:
    condition = read_query(text)
    assert in_clickhouse(store, condition) == in_duckdb(store, condition) == meant(condition)


@settings(max_examples=size(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONDITIONS)
def test_any_condition_is_found_by_both(store: EventStore, condition: Condition) -> None:
    assert in_clickhouse(store, condition) == in_duckdb(store, condition)
