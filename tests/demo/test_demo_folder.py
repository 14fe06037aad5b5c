from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from limen.demo.demo_folder import LOCK, PREFIX, demo_folder, remove_abandoned


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def left_behind(temporary: Path, name: str = "left") -> Path:
    """What a demo leaves that was killed."""
    folder = temporary / f"{PREFIX}{name}"
    folder.mkdir(mode=0o700)
    (folder / LOCK).touch(0o600)
    (folder / "data").mkdir()
    (folder / "data" / "limen.db").write_text("x")
    return folder


def test_it_is_gone_at_the_end_and_nobody_else_may_look_into_it(temporary: Path) -> None:
    with demo_folder() as folder:
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o077 == 0
    assert list(temporary.iterdir()) == []


def test_the_next_start_removes_what_a_killed_demo_left_and_no_running_ones(temporary: Path) -> None:
    killed = left_behind(temporary)
    with demo_folder() as running:
        assert not killed.exists()
        with demo_folder() as beside:
            assert running.exists()
            assert beside != running


def test_what_is_not_surely_a_demos_stays(temporary: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = left_behind(tmp_path_factory.mktemp("elsewhere"))
    (temporary / f"{PREFIX}link").symlink_to(elsewhere)
    unlocked = temporary / f"{PREFIX}unlocked"
    unlocked.mkdir(mode=0o700)
    shared = left_behind(temporary, "shared")
    shared.chmod(0o755)
    linked = left_behind(temporary, "linked-lock")
    (linked / LOCK).unlink()
    (linked / LOCK).symlink_to(elsewhere / LOCK)
    (temporary / f"{PREFIX}file").write_text("x")
    before = sorted(temporary.iterdir())
    remove_abandoned(temporary)
    assert sorted(temporary.iterdir()) == before
    assert (elsewhere / "data" / "limen.db").exists()
