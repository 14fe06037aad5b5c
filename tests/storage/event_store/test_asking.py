from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from tests.storage.event_store.conftest import NOW, lines

from limen.clock import HOUR, SetClock
from limen.storage.errors import AskedTooMuchError
from limen.storage.event_store import EventStore, asking as module

Open = Callable[..., EventStore]
ENDLESS = "select count(*) from events a, range(100000) b, range(100000) c"


def test_values_are_bound_and_columns_are_named(opened: Open) -> None:
    store = opened()
    store.append([*lines(0, 3, user="jane"), *lines(3, 5, user="' or 1=1 --")])
    found = store.ask('select uid, "user" from events where "user" = $u order by 1', {"u": "' or 1=1 --"})
    assert (found.columns, found.rows, found.is_cut) == (
        ("uid", "user"),
        [("u3", "' or 1=1 --"), ("u4", "' or 1=1 --")],
        False,
    )


def test_no_more_rows_than_asked_for_and_it_says_so(opened: Open) -> None:
    store = opened()
    store.append(lines(0, 30))
    found = store.ask("select uid from events", most_rows=10)
    assert (len(found.rows), found.is_cut) == (10, True)
    found = store.ask("select uid from events", most_rows=30)
    assert not found.is_cut


def test_what_takes_too_long_is_ended_and_others_go_on(opened: Open) -> None:
    store = opened()
    store.append(lines(0, 30))
    failed: list[BaseException] = []

    def ask_for_ever() -> None:
        try:
            store.ask(ENDLESS, seconds=1.0)
        except AskedTooMuchError as error:
            failed.append(error)

    asking = threading.Thread(target=ask_for_ever)
    began = time.monotonic()
    asking.start()
    assert store.ask("select count(*) from events").rows == [(30,)]
    asking.join()
    assert len(failed) == 1
    assert time.monotonic() - began < 15
    assert store.ask("select count(*) from events").rows == [(30,)]


def test_what_takes_too_much_memory_is_ended(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEMORY", "64MB")
    store = opened()
    store.append(lines(0, 30))
    with pytest.raises(AskedTooMuchError):
        store.ask("select list(b.range order by random()) from events a, range(2000000) b", seconds=60)


@pytest.mark.parametrize(
    "sql",
    [
        "drop table hot",
        "select 1; select 2",
        "copy (select 1) to 'x.csv'",
        "attach 'x.db'",
        "set memory_limit = '100GB'",
        "install httpfs",
        "insert into hot select * from hot",
        "",
    ],
)
def test_nothing_but_one_select_is_asked(opened: Open, sql: str) -> None:
    store = opened()
    with pytest.raises((ValueError, duckdb.Error)):
        store.ask(sql)


def test_no_file_is_read_but_the_stores(opened: Open, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("a\n1\n")
    store = opened()
    for outside in (f"'{tmp_path}/secret.csv'", f"read_text('{tmp_path}/events/../secret.csv')", "glob('/etc/*')"):
        with pytest.raises(duckdb.Error):
            store.ask(f"select * from {outside}")


def test_files_in_which_nothing_happened_then_are_not_opened(opened: Open, clock: SetClock, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.seal()
    clock.forward(HOUR)
    store.append([line.replace(b"180000", b"180036") for line in lines(3, 6)])
    store.seal()
    first = min((tmp_path / "events").glob("*.parquet"))
    first.write_bytes(b"not read")
    found = store.ask('select uid from events where "at" >= $s order by 1', {"s": NOW + HOUR}, since=NOW + HOUR)
    assert found.rows == [("u3",), ("u4",), ("u5",)]
    with pytest.raises(duckdb.Error):
        store.ask("select uid from events")


def test_a_file_that_expires_between_listing_and_reading_is_looked_for_again(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.seal()
    real, listed = module.segments_in, []

    def once_more(folder: Path) -> object:
        found = real(folder)
        if not listed:
            listed.append(True)
            next((tmp_path / "events").glob("*.parquet")).unlink()
        return found

    monkeypatch.setattr(module, "segments_in", once_more)
    assert store.ask("select count(*) from events").rows == [(0,)]
