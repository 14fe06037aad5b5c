"""A search over ClickHouse and this machine together finds what it finds over this machine alone; and what is missing
while ClickHouse is away is said. (ClickHouse: a stand-in with its own engine.)
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from tests.clickhouse_stand_in import StandIn

from limen.clock import SetClock
from limen.connectors.clickhouse.server import Server
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.outgrown import shipping
from limen.monitor.outgrown.shipping import Shipping
from limen.monitor.process.assembly import KeptEvents
from limen.monitor.search.answer import Asked, Found
from limen.monitor.search.process import search
from limen.monitor.search.query import read_query
from limen.monitor.search.service import Places, asked_of
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore
from limen.storage.event_store.keeping import Keeping

NOW = 1_800_000_000_000
QUERIES = ("", "source:fw", "user:ida AND NOT kind:login", "bytes_out:>=30", "EventID:4624", '"did login"', "user:äda*")


class Both:
    """A store here of which a part is in ClickHouse, and a row that another node brought there."""

    def __init__(self, folder: Path, clickhouse: StandIn) -> None:
        self.folder, self.clickhouse = folder, clickhouse
        self.store = EventStore.open(folder / "events", columns=COLUMNS, keys=(b"k" * 32,), clock=SetClock(NOW))
        (folder / "journal").mkdir()
        self.shipping = Shipping(
            folder, KeptEvents(self.store, 0), clickhouse.server, lambda: Keeping(days=3_650), SetClock(NOW)
        )

    def asked(self, text: str, server: Server | None) -> Asked:
        places = Places(self.folder / "events", self.folder / "journal", self.folder, lambda: server)
        return asked_of(
            places, read_query(text), NOW - 100, NOW + 1_000, rows=5, is_summed=True, groups=("user", "source")
        )

    def both(self, text: str) -> Found:
        return search(self.asked(text, self.clickhouse.server))

    def here(self, text: str) -> Found:
        return search(self.asked(text, None))


def events(begin: int, end: int) -> list[bytes]:
    names = ("Ida", "ida", "ÄDA ß", "")
    return [
        msgspec.json.encode(
            NormalEvent(
                uid=f"e{number:03}",
                at=NOW + number * 9,
                received_at=NOW,
                source=("fw", "wiki")[number % 2],
                user=names[number % 4],
                kind=("login", "4624", "")[number % 3],
                bytes_out=number * 10,
                fields={"EventID": 4624} if number % 3 else {"EventID": "none"},
                raw=f"{names[number % 4]} did {('login', 'leave')[number % 2]}",
            )
        )
        for number in range(begin, end)
    ]


@pytest.fixture
def both(tmp_path: Path, clickhouse: StandIn) -> Iterator[Both]:
    made = Both(tmp_path, clickhouse)
    made.store.append(events(0, 20))
    made.shipping.step()
    made.store.append(events(15, 30))  # five of them a second time, all of them here alone
    yield made
    made.store.close()


@pytest.mark.parametrize("text", QUERIES)
def test_both_together_find_what_is_found_here_alone(both: Both, text: str) -> None:
    here, there = both.here(text), both.both(text)
    assert here.total
    assert (there.missing, there.rows, there.is_cut) == ("", here.rows, here.is_cut)
    both.shipping.step()
    there = both.both(text)
    assert (there.rows, there.buckets, there.facets) == (here.rows, here.buckets, here.facets)
    assert there.groups == here.groups
    assert sum(one.count for one in here.groups) == here.total


def test_what_another_node_brought_is_found_too(both: Both) -> None:
    both.shipping.step()
    both.store.close()
    other = both.folder / "other"
    other.mkdir()
    elsewhere = Both(other, both.clickhouse)
    assert elsewhere.both("").total == 30
    assert elsewhere.here("").total == 0
    elsewhere.store.close()


def test_while_it_is_away_what_is_here_is_found_and_the_rest_is_said_to_be_missing(both: Both) -> None:
    away = msgspec.structs.replace(both.clickhouse.server, url="http://127.0.0.1:9/harbor")
    found = search(both.asked("", away))
    assert found.total == both.here("").total
    assert "ClickHouse" in found.missing


def test_where_it_hangs_the_rest_of_the_time_is_for_what_is_here(both: Both) -> None:
    asked = both.asked("", both.clickhouse.server)
    asked.seconds = 4.0
    began = time.monotonic()
    with both.clickhouse.fault("slow 8"):
        found = search(asked)
    assert time.monotonic() - began < 8
    assert found.total > 0
    assert found.missing


@pytest.mark.parametrize("lost", ["drop table events", "truncate table events"])
def test_what_clickhouse_lost_is_found_here(both: Both, lost: str) -> None:
    both.clickhouse.command(lost)
    here, there = both.here(""), both.both("")
    assert (here.total, there.total) == (30, 30)
    assert there.rows == here.rows


@pytest.mark.parametrize("text", QUERIES)
def test_what_clickhouse_was_put_back_without_is_found_here(
    both: Both, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping, "LOOK_SECONDS", 0.0)
    with both.clickhouse.put_back_afterwards():
        both.shipping.step()
    for _ in range(2):
        here, there = both.here(text), both.both(text)
        assert here.total
        assert there.rows == here.rows
        both.shipping.step()
    assert both.shipping.figures.set_back == 15
    there = both.both(text)
    assert (there.rows, there.buckets, there.facets) == (here.rows, here.buckets, here.facets)
