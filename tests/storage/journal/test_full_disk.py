"""A really full disk: a small file system in memory, filled to the last byte while the journal is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.storage.small_disk import small_disk
from tests.waiting import wait_until

from limen.events import Event
from limen.storage.journal import Journal, Reader, verify

KEYS = (b"k" * 32,)


@pytest.fixture
def full_soon(tmp_path: Path) -> Iterator[Path]:
    with small_disk(tmp_path, 2, "the journal on a full disk") as disk:
        yield disk


def fill(disk: Path) -> Path:
    hog = disk / "hog"
    with hog.open("wb", buffering=0) as file:
        for size in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue
    return hog


def test_on_a_full_disk_it_is_unwritable_break_glass_still_is_and_with_room_it_recovers(full_soon: Path) -> None:
    journal = Journal.open(full_soon / "journal", KEYS)
    journal.record(Event(at=1, kind="sign_in.failed"))
    journal.flush()
    hog = fill(full_soon)
    kept = [journal.record(Event(at=2, kind="sign_in.failed", details={"pad": "x" * 9_000})) for _ in range(3)]
    wait_until(lambda: not journal.writable)

    broken = journal.break_glass(Event(at=3, kind="break_glass.used"))
    assert broken.encode() in (full_soon / "journal" / "main" / "break-glass.segment").read_bytes()
    time.sleep(0.6)
    assert not journal.writable

    hog.unlink()
    wait_until(lambda: journal.writable)
    assert Reader(full_soon / "journal").holds([*kept, broken]) == {*kept, broken}
    journal.close()
    assert verify(full_soon / "journal", KEYS).problems == ()
