from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from limen.storage import space as module
from limen.storage.space import MEGABYTE, Pressure, Space, has_room_beyond_the_reserve, space_in

GIGABYTE = 1_024 * MEGABYTE
ROOMY = Space(
    free_bytes=50 * GIGABYTE,
    total_bytes=100 * GIGABYTE,
    free_inodes=900_000,
    total_inodes=1_000_000,
    journal_bytes=300 * MEGABYTE,
    database_bytes=MEGABYTE,
)


@pytest.mark.parametrize(
    ("free", "total", "expected"),
    [
        (50 * GIGABYTE, 100 * GIGABYTE, Pressure.FINE),
        (14 * GIGABYTE, 100 * GIGABYTE, Pressure.LOW),
        (1 * GIGABYTE, 100 * GIGABYTE, Pressure.SHORT),
        (100 * GIGABYTE, 4_000 * GIGABYTE, Pressure.FINE),  # 2.5 %, but plenty
        (400 * MEGABYTE, 10 * GIGABYTE, Pressure.SHORT),
        (0, 10 * GIGABYTE, Pressure.SHORT),
    ],
)
def test_a_disk_is_as_near_its_end_as_what_is_left_of_it(free: int, total: int, expected: Pressure) -> None:
    space = replace(ROOMY, free_bytes=free, total_bytes=total)
    assert space.pressure is expected
    assert bool(list(space.sentences())) is (expected is not Pressure.FINE)


def test_files_can_run_out_before_bytes_do() -> None:
    space = replace(ROOMY, free_inodes=10_000)
    assert space.pressure is Pressure.SHORT
    assert list(space.sentences()) == ["Only 10,000 more files fit where Limen keeps its data."]


def test_a_file_system_without_inodes_is_not_short_of_them() -> None:
    assert replace(ROOMY, free_inodes=0, total_inodes=0).pressure is Pressure.FINE


def test_a_budget_warns_before_the_disk_does() -> None:
    space = replace(ROOMY, budget_bytes=310 * MEGABYTE)
    assert space.pressure is Pressure.SHORT
    assert list(space.sentences()) == ["The journal uses 300 MB of its 310 MB."]


def test_a_folder_is_looked_at_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "journal" / "main").mkdir(parents=True)
    (tmp_path / "journal" / "main" / "a.jsonl").write_bytes(b"x" * 5_000)
    (tmp_path / "limen.db").write_bytes(b"x" * 700)
    space = space_in(tmp_path, tmp_path / "journal")
    assert (space.journal_bytes, space.database_bytes) == (5_000, 700)
    assert 0 < space.free_bytes <= space.total_bytes


@pytest.mark.parametrize(
    ("free", "total", "has_room"),
    [(100, 10_000, True), (63, 10_000, False), (3, 16, True), (1, 16, False), (0, 16, False)],
)
def test_some_of_the_disk_is_set_aside(
    free: int, total: int, has_room: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = SimpleNamespace(f_frsize=4_096, f_bavail=free * 256, f_blocks=total * 256, f_favail=9, f_files=9)
    monkeypatch.setattr(module.os, "statvfs", lambda _: disk)
    assert has_room_beyond_the_reserve(tmp_path) is has_room


def test_a_disk_that_can_not_be_asked_is_tried(tmp_path: Path) -> None:
    assert has_room_beyond_the_reserve(tmp_path / "gone")
