from __future__ import annotations

import pytest
from tests.backup.saved_company import Served

from limen.backup.errors import BackupBusyError, BackupError
from limen.backup.places import refuse_half_restored, working


def test_one_at_a_time_and_what_a_killed_run_left_is_removed(served: Served) -> None:
    (served.root / "data" / ".working").mkdir()
    (served.root / "data" / ".working" / "old").touch()
    with working(served.root, served.settings) as folder:
        assert list(folder.iterdir()) == []
        with pytest.raises(BackupBusyError, match="running here"), working(served.root, served.settings):
            pass
    assert not folder.exists()


def test_half_a_restore_is_not_served(served: Served) -> None:
    refuse_half_restored(served.root, served.settings)
    (served.root / "data" / ".restoring").mkdir()
    with pytest.raises(BackupError, match="limen restore"):
        refuse_half_restored(served.root, served.settings)
