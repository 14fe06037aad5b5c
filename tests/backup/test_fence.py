from __future__ import annotations

from pathlib import Path

import pytest

from limen.backup.errors import BackupError
from limen.backup.fence import PROMOTED, epoch_of, promote, promoted_in, refuse_if_replaced, write_epoch

KEY = b"m" * 32


def test_only_a_higher_epoch_replaces(tmp_path: Path) -> None:
    shared, data = tmp_path / "shared", tmp_path / "data"
    shared.mkdir()
    data.mkdir()
    assert (epoch_of(data), promoted_in(shared, KEY)) == (0, None)
    refuse_if_replaced(data, shared, KEY)
    refuse_if_replaced(data, None, KEY)
    refuse_if_replaced(data, shared, None)
    promote(shared, 2, 1_000, "backup-two", KEY)
    with pytest.raises(BackupError, match="backup-two"):
        refuse_if_replaced(data, shared, KEY)
    write_epoch(data, 2)
    refuse_if_replaced(data, shared, KEY)


def test_what_can_not_be_read_promotes_nobody(tmp_path: Path) -> None:
    (tmp_path / PROMOTED).write_text("[]")
    (tmp_path / "epoch").write_text("two")
    assert promoted_in(tmp_path, KEY) is None
    assert epoch_of(tmp_path) == 0
