from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from limen.data.doors.rights import may, owner_of

NOBODY = 65_534


def test_the_rights_of_whoever_asks(tmp_path: Path) -> None:
    assert may(tmp_path, "rwx")
    assert not may(tmp_path / "none", "r")
    assert owner_of(tmp_path) == os.geteuid()
    assert owner_of(tmp_path / "none") is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root asks for another user")
def test_the_rights_of_another_user() -> None:
    with tempfile.TemporaryDirectory() as place:
        folder, log = Path(place), Path(place) / "a log"
        folder.chmod(0o755)
        log.touch()
        log.chmod(0o640)
        assert may(log, "r")
        assert not may(log, "r", NOBODY)
        assert (may(folder, "rx", NOBODY), may(folder, "rwx", NOBODY)) == (True, False)
        os.chown(log, NOBODY, -1)
        assert may(log, "rw", NOBODY)
        assert may(log, "r", 3_999_999_999)  # of a user that nobody knows, it is the answer of whoever asks
