from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.event_store.conftest import COLUMNS, NOW, lines

from limen.clock import HOUR, SetClock
from limen.events import Event
from limen.storage.event_store import EventStore, JournalView
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.journal_view import whole_lines
from limen.storage.journal import Journal

VIEW = {"uid": "id", "at": "time", "source": "'limen'", "user": "$.b.status_detail", "raw": "$.b.unmapped.kind"}


@pytest.fixture
def journal(tmp_path: Path, clock: SetClock) -> Journal:
    return Journal.open(tmp_path / "journal", (b"k" * 32,), clock=clock)


def test_the_journal_stands_among_the_events_open_and_sealed(
    opened: Callable[..., EventStore], journal: Journal, tmp_path: Path, clock: SetClock
) -> None:
    store = opened(journal=JournalView(tmp_path / "journal", VIEW))
    store.append(lines(0, 2))
    asked = 'select source, "user", raw, "at", port from events order by source, "at"'
    journal.record(Event(at=NOW, kind="sign_in.failed", reason="one"))
    journal.flush()
    firewall = [("firewall", "", "", NOW, 0), ("firewall", "", "", NOW + 1, 0)]
    first = ("limen", "one", "sign_in.failed", NOW, 0)
    assert store.ask(asked).rows == [*firewall, first]
    journal.record(Event(at=NOW + 9, kind="sign_in.failed", reason="two"))
    journal.flush()
    both = [*firewall, first, ("limen", "two", "sign_in.failed", NOW + 9, 0)]
    assert store.ask(asked).rows == both
    journal.close()
    clock.forward(HOUR)
    again = Journal.open(tmp_path / "journal", (b"k" * 32,), clock=clock)
    again._sealing._queue.put(None)
    again._sealing._thread.join()
    assert len(list((tmp_path / "journal").rglob("*.parquet"))) == 1
    assert [row for row in store.ask(asked).rows if row[2] in {"", "sign_in.failed"}] == both
    again.close()


def test_what_is_not_named_is_unknown_and_facts_are_no_events() -> None:
    sql = JournalView(Path("/x"), {"uid": "id"}).select(Columns.of(COLUMNS), "rows")
    assert sql.count('as "') == len(COLUMNS)
    assert sql.split()[-5:-3] == ["where", "kind"]


def test_lines_are_read_in_portions_up_to_the_last_whole_one(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(b"one\ntwo\nthree\nhal")
    found = list(whole_lines(path, 0, 9))
    assert found == [(["one", "two"], 8), (["three"], 14)]
    assert list(whole_lines(path, 14, 9)) == []
