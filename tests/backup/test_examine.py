from __future__ import annotations

from pathlib import Path

import pytest
from tests.backup.saved_company import Served

from limen.backup.archive import reading
from limen.backup.errors import BackupUnfitError
from limen.backup.examine import examine, megabytes
from limen.clock import SystemClock


def test_a_journal_that_did_not_hold_is_refused_and_can_be_accepted_aloud(served: Served, tmp_path: Path) -> None:
    open_one = next((served.root / "data" / "journal" / "main").glob("*.jsonl"))
    written = open_one.read_bytes()
    open_one.write_bytes(written.replace(b'"unmapped"', b'"unmappee"', 1))
    served.back_up(tmp_path / "b.tar.gz")
    (tmp_path / "one").mkdir()
    with reading(tmp_path / "b.tar.gz") as archive, pytest.raises(BackupUnfitError, match="doesn't contain"):
        examine(archive, tmp_path / "one", served.key, SystemClock().now())
    (tmp_path / "two").mkdir()
    with reading(tmp_path / "b.tar.gz") as archive:
        found = examine(archive, tmp_path / "two", served.key, SystemClock().now(), accept_journal=True)
    assert not found.report.ok


def test_sizes_are_said_in_megabytes() -> None:
    assert megabytes(3 << 19) == "1.5 MB"
