"""Files on a disk: which are read, and what of them can't be."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.data.extraction import made

from limen.data.extraction.pool import Pool
from limen.data.files import NO_FILE, files_below, scan_file, scan_files
from limen.data.inspection import Inspection


@pytest.fixture(scope="module")
def inspection() -> Iterator[Inspection]:
    pool = Pool(made.scanner())
    yield Inspection(made.scanner(), pool)
    pool.close()


def test_files_come_in_their_order(inspection: Inspection, tmp_path: Path) -> None:
    names = [f"{number:03}.txt" for number in range(70)]
    for name in names:
        (tmp_path / name).write_text(made.SEEN)
    scanned = list(scan_files(inspection, list(files_below([tmp_path]))))
    assert [one.path.name for one in scanned] == names
    assert all(one.inspected and made.finds(one.inspected) == {("card", "line 1")} for one in scanned)


def test_what_is_no_file_is_left_alone(inspection: Inspection, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert scan_file(inspection, tmp_path / "pipe").error == NO_FILE
    assert scan_file(inspection, tmp_path).error
    assert scan_file(inspection, tmp_path / "gone.txt").error


def test_links_lead_out_of_no_folder(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "two.txt").write_text("2")
    (tmp_path / "a" / "one.txt").write_text("1")
    (tmp_path / "outside.txt").write_text("3")
    (tmp_path / "a" / "link.txt").symlink_to(tmp_path / "outside.txt")
    (tmp_path / "a" / "around").symlink_to(tmp_path)
    assert [one.name for one in files_below([tmp_path / "a"])] == ["one.txt", "two.txt"]
    assert list(files_below([tmp_path / "outside.txt"])) == [tmp_path / "outside.txt"]
