"""The store verified by a process of its own: what it finds, and what it says where it can't look."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.storage.event_store.conftest import COLUMNS, KEYS, NOW, lines

from limen.clock import SetClock
from limen.errors import LimenError
from limen.storage.event_store import EventStore
from limen.storage.event_store.checking import check
from limen.storage.segments.name import segments_in


def write(root: Path, first: int, last: int) -> None:
    store = EventStore.open(root, columns=COLUMNS, keys=KEYS, clock=SetClock(NOW))
    store.append(lines(first, last))
    store.close()


def test_it_finds_what_was_changed_and_what_was_put_back(tmp_path: Path) -> None:
    write(tmp_path, 0, 5)
    early = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write(tmp_path, 5, 10)
    found = check(tmp_path, KEYS)
    assert (found.events, found.problems) == (10, 0)
    assert check(tmp_path, KEYS, (found.checkpoint,)).problems == 0
    for path in tmp_path.iterdir():
        path.unlink()
    for name, content in early.items():
        (tmp_path / name).write_bytes(content)
    assert check(tmp_path, KEYS).problems == 0  # by itself an older state is whole
    assert check(tmp_path, KEYS, (found.checkpoint,)).problems == 1
    (_, segment) = segments_in(tmp_path)[-1]
    segment.write_bytes(segment.read_bytes().replace(b"1", b"2", 1))
    changed = check(tmp_path, KEYS)
    assert changed.problems
    assert changed.said


def test_a_check_that_fails_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    write(tmp_path / "store", 0, 1)
    (tmp_path / "store" / "checkpoint.json").unlink()
    (tmp_path / "store" / "checkpoint.json").mkdir()
    with pytest.raises(LimenError):
        check(tmp_path / "store", KEYS)
