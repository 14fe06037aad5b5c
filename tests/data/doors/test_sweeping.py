"""Sweeps of shares, as much at a time as finds room."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from limen.data.doors import sweeping
from limen.data.doors.sweeping import Sweep, changed_since, earlier


@pytest.fixture
def share(tmp_path: Path) -> Path:
    for number in range(7):
        (tmp_path / f"{number % 3}").mkdir(exist_ok=True)
        (tmp_path / f"{number % 3}" / f"{number}").touch()
    return tmp_path


async def test_a_sweep_goes_on_where_the_last_one_ended(share: Path) -> None:
    sweep, found = Sweep(), []
    for since, room, number, behind in ((5, 3, 3, 5), (9, 0, 0, 5), (9, 3, 3, 5), (9, 3, 1, 0)):
        paths = await sweep.next(share, since, room)
        found += paths
        assert (len(paths), sweep.is_behind_since) == (number, behind)
    assert [str(path) for path in found] == ["0/0", "0/3", "0/6", "1/1", "1/4", "2/2", "2/5"]


async def test_what_found_no_room_sets_back_the_next_one(share: Path) -> None:
    sweep = Sweep()
    assert sweep.is_behind_since == 0
    sweep.drop(8)
    sweep.drop(9)
    assert sweep.is_behind_since == 8
    assert len(await sweep.next(share, 20, 100)) == 7
    assert (sweep.since, sweep.is_behind_since) == (8, 0)
    assert await sweep.next(share, 20, 0) == []
    assert sweep.is_behind_since == 20


async def test_who_asks_for_more_than_a_sweep_that_is_not_at_its_end_is_heard(share: Path) -> None:
    sweep = Sweep()
    await sweep.next(share, 9, 3)
    assert (len(await sweep.next(share, 0, 100)), sweep.is_behind_since) == (4, 1)
    assert (len(await sweep.next(share, 9, 100)), sweep.is_behind_since) == (7, 0)


def test_only_what_changed_is_looked_for_and_what_can_not_be_read(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    last = max((path.stat().st_ctime_ns for path in share.rglob("*") if path.is_file()), default=0)
    assert list(changed_since(share, last + 1)) == []
    closed = share / "1"
    really = os.scandir
    refused = closed.stat().st_ino

    def scandir(folder: int):
        if os.fstat(folder).st_ino == refused:
            raise PermissionError
        return really(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [(str(path), str(at)) for path, at in changed_since(share, last + 1)] == [("1", "1/\0")]
    ((_, at),) = changed_since(share, last + 1)
    assert [str(path) for path, _ in sweeping.changed_since(share, 0, at)][-2:] == ["2/2", "2/5"]


def test_no_moment_is_later_than_any() -> None:
    assert [earlier(0, 0), earlier(0, 3), earlier(3, 0), earlier(2, 3)] == [0, 3, 3, 2]
