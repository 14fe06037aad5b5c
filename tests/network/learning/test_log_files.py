"""Files packed and plain, lines without end, and files that are none."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from limen.errors import LimenError
from limen.network.learning.log_files import lines_of
from limen.network.learning.reading import LONGEST_LINE


@pytest.mark.parametrize("is_packed", [False, True])
def test_lines_come_one_by_one(tmp_path: Path, is_packed: bool) -> None:
    data = b"one\r\n\xff\xfe\n" + b"x" * 1_000_000 + b"\nlast"
    file = tmp_path / "log"
    file.write_bytes(gzip.compress(data) if is_packed else data)
    lines = list(lines_of(file))
    assert [lines[0], lines[1], lines[3]] == ["one", "\ufffd\ufffd", "last"]
    assert LONGEST_LINE < len(lines[2]) <= LONGEST_LINE + 2


def test_what_can_t_be_read_is_said(tmp_path: Path) -> None:
    cut_off = tmp_path / "log.gz"
    cut_off.write_bytes(gzip.compress(b"x" * 1_000)[:-9])
    for file in (cut_off, tmp_path / "none", tmp_path):
        with pytest.raises(LimenError):
            list(lines_of(file))
