"""A really full disk: a small file system in memory, filled to the last byte while the store is open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.event_store.conftest import COLUMNS, KEYS, lines
from tests.storage.journal.test_full_disk import fill
from tests.storage.small_disk import small_disk

from limen.storage.errors import EventsUnwritableError
from limen.storage.event_store import EventStore, store as module
from limen.storage.event_store.verify import verify
from limen.storage.journal import Journal


@pytest.fixture
def full_soon(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, 8, "the event store on a full disk") as disk:
        yield disk


def test_on_a_full_disk_nothing_is_half_written_and_with_room_it_goes_on(
    full_soon: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "has_room_beyond", lambda *_: True)  # so that the disk itself refuses
    store = EventStore.open(full_soon / "events", columns=COLUMNS, keys=KEYS)
    store.append(lines(0, 100))
    hog = fill(full_soon)
    size = store.end.offset
    for _ in range(3):
        with pytest.raises(EventsUnwritableError):
            store.append(lines(100, 400))
    assert sum(path.stat().st_size for path in (full_soon / "events").glob("*.jsonl")) == size
    assert store.ask("select count(*) from events").rows == [(100,)]
    hog.unlink()
    assert store.append(lines(100, 400)).n == 400
    store.seal()
    assert store.ask("select count(*) from events").rows == [(400,)]
    store.close()
    assert verify(full_soon / "events", KEYS).problems == ()


def test_a_flood_of_events_leaves_the_journal_its_room(full_soon: Path) -> None:
    journal = Journal.open(full_soon / "journal", (b"k" * 32,))
    store = EventStore.open(full_soon / "events", columns=COLUMNS, keys=KEYS)

    def flood() -> None:
        for first in range(0, 1_000_000, 500):
            store.append(lines(first, first + 500, raw="x" * 200))

    with pytest.raises(EventsUnwritableError):
        flood()
    journal.flush()
    assert journal.writable
    store.close()
    journal.close()
