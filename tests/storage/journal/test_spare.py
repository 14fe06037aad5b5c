from __future__ import annotations

from pathlib import Path

import pytest

from limen.events import Event
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal.spare import SPARE_BYTES, Spare

KEYS = (b"k" * 32,)
USED = Event(at=5, kind="break_glass.used", id="a" * 24)


def test_its_room_is_taken_beforehand_and_using_it_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "spare"
    spare = Spare(path, KEYS)
    blocks = path.stat().st_blocks
    assert path.stat().st_size == SPARE_BYTES
    assert blocks * 512 >= SPARE_BYTES
    for _ in range(50):
        spare.append(USED)
    assert (path.stat().st_size, path.stat().st_blocks) == (SPARE_BYTES, blocks)


def test_what_was_written_is_there_after_a_restart_and_goes_on(tmp_path: Path) -> None:
    Spare(tmp_path / "spare", KEYS).append(USED)
    spare = Spare(tmp_path / "spare", KEYS)
    spare.append(USED)
    assert spare.events() == [USED, USED]


def test_when_it_is_full_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.storage.journal.spare.SPARE_BYTES", 700)
    spare = Spare(tmp_path / "spare", KEYS)
    spare.append(USED)
    with pytest.raises(JournalUnwritableError, match="full"):
        spare.append(USED)


def test_nothing_is_added_to_one_that_was_tampered_with(tmp_path: Path) -> None:
    path = tmp_path / "spare"
    Spare(path, KEYS).append(USED)
    path.write_bytes(path.read_bytes().replace(b"break_glass", b"something__"))
    spare = Spare(path, KEYS)
    with pytest.raises(JournalUnwritableError):
        spare.append(USED)
    assert spare.events() == []


def test_its_room_shrinks_with_use_and_is_gone_behind_what_was_changed(tmp_path: Path) -> None:
    path = tmp_path / "spare"
    spare = Spare(path, KEYS)
    assert spare.room() == SPARE_BYTES
    spare.append(USED)
    used = SPARE_BYTES - spare.room()
    assert 0 < used < 1_000
    path.write_bytes(path.read_bytes().replace(b"break_glass", b"break_class"))
    assert spare.room() == 0
