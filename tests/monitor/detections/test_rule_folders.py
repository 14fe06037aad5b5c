"""Folders of rules: which files count, and that each change of one is seen."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from limen.monitor.detections import rule_folders
from limen.monitor.detections.rule_folders import TooMany, files_of, state_of


def test_yaml_files_in_their_order_and_nothing_hidden(tmp_path: Path) -> None:
    for name in ("b.yml", "a.yaml", ".hidden.yml", "c.txt", "below/d.yml", ".git/e.yml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("title: x")
    (tmp_path / "link").symlink_to(tmp_path / "below")
    names = [str(one.relative_to(tmp_path)) for one in files_of(tmp_path) if isinstance(one, Path)]
    assert names == ["a.yaml", "b.yml", "below/d.yml"]


def test_of_too_many_files_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rule_folders, "MAX_FILES", 2)
    for number in range(4):
        (tmp_path / f"{number}.yml").write_text("")
    found = list(files_of(tmp_path))
    assert [isinstance(one, TooMany) for one in found] == [False, False, True]


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "new.yml").write_text("title: new"),
        lambda folder: (folder / "old.yml").write_text("title: older"),
        lambda folder: (folder / "old.yml").unlink(),
        lambda folder: os.utime(folder / "old.yml", ns=(1, 1)),
    ],
)
def test_whatever_happens_to_a_file_is_seen(tmp_path: Path, change: Callable[[Path], object]) -> None:
    (tmp_path / "old.yml").write_text("title: old")
    folders = [str(tmp_path)]
    before = state_of(folders)
    assert state_of(folders) == before
    change(tmp_path)
    assert state_of(folders) != before


def test_a_folder_that_is_not_there_yet_is_seen_once_it_is(tmp_path: Path) -> None:
    folders = [str(tmp_path / "rules")]
    before = state_of(folders)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "one.yml").write_text("title: one")
    assert state_of(folders) != before
