"""Both stores keep one contract: the one of this machine, and the table in ClickHouse (a stand-in; its own engine)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import msgspec
import pytest
from tests.clickhouse_stand_in import StandIn

from limen.clock import DAY, HOUR, SetClock
from limen.connectors.clickhouse.client import ClickHouse
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.outgrown.event_table import EventTable
from limen.monitor.stored import COLUMNS
from limen.storage.event_store import EventStore
from limen.storage.event_store.keeping import Keeping

NOW = 1_800_000_000_000


class Kept(Protocol):
    def add(self, lines: Sequence[bytes]) -> None: ...

    def keep(self, keeping: Keeping) -> None: ...

    def uids(self) -> list[str]: ...


class Here:
    def __init__(self, folder: Path, clock: SetClock) -> None:
        self.store = EventStore.open(folder, columns=COLUMNS, keys=(b"k" * 32,), clock=clock)

    def add(self, lines: Sequence[bytes]) -> None:
        self.store.append(lines)
        self.store.seal()

    def keep(self, keeping: Keeping) -> None:
        self.store.keep(keeping)
        self.store.expire()

    def uids(self) -> list[str]:
        return [uid for (uid,) in self.store.ask('select "uid" from events order by "uid"').rows]


class There:
    def __init__(self, clickhouse: StandIn, clock: SetClock) -> None:
        self.clickhouse, self.clock, self.n = clickhouse, clock, 0
        self.table = EventTable(ClickHouse(clickhouse.server))
        self.table.prepare()

    def add(self, lines: Sequence[bytes]) -> None:
        assert self.table.add("store-1", [(self.n + at, line) for at, line in enumerate(lines, 1)]) == 0
        self.n += len(lines)

    def keep(self, keeping: Keeping) -> None:
        self.table.expire(keeping, self.clock.now())

    def uids(self) -> list[str]:
        return self.clickhouse.uids()


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture(params=["here", "clickhouse"])
def kept(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Kept]:
    if request.param == "here":
        here = Here(tmp_path, clock)
        yield here
        here.store.close()
    else:
        yield There(request.getfixturevalue("clickhouse"), clock)


def line(uid: str, source: str = "fw", at: int = NOW, received_at: int = NOW, **more: object) -> bytes:
    return msgspec.json.encode(
        msgspec.convert({"uid": uid, "at": at, "received_at": received_at, "source": source, **more}, NormalEvent)
    )


def test_what_comes_twice_is_there_once(kept: Kept) -> None:
    kept.add([line("a"), line("b"), line("a")])
    kept.add([line("b", received_at=NOW + HOUR), line("c", at=NOW + HOUR)])
    kept.add([line("a"), line("b"), line("a")])
    assert kept.uids() == ["a", "b", "c"]


def test_each_source_is_kept_as_long_as_it_says(kept: Kept, clock: SetClock) -> None:
    for day in range(4):
        came = NOW + day * DAY
        kept.add([line(f"{source}{day}", source, came, came) for source in ("fw", "mail", "wiki")])
        clock.forward(DAY)
    kept.keep(Keeping(days=3, days_of={"fw": 1, "mail": 90}))
    gone = {"fw0", "fw1", "wiki0"} | ({"fw2"} if "fw2" not in kept.uids() else set())
    assert set(kept.uids()) == {f"{one}{day}" for one in ("fw", "mail", "wiki") for day in range(4)} - gone


def test_what_does_not_fit_its_column_holds_up_nothing(kept: Kept) -> None:
    too_much = line("b")[:-1] + b',"src_port":99999999999999999999999,"user":["x"]}'
    kept.add([line("a"), too_much, line("c", fields={"deep": {"er": [1, None]}})])
    assert kept.uids() == ["a", "b", "c"]


def test_what_is_no_event_is_counted_and_the_rest_is_kept(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    assert table.add("s", [(1, line("a")), (2, b"\xff"), (3, b'{"at":1}'), (4, line("b"))]) == 2
    assert clickhouse.events("uid", "n") == [["a", 1], ["b", 4]]


def test_a_line_can_not_say_where_it_comes_from(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    table.add("store-1", [(7, line("a")[:-1] + b',"fields":{"chain":"other","n":9}}')])
    assert clickhouse.events("chain", "n") == [["store-1", 7]]


def test_the_same_batch_is_known_by_its_token(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    for _ in range(3):
        table.add("s", [(at, line(f"u{at}")) for at in range(50)])
    assert clickhouse.written() == 50


def test_a_table_of_an_older_limen_gets_what_it_lacks(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    ClickHouse(clickhouse.server).command('alter table events drop column "user_agent"', seconds=30)
    table.prepare()
    table.add("s", [(1, line("a", user_agent="curl"))])
    assert clickhouse.events("user_agent") == [["curl"]]


def test_a_mark_says_up_to_where_a_chain_is_there_and_is_kept_for_good(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    assert (table.marked("s"), table.greatest("s")) == (0, 0)
    table.add("s", [(at, line(f"u{at}")) for at in range(1, 4)])
    for n in (3, 9, 7):
        table.mark("s", n)
    table.mark("t", 70)
    table.expire(Keeping(days=1, days_of={"fw": 1}), NOW + 400 * DAY)
    assert (table.marked("s"), table.marked("t"), clickhouse.uids()) == (9, 70, [])


def test_in_another_turn_a_batch_is_looked_at_row_by_row(clickhouse: StandIn) -> None:
    table = EventTable(ClickHouse(clickhouse.server))
    table.prepare()
    batch = [(at, line(f"u{at}")) for at in range(5)]
    table.add("s", batch)
    ClickHouse(clickhouse.server).command("delete from events where true", seconds=30)
    table.add("s", batch, turn=1)
    assert len(clickhouse.uids()) == 5
