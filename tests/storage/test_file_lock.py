from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.errors import DatabaseTakenError
from limen.storage.file_lock import FileLock


def test_one_holds_it_at_a_time(tmp_path: Path) -> None:
    one, other = FileLock(tmp_path / "new" / "lock"), FileLock(tmp_path / "new" / "lock")
    one.hold()
    one.hold()
    with pytest.raises(DatabaseTakenError):
        other.hold()
    one.close()
    other.hold()
    other.close()
    other.close()
