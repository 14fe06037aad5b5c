"""How far detections have come, kept as a whole or not at all."""

from __future__ import annotations

from pathlib import Path

from limen.monitor.process.journal_tail import Place
from limen.monitor.process.state import FILE, State, keep_state, read_state


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    state = State(position=(1, 2, 3), journal={"main": Place(1, 2, 3)}, snapshots={"a": b"x"}, heard={"b": 1})
    keep_state(tmp_path, state)
    assert read_state(tmp_path) == state
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


def test_what_is_missing_damaged_or_a_link_is_begun_anew(tmp_path: Path) -> None:
    assert read_state(tmp_path) == State()
    for content in (b"", b"\xc1", b"\x80" * 10, b"\x81\xa8position\xa1x"):
        (tmp_path / FILE).write_bytes(content)
        assert read_state(tmp_path) == State()
    (tmp_path / FILE).unlink()
    (tmp_path / "elsewhere").write_bytes(b"\x80")
    (tmp_path / FILE).symlink_to(tmp_path / "elsewhere")
    assert read_state(tmp_path) == State()
