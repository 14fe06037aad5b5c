"""Questions about events have one answer, whichever engine is asked: DuckDB here, or ClickHouse's (chDB) elsewhere.

The texts of the questions are the same to the letter; each engine reads the same sealed files.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import chdb
import msgspec
import pytest

from limen.clock import DAY, HOUR, MINUTE, SetClock
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore

NOW = 1_800_000_000_000
COUNTRIES = ("DE", "FR", "PT", "US", "")
QUESTIONS = {
    "all": 'select count(*) as c, min("at") as a, max("at") as b from events',
    "failure burst": f"""
        select "user", src_ip, count(*) as c from events
        where class_uid = 3002 and status_id = 2 and "at" >= {NOW + HOUR} and "at" < {NOW + 2 * HOUR}
        group by "user", src_ip having count(*) >= 2 order by c desc, "user", src_ip""",
    "spray": f"""
        select src_ip, count(distinct "user") as c from events
        where class_uid = 3002 and status_id = 2 and "at" >= {NOW} group by src_ip having count(distinct "user") >= 3
        order by c desc, src_ip""",
    "travel": f"""
        select "user", "at", "before", src_country, was from (
            select "user", "at", src_country,
                lag("at") over (partition by "user" order by "at", uid) as "before",
                lag(src_country) over (partition by "user" order by "at", uid) as was
            from events where class_uid = 3002 and status_id = 1 and src_country <> '' and "at" >= {NOW})
        where was <> '' and was <> src_country and "at" - "before" < {HOUR} order by "user", "at" """,
    "one user": """select "at", kind, src_ip, object from events where "user" = 'user7' order by "at" desc, uid""",
    "by hour": f"""
        select intDiv("at", {HOUR}) as hour, count(*) as c from events group by hour order by hour""",
    "bytes out": """
        select "user", sum(bytes_out) as b from events group by "user" having sum(bytes_out) > 0
        order by b desc, "user" limit 20""",
    "words in raw": "select count(*) as c from events where raw like '%failed%7%'",
    "quantile free": """
        select app, count(*) as c, count(distinct person_id) as p, max(bytes_out) as m from events
        group by app order by app""",
}


def events(count: int) -> list[bytes]:
    chance = random.Random(7)
    made = []
    for n in range(count):
        who = chance.randrange(12)
        failed = chance.random() < 0.4
        event = NormalEvent(
            uid=f"{n:08x}",
            at=NOW + chance.randrange(3 * HOUR) if n % 50 else NOW - 9 * DAY + n,
            received_at=NOW + n,
            source="fw",
            class_uid=chance.choice((3002, 6003, 0)),
            status_id=2 if failed else 1,
            kind=chance.choice(("4624", "4625", "")),
            user=f"user{who}" if who else "",
            person_id=f"p_{who % 5}",
            src_ip=f"192.0.2.{chance.randrange(9)}",
            src_country=chance.choice(COUNTRIES),
            app=chance.choice(("wiki", "files", "")),
            object=chance.choice(("it's", 'a "b"', "ü😀", "")),
            bytes_out=chance.choice((0, 0, 9_999_999_999)),
            fields={"n": n, "x": ["a", 1.5]} if n % 3 else {},
            raw=f"login {'failed' if failed else 'ok'} {n}",
        )
        made.append(msgspec.json.encode(event))
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> EventStore:
    clock = SetClock(NOW)
    store = EventStore.open(tmp_path_factory.mktemp("events"), columns=COLUMNS, keys=(b"e" * 32,), clock=clock)
    all_of_them = events(3_000)
    for first in range(0, 3_000, 1_000):
        store.append(all_of_them[first : first + 1_000])
        store.seal()
        clock.forward(5 * MINUTE)
    return store


def in_duckdb(store: EventStore, question: str) -> list[tuple[Any, ...]]:
    return store.ask(question.replace("intDiv(", "divide(")).rows


def in_clickhouse(folder: Path, question: str) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{column.name}"' for column in COLUMNS)
    rows = f"(select {names} from file('{folder}/*.parquet', Parquet))"
    asked = question.replace("from events", f"from {rows}")
    options = "settings use_query_condition_cache = 0, output_format_json_quote_64bit_integers = 0"
    said = chdb.query(f"{asked} {options}", "JSONCompactEachRow").bytes()
    return [tuple(msgspec.json.decode(line)) for line in said.splitlines()]


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_same_question_has_the_same_answer_in_duckdb_and_in_clickhouse(store: EventStore, name: str) -> None:
    wanted = in_duckdb(store, QUESTIONS[name])
    assert wanted
    assert in_clickhouse(store._root, QUESTIONS[name]) == wanted
