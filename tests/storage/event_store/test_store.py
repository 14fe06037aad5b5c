from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from tests.storage.event_store.conftest import COLUMNS, KEYS, NOW, line, lines

from limen.clock import DAY, HOUR, SetClock
from limen.events import Event
from limen.storage.errors import EventsUnwritableError, JournalBusyError
from limen.storage.event_store import START, Column, EventStore, Keeping, Kind
from limen.storage.event_store.batches import WRITER
from limen.storage.event_store.sealed_list import SealedEventList
from limen.storage.event_store.verify import verify
from limen.storage.segments.link import Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import SEALED_FILE, write_signed

Open = Callable[..., EventStore]


def uids(store: EventStore) -> list[str]:
    return [row[0] for row in store.ask('select uid from events order by "at"').rows]


def test_what_was_appended_is_there_in_order_and_after_a_restart(opened: Open) -> None:
    store = opened()
    first = store.append(lines(0, 3))
    second = store.append(lines(3, 5))
    assert (first.n, second.n, second) == (3, 5, store.end)
    store.close()
    again = opened()
    assert again.end.n == 5
    assert uids(again) == ["u0", "u1", "u2", "u3", "u4"]


def test_nothing_is_announced_after_a_clean_end(opened: Open, said: list[Event]) -> None:
    opened().close()
    store = opened()
    store.append(lines(0, 3))
    store.close()
    opened()
    assert said == []


