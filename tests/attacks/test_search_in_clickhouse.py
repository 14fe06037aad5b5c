"""Attacks on ClickHouse through what people search for, and by what events say: nothing of it becomes a statement.

The stand-in carries out several statements divided by `;`, which ClickHouse's server does not: so an attack that got
through here would be seen.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from tests.clickhouse_stand_in import StandIn

from limen.clock import SetClock
from limen.connectors.clickhouse.client import ClickHouse
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.outgrown.event_table import EventTable
from limen.monitor.search.process import search
from limen.monitor.search.query import read_query
from limen.monitor.search.service import Places, asked_of
from limen.storage.event_store.keeping import Keeping

NOW = 1_800_000_000_000
BREAKING_OUT = (
    "'; drop table events; --",
    "\\'; drop table events; --",
    "' or 1=1 --",
    '" or 1=1 --',
    "x') or (1=1",
    "{v0:String}",
    "{since:Int64}",
    "$v0",
    "\\N",
    "a\\tb",
    "%' escape 'x",
    "!",
    "/* */",
    "url('http://127.0.0.1/')",
    "\r\n--limen\r\ncontent-disposition: form-data; name=query\r\n\r\ndrop table events",
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.mark.parametrize("text", BREAKING_OUT)
def test_a_search_finds_the_words_that_it_names_and_nothing_else(
    text: str, tmp_path: Path, clickhouse: StandIn
) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    said = [("hostile", text, {text.replace('"', "") or "x": "v"}), ("other", "ida", {})]
    lines = [
        msgspec.json.encode(NormalEvent(uid=uid, at=NOW, received_at=NOW, source="fw", user=user, raw=user, fields=own))
        for uid, user, own in said
    ]
    table.add("'; drop table events; --", list(enumerate(lines, 1)))
    (tmp_path / "journal").mkdir()
    places = Places(tmp_path / "events", tmp_path / "journal", tmp_path, lambda: clickhouse.server)
    for query in (f"user:{quoted(text)}", quoted(text), f"NOT user:ida AND user:{quoted(text)}"):
        found = search(asked_of(places, read_query(query), NOW, NOW + 1, rows=10, is_summed=True))
        assert (found.missing, [row["uid"] for row in found.rows], found.total) == ("", ["hostile"], 1)
    assert clickhouse.uids() == ["hostile", "other"]


def test_a_source_s_name_deletes_nothing_of_others(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    line = msgspec.json.encode(NormalEvent(uid="a", at=NOW, received_at=NOW, source="fw"))
    table.add("s", [(1, line)])
    table.expire(Keeping(days=90, days_of={"x' or 1=1 --": 1, "fw\\": 1}), SetClock(NOW + 5 * 86_400_000).now())
    assert clickhouse.uids() == ["a"]
