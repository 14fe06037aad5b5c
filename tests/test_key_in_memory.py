from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from limen import key_in_memory as module
from limen.key_in_memory import path_to


def test_a_key_has_a_path_and_lies_in_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with path_to("key") as path:
        assert Path(path).read_text() == "key"
        assert list(tmp_path.iterdir()) == []
    assert not Path(path).exists()


def test_where_the_system_has_no_such_memory_a_file_goes_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(module, "DESCRIPTORS", tmp_path / "proc")
    with path_to("key") as path:
        assert [str(one) for one in tmp_path.iterdir()] == [path]
        assert Path(path).stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []
