from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.doctor.scene import PLENTY, outside, setup

from limen.clock import DAY, SystemClock
from limen.doctor.disk import disk
from limen.finding import Finding, State
from limen.storage.space import Room

GB = 1_000_000_000


async def looked(tmp_path: Path, room: Room) -> Finding:
    (found,) = await disk(setup(tmp_path, outside_=outside(room=lambda _folder: room)))
    return found


@pytest.mark.parametrize(
    ("room", "state", "word"),
    [
        (PLENTY, State.OK, "50.0 GB are free"),
        (Room(100_000_000, 100 * GB, 9_999, 10_000), State.WRONG, "only 100.0 MB free"),
        (Room(50 * GB, 100 * GB, 3, 10_000), State.WRONG, "only 3 inodes"),
        (Room(50 * GB, 100 * GB, 0, 0), State.OK, "free"),
        (Room(GB // 2, 100 * GB, 9_999, 10_000), State.WARNING, "only 500.0 MB of 100.0 GB"),
        (Room(GB // 2, GB, 9_999, 10_000), State.OK, "free"),
    ],
)
async def test_room_is_told_before_it_ends(tmp_path: Path, room: Room, state: State, word: str) -> None:
    found = await looked(tmp_path, room)
    assert found.state is state
    assert word in found.what


async def test_a_journal_that_will_not_fit_is_predicted(tmp_path: Path) -> None:
    segment = tmp_path / "data" / "journal" / "chain" / "one"
    segment.parent.mkdir(parents=True)
    segment.write_bytes(b"x" * 10_000_000)
    ago = (SystemClock().now() - 2 * DAY) / 1_000
    os.utime(segment, (ago, ago))
    found = await looked(tmp_path, Room(300_000_000, GB, 9_999, 10_000))
    assert found.state is State.WARNING
    assert "the journal will grow by 44" in found.what
    assert "90 days" in found.what


async def test_a_disk_that_can_not_be_looked_at_is_wrong(tmp_path: Path) -> None:
    def gone(_folder: Path) -> Room:
        raise OSError(5, "Input/output error")

    (found,) = await disk(setup(tmp_path, outside_=outside(room=gone)))
    assert found.state is State.WRONG
