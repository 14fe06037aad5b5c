from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.storage.journal.conftest import NOW

from limen.clock import DAY, HOUR, SetClock
from limen.events import Event
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal import Journal
from limen.storage.journal.chain import parse
from limen.storage.journal.held import beginning, held_chains, lines_after
from limen.storage.segments.name import segments_in

FAILED = Event(at=NOW, kind="sign_in.failed")


def numbers(told: bytes) -> list[int]:
    return [line.n for raw in told.splitlines(keepends=True) if (line := parse(raw)) is not None]


def written(journal: Journal, times: int) -> None:
    for _ in range(times):
        journal.record(FAILED)
        journal.flush()


def test_the_lines_after_a_line_are_told_in_whole_batches(opened: Callable[..., Journal], tmp_path: Path) -> None:
    written(opened(), 4)
    root = tmp_path / "journal"
    assert held_chains(root) == ["main"]
    assert numbers(lines_after(root / "main", 0)) == [1, 2, 3, 4, 5]
    assert numbers(lines_after(root / "main", 0, most=1)) == [1, 2]
    assert numbers(lines_after(root / "main", 3, most=1)) == [4]
    assert lines_after(root / "main", 5) == b""
    assert lines_after(root / "main", 900) == b""


def test_half_a_batch_is_not_told(opened: Callable[..., Journal], tmp_path: Path) -> None:
    journal = opened()
    written(journal, 2)
    journal.close()
    ((_, path),) = segments_in(tmp_path / "journal" / "main")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"n":4,"s":"')
    assert lines_after(path.parent, 0) == whole


def test_what_the_disk_has_not_taken_yet_is_told_to_nobody(
    opened: Callable[..., Journal], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or another node keeps lines that are written otherwise afterwards: two histories under one name."""
    journal = opened()
    written(journal, 1)
    folder = tmp_path / "journal" / "main"
    told: list[bytes] = []
    asking = threading.Thread(target=lambda: told.append(lines_after(folder, 0)))

    def refuses(_file: int) -> None:
        monkeypatch.undo()
        asking.start()
        asking.join(0.2)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("limen.storage.segments.file.os.fsync", refuses)
    journal.record(FAILED)
    with pytest.raises(JournalUnwritableError):
        journal.flush()
    asking.join()
    written(journal, 1)
    assert lines_after(folder, 0).startswith(told[0])


def test_sealed_and_open_segments_are_told_as_one_chain(
    opened: Callable[..., Journal], tmp_path: Path, clock: SetClock
) -> None:
    journal = opened()
    for _ in range(3):
        written(journal, 2)
        clock.forward(HOUR)
    folder = tmp_path / "journal" / "main"
    before = lines_after(folder, 0)
    journal.erase([])  # waits until all that is closed is sealed
    assert numbers(lines_after(folder, 0))[: len(numbers(before))] == numbers(before)
    assert numbers(lines_after(folder, 4))[0] == 5


def test_a_chain_whose_first_lines_are_past_their_time_says_where_it_begins(
    opened: Callable[..., Journal], tmp_path: Path, clock: SetClock
) -> None:
    journal = opened()
    folder = tmp_path / "journal" / "main"
    assert beginning(folder) == b""
    written(journal, 1)
    journal.erase([])
    clock.forward(91 * DAY)
    ends = time.monotonic() + 20
    journal.expire()
    while not beginning(folder):
        assert time.monotonic() < ends
        time.sleep(0.02)
    assert numbers(lines_after(folder, 0))[:1] != [1]


def test_a_folder_without_a_chain_tells_nothing(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "main").mkdir()
    (tmp_path / "main" / "sealed.json").write_bytes(b"[]")
    assert held_chains(tmp_path) == []
    assert lines_after(tmp_path / "main", 0) == b""
    assert beginning(tmp_path / "main") == b""
