from __future__ import annotations

from pathlib import Path

import pytest

from limen.clock import SystemClock
from limen.events import Event
from limen.operations import disk as module
from limen.operations.disk import Disk
from limen.storage.space import MEGABYTE, Space

GIGABYTE = 1_024 * MEGABYTE


def space(free: int) -> Space:
    return Space(free, 100 * GIGABYTE, 900, 1_000, 5 * MEGABYTE, MEGABYTE)


def test_each_change_is_said_once_in_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[Event] = []
    looked = [50, 50, 10, 9, 1, 1, 50, 50]
    monkeypatch.setattr(module, "space_in", lambda *_args, **_more: space(looked.pop(0) * GIGABYTE))
    disk = Disk(data=tmp_path, journal=tmp_path, budget_bytes=0, tell=told.append, clock=SystemClock())
    said: list[bool] = []
    while looked:
        disk.look()
        said.append(bool(disk.sentences))
    assert [(event.kind, event.details["pressure"]) for event in told] == [
        ("disk.low", "low"),
        ("disk.low", "short"),
        ("disk.recovered", "fine"),
    ]
    assert said == [False, False, True, True, True, True, False, False]


def test_what_can_not_be_looked_at_is_no_alarm(tmp_path: Path) -> None:
    told: list[Event] = []
    disk = Disk(data=tmp_path / "gone", journal=tmp_path, budget_bytes=0, tell=told.append, clock=SystemClock())
    disk.look()
    assert (disk.space, disk.sentences, told) == (None, (), [])
