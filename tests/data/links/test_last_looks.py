"""How the running Limen looks for links, kept for the doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

from limen.data.links.last_looks import FILE, LastLook, read, write

LOOK = LastLook("finance", 1, 2, "slow", "more")


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    write(tmp_path, [LOOK])
    assert read(tmp_path) == [LOOK]


@pytest.mark.parametrize("text", ["", "{", '[{"store": 7}]', "[" * 9_000])
def test_what_is_none_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    assert read(tmp_path) == []
    write(tmp_path / "nowhere", [LOOK])
    assert read(tmp_path / "nowhere") == []
