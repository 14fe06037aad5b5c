"""What a search asks has one answer, in DuckDB here and in ClickHouse (its own engine behind a stand-in)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from tests.clickhouse_stand_in import StandIn
from tests.dial import size
from tests.monitor.search.test_sql import CONDITIONS, EVENTS, meant

from limen.connectors.clickhouse.client import ClickHouse
from limen.monitor.outgrown.event_table import EventTable
from limen.monitor.search.query import Condition, read_query
from limen.monitor.search.sql import CLICKHOUSE, DUCKDB, where
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore

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


@pytest.fixture(scope="module")
def table(clickhouse_engine: StandIn) -> StandIn:
    """The same events in ClickHouse, brought there as Limen brings them."""
    clickhouse_engine.drop()
    events = EventTable(ClickHouse(clickhouse_engine.server))
    events.prepare()
    events.add("store", [(at, msgspec.json.encode(one)) for at, one in enumerate(EVENTS, 1)])
    return clickhouse_engine


def in_duckdb(store: EventStore, condition: Condition) -> set[str]:
    asked = where(condition, DUCKDB)
    return {uid for (uid,) in store.ask(f'select "uid" from events where {asked.sql}', dict(asked.values)).rows}


def in_clickhouse(table: StandIn, condition: Condition) -> set[str]:
    asked, client = where(condition, CLICKHOUSE), ClickHouse(table.server)
    try:
        found = client.ask(f'select "uid" from events final where {asked.sql}', asked.values, seconds=30)
    finally:
        client.close()
    return {uid for (uid,) in found.rows}


@pytest.mark.parametrize("text", QUERIES)
def test_what_people_search_for_is_found_by_both(store: EventStore, table: StandIn, text: str) -> None:
    condition = read_query(text)
    assert in_clickhouse(table, condition) == in_duckdb(store, condition) == meant(condition)


@settings(max_examples=size(120), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(CONDITIONS)
def test_any_condition_is_found_by_both(store: EventStore, table: StandIn, condition: Condition) -> None:
    assert in_clickhouse(table, condition) == in_duckdb(store, condition)
