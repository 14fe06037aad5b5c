from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.errors import JournalBusyError
from limen.storage.segments.lock import is_being_written, lock_chain


def test_one_process_writes_a_chain_at_a_time_and_others_can_see_it(tmp_path: Path) -> None:
    assert not is_being_written(tmp_path)
    held = lock_chain(tmp_path)
    assert is_being_written(tmp_path)
    with pytest.raises(JournalBusyError):
        lock_chain(tmp_path)
    held.close()
    assert not is_being_written(tmp_path)
    lock_chain(tmp_path).close()
