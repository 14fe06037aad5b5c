from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from limen.storage.segments import file as module
from limen.storage.segments.file import SegmentFile, cut_back


def test_batches_are_added_and_the_file_is_its_owners_only(tmp_path: Path) -> None:
    file = SegmentFile(tmp_path / "s")
    assert not (tmp_path / "s").exists()
    file.append(b"one")
    file.append(b"two")
    file.close()
    assert ((tmp_path / "s").read_bytes(), file.size) == (b"onetwo", 6)
    assert (tmp_path / "s").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("call", ["write", "fsync"])
def test_of_a_batch_that_is_refused_nothing_remains(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    file = SegmentFile(tmp_path / "s")
    file.append(b"one")
    real = os.write

    def refuse(handle: int, data: bytes = b"") -> int:
        if call == "write":
            real(handle, bytes(data)[:2])
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(f"limen.storage.segments.file.os.{call}", refuse)
        with pytest.raises(OSError, match="full"):
            file.append(b"two")
    assert (tmp_path / "s").read_bytes() == b"one"
    file.append(b"three")
    file.close()
    assert (tmp_path / "s").read_bytes() == b"onethree"


def last_dot(data: bytes, begins_at: int) -> tuple[int, int] | None:
    """Batches here are letters and a dot; one that begins before the window can't be seen whole."""
    at = data.rfind(b".")
    before = data.rfind(b".", 0, at)
    return None if at < 0 or (before < 0 and begins_at) else (begins_at + at, at + 1)


def test_a_file_is_cut_back_to_its_last_whole_batch_however_far_that_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FIRST_LOOK", 4)
    path = tmp_path / "s"
    path.write_bytes(b"aa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb.half")
    assert cut_back(path, last_dot) == (35, 36, 4)
    assert path.stat().st_size == 36
    assert cut_back(path, last_dot) == (35, 36, 0)


def test_a_file_without_a_whole_batch_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_bytes(b"half")
    assert cut_back(path, last_dot) == (None, 0, 4)
    assert path.read_bytes() == b""
