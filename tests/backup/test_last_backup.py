from __future__ import annotations

from pathlib import Path

from limen.backup.last_backup import file_name, last_backup
from limen.clock import from_iso


def test_a_name_sorts_by_time_and_leads_nowhere() -> None:
    at = from_iso("2026-11-24T21:30:00Z")
    assert file_name("Harbor & Söhne", at, is_sealed=False) == "harbor-soehne-2026-11-24T213000Z.tar.gz"
    assert file_name("../..", at, is_sealed=True) == "limen-2026-11-24T213000Z.tar.gz.age"


def test_what_can_not_be_told_is_none(tmp_path: Path) -> None:
    assert last_backup(tmp_path) is None
    (tmp_path / "backup.last").write_text("{")
    assert last_backup(tmp_path) is None
