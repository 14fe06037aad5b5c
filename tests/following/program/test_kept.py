"""Files at a machine: whole or not there, and for root alone unless they say otherwise."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from limen.following.program.kept import Kept, locked, write


def test_a_file_is_written_whole_with_its_mode(tmp_path: Path) -> None:
    write(tmp_path / "folder" / "secret", "s")
    write(tmp_path / "folder" / "program", b"p", 0o755)
    found = {one.name: (one.read_text(), one.stat().st_mode & 0o777) for one in (tmp_path / "folder").iterdir()}
    assert found == {"secret": ("s", 0o600), "program": ("p", 0o755)}


def test_what_could_not_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "a", "before")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write(tmp_path / "a", "after")
    assert (tmp_path / "a").read_text() == "before"


def test_what_is_not_kept_is_empty_and_what_is_dropped_as_well(tmp_path: Path) -> None:
    kept = Kept(str(tmp_path))
    assert kept.read("trial") == {}
    kept.put("trial", {"change": "c1"})
    assert kept.read("trial") == {"change": "c1"}
    kept.drop("trial")
    kept.drop("trial")
    assert kept.read("trial") == {}


def test_one_at_a_time(tmp_path: Path) -> None:
    seen: list[str] = []

    def second() -> None:
        with locked(tmp_path / "run"):
            seen.append("second")

    with locked(tmp_path / "run"):
        other = threading.Thread(target=second)
        other.start()
        other.join(0.05)
        seen.append("first")
    other.join()
    assert seen == ["first", "second"]
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o700