def test_a_torn_end_is_cut_and_said(opened: Open, said: list[Event], tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.close()
    ((_, path),) = segments_in(tmp_path / "events")
    with path.open("ab") as file:
        file.write(b'{"uid":"torn')
    again = opened()
    assert (again.end.n, [(event.kind, event.details) for event in said]) == (
        3,
        [("event_store.recovered", {"cut_bytes": 12})],
    )


def test_a_store_is_written_by_one_process(opened: Open) -> None:
    opened()
    with pytest.raises(JournalBusyError):
        opened()


def test_columns_that_are_no_plain_words_or_missing_are_refused(opened: Open) -> None:
    for wrong in ((*COLUMNS, Column('a" from b --')), COLUMNS[1:]):
        with pytest.raises(ValueError, match="columns"):
            opened(columns=wrong)


def test_each_event_is_there_once_however_often_it_comes(opened: Open) -> None:
    store = opened()
    store.append([*lines(0, 5), line(2)])
    store.append(lines(3, 7))
    assert uids(store) == [f"u{n}" for n in range(7)]
    store.seal()
    store.append(lines(5, 9))
    assert uids(store) == [f"u{n}" for n in range(9)]
    store.seal()
    assert uids(store) == [f"u{n}" for n in range(9)]
    assert (store.figures().events, store.figures().duplicates, store.figures().unsealed_bytes) == (9, 5, 0)


def test_late_and_future_events_are_found_by_their_own_time(opened: Open) -> None:
    store = opened()
    store.append([line(1), msgspec.json.encode({"uid": "late", "at": 5, "received_at": NOW, "source": "fw"})])
    store.seal()
    store.append([msgspec.json.encode({"uid": "ahead", "at": NOW + 900 * DAY, "received_at": NOW, "source": "fw"})])
    store.seal()
    assert uids(store) == ["late", "u1", "ahead"]
    found = store.ask('select uid from events where "at" < $t', {"t": 100}, since=0, until=100)
    assert found.rows == [("late",)]
    found = store.ask('select uid from events where "at" > $t', {"t": NOW + DAY}, since=NOW + DAY)
    assert found.rows == [("ahead",)]


def test_a_new_hour_begins_a_new_segment_and_the_old_one_is_sealed(
    opened: Open, clock: SetClock, tmp_path: Path
) -> None:
    store = opened()
    store.append(lines(0, 3))
    clock.forward(HOUR)
    store.append(lines(3, 5))
    store._upkeep.seal_all()
    assert [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True, False]
    assert uids(store) == [f"u{n}" for n in range(5)]


def test_an_hour_without_events_is_sealed_as_well(opened: Open, clock: SetClock, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    clock.forward(HOUR)
    store._upkeep.seal_all()
    assert [name.is_sealed for name, _ in segments_in(tmp_path / "events")] == [True]
    assert store.append(lines(3, 4)).n == 4


def test_reading_on_gives_what_came_since_from_sealed_and_open_segments(opened: Open) -> None:
    store = opened()
    store.append(lines(0, 3, user="jane", port=7, fields={"a": [1, "x"]}))
    begun = list(store.read_from())
    assert [raw for _, raw in begun] == lines(0, 3, user="jane", port=7, fields={"a": [1, "x"]})
    middle = begun[1][0]
    store.append(lines(3, 5))
    assert [raw for _, raw in store.read_from(middle)] == [begun[2][1], *lines(3, 5)]
    store.seal()
    store.append(lines(5, 6))
    assert [msgspec.json.decode(raw) for _, raw in store.read_from(middle)] == [
        msgspec.json.decode(raw) for raw in [begun[2][1], *lines(3, 6)]
    ]
    assert [raw for _, raw in store.read_from(store.end)] == []
    assert [position.n for position, _ in store.read_from(START)] == [1, 2, 3, 4, 5, 6]


def test_a_slow_reader_holds_nobody_up_and_misses_nothing(opened: Open, clock: SetClock) -> None:
    store = opened()
    store.append(lines(0, 40))
    store.seal()
    store.append(lines(40, 80))
    slow = store.read_from()
    seen = [next(slow)[0].n for _ in range(10)]
    store.append(lines(80, 100))
    store.seal()
    clock.forward(200 * DAY)
    store.expire()
    store.append(lines(100, 120))
    seen += [position.n for position, _ in slow]
    assert seen[:40] == list(range(1, 41))
    assert store.ask("select count(*) from events").rows == [(20,)]
    assert [position.n for position, _ in store.read_from()] == list(range(101, 121))


def test_columns_that_come_and_go_leave_older_events_readable(opened: Open, tmp_path: Path) -> None:
    store = opened(columns=COLUMNS[:-1])
    store.append(lines(0, 2, user="jane", port=7))
    store.seal()
    store.close()
    later = (*(column for column in COLUMNS if column.name != "port"), Column("host"), Column("size", Kind.NUMBER))
    again = opened(columns=later)
    again.append(lines(2, 4, user="joe", host="srv1", size=5))
    asked = 'select uid, "user", host, size, raw from events order by 1'
    old, new = [(f"u{n}", "jane", "", 0, "") for n in range(2)], [(f"u{n}", "joe", "srv1", 5, "") for n in range(2, 4)]
    assert again.ask(asked).rows == [*old, *new]
    again.seal()
    assert again.ask(asked).rows == [*old, *new]
    read = [msgspec.json.decode(raw) for _, raw in again.read_from()]
    assert [one.get("host", "") for one in read] == ["", "", "srv1", "srv1"]
    again.close()
    assert verify(tmp_path / "events", KEYS).problems == ()


def test_other_processes_read_while_one_writes(opened: Open, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 100))
    store.seal()
    store.append(lines(100, 120))
    code = """
import sys
from pathlib import Path
from tests.storage.event_store.conftest import COLUMNS
from limen.storage.event_store import Asking
from limen.storage.event_store.columns import Columns
asking = Asking(Path(sys.argv[1]), Columns.of(COLUMNS))
print(asking.ask("select count(*) from events").rows[0][0])
"""
    asked = [sys.executable, "-c", code, str(tmp_path / "events")]
    out = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    assert out.strip() == "120"
    assert store.append(lines(120, 121)).n == 121


def test_a_disk_that_refuses_leaves_nothing_of_the_batch_and_recovers(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = opened()
    store.append(lines(0, 3))
    size = store.end.offset

    def refuse(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("limen.storage.segments.file.os.fsync", refuse)
        with pytest.raises(EventsUnwritableError):
            store.append(lines(3, 6))
    ((_, path),) = segments_in(tmp_path / "events")
    assert path.stat().st_size == size
    assert store.append(lines(3, 6)).n == 6
    assert uids(store) == [f"u{n}" for n in range(6)]
    store.close()
    assert verify(tmp_path / "events", KEYS).problems == ()


def test_events_are_refused_before_the_journal_has_no_room(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    store = opened()
    monkeypatch.setattr("limen.storage.event_store.store.has_room_beyond", lambda *_: False)
    with pytest.raises(EventsUnwritableError):
        store.append(lines(0, 1))
    assert store.end.n == 0


def test_many_threads_write_and_ask_at_once(opened: Open) -> None:
    store = opened()
    failed: list[BaseException] = []

    def work(first: int) -> None:
        try:
            for at in range(first, first + 200, 20):
                store.append(lines(at, at + 20))
                store.ask("select count(*) from events")
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number * 1_000,)) for number in range(4)]
    for each in threads:
        each.start()
    store.seal()
    for each in threads:
        each.join()
    assert failed == []
    assert store.ask("select count(*), count(distinct uid) from events").rows == [(800, 800)]


def test_what_is_past_its_time_is_deleted_whole_and_by_source(
    opened: Open, clock: SetClock, said: list[Event], tmp_path: Path
) -> None:
    store = opened(keeping=Keeping(days=90, days_of={"proxy": 7}))
    store.append([*lines(0, 3), *lines(10, 14, "proxy")])
    store.seal()
    store.append(lines(20, 22, "proxy"))
    store.seal()
    clock.forward(8 * DAY)
    store.expire()
    assert uids(store) == ["u0", "u1", "u2"]
    assert [position.n for position, _ in store.read_from()] == [1, 2, 3]
    assert verify(tmp_path / "events", KEYS).problems == ()
    clock.forward(90 * DAY)
    store.expire()
    assert uids(store) == []
    assert said[-1].kind == "event_store.expired"
    assert said[-1].details["segments"] == 2
    assert verify(tmp_path / "events", KEYS).problems == ()
    assert store.append(lines(30, 31)).n == 10


def test_beyond_the_budget_the_oldest_go_first_and_it_is_said_in_figures(
    opened: Open, said: list[Event], tmp_path: Path
) -> None:
    store = opened()
    for first in (0, 100, 200):
        store.append(lines(first, first + 50, raw=os.urandom(200).hex()))
        store.seal()
    sizes = [path.stat().st_size for _, path in segments_in(tmp_path / "events")]
    store.keep(Keeping(budget_bytes=sizes[1] + sizes[2]))
    store.expire()
    assert uids(store)[0] == "u100"
    (expired,) = said
    assert (expired.details["events"], expired.details["bytes"], expired.details["over_budget"]) == (50, sizes[0], 1)


def test_beyond_the_budget_a_noisy_source_makes_room_and_takes_none_of_others(
    opened: Open, said: list[Event], tmp_path: Path
) -> None:
    """Whoever may send as one source can't delete what others said, however much they send."""
    store = opened()
    for first in (0, 1_000, 2_000):
        store.append(lines(first, first + 5, "quiet", raw=os.urandom(100).hex()))
        store.append([line(n, "loud", raw=os.urandom(2_000).hex()) for n in range(first + 10, first + 60)])
        store.seal()
    sizes = [path.stat().st_size for _, path in segments_in(tmp_path / "events")]
    store.keep(Keeping(budget_bytes=sum(sizes) - sizes[0] // 2))
    store.expire()
    kept = store.ask("select source, count(*) from events group by 1 order by 1").rows
    assert kept == [("loud", 100), ("quiet", 15)]
    (expired,) = said
    assert (expired.kind, expired.details["events"], expired.details["over_budget"]) == ("event_store.expired", 50, 1)
    assert expired.details["sources"] == "loud"
    assert store.figures().size <= sum(sizes) - sizes[0] // 2
    assert verify(tmp_path / "events", KEYS).problems == ()


def test_a_list_of_before_lengths_were_noted_is_still_what_was_signed(opened: Open, tmp_path: Path) -> None:
    store = opened()
    store.append(lines(0, 3))
    store.seal()
    store.close()
    path, signer = tmp_path / "events" / SEALED_FILE, Signer(WRITER, KEYS)
    was = msgspec.json.decode(path.read_bytes(), type=SealedEventList)
    (one,) = was.segments
    assert isinstance(one.lengths, dict)
    assert [*one.lengths] == ["firewall"]
    older = msgspec.structs.replace(one, lengths=msgspec.UNSET)
    write_signed(path, msgspec.structs.replace(was, segments=(older,)), signer)
    assert b"lengths" not in path.read_bytes()
    assert verify(tmp_path / "events", KEYS).problems == ()
    assert opened().ask("select count(*) from events").rows == [(3,)]


def test_a_store_that_is_closed_takes_nothing(opened: Open) -> None:
    store = opened()
    store.close()
    store.close()
    with pytest.raises(EventsUnwritableError):
        store.append(lines(0, 1))
