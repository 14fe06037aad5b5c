from __future__ import annotations

from pathlib import Path

import pytest

from limen.events import Event
from limen.storage.errors import JournalUnwritableError
from limen.storage.journal.emergency import EMERGENCY_BYTES, EMERGENCY_FILE, WRITER, EmergencySegment
from limen.storage.segments.link import Link, start_of

KEYS = (b"k" * 32,)
USED = Event(at=5, kind="break_glass.used", id="a" * 24)


def test_its_room_is_taken_beforehand_and_using_it_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / EMERGENCY_FILE
    emergency = EmergencySegment(path, KEYS)
    blocks = path.stat().st_blocks
    assert path.stat().st_size == EMERGENCY_BYTES
    assert blocks * 512 >= EMERGENCY_BYTES
    for _ in range(50):
        emergency.append(USED)
    assert (path.stat().st_size, path.stat().st_blocks) == (EMERGENCY_BYTES, blocks)


def test_what_was_written_is_there_after_a_restart_and_goes_on(tmp_path: Path) -> None:
    EmergencySegment(tmp_path / EMERGENCY_FILE, KEYS).append(USED)
    emergency = EmergencySegment(tmp_path / EMERGENCY_FILE, KEYS)
    emergency.append(USED)
    assert emergency.events() == [USED, USED]


def test_when_it_is_full_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.storage.journal.emergency.EMERGENCY_BYTES", 700)
    emergency = EmergencySegment(tmp_path / EMERGENCY_FILE, KEYS)
    emergency.append(USED)
    with pytest.raises(JournalUnwritableError, match="full"):
        emergency.append(USED)


def test_nothing_is_added_to_one_that_was_tampered_with(tmp_path: Path) -> None:
    path = tmp_path / EMERGENCY_FILE
    EmergencySegment(path, KEYS).append(USED)
    path.write_bytes(path.read_bytes().replace(b"break_glass", b"something__"))
    emergency = EmergencySegment(path, KEYS)
    with pytest.raises(JournalUnwritableError):
        emergency.append(USED)
    assert emergency.events() == []


def test_its_room_shrinks_with_use_and_is_gone_behind_what_was_changed(tmp_path: Path) -> None:
    path = tmp_path / EMERGENCY_FILE
    emergency = EmergencySegment(path, KEYS)
    assert emergency.room() == EMERGENCY_BYTES
    emergency.append(USED)
    used = EMERGENCY_BYTES - emergency.room()
    assert 0 < used < 1_000
    path.write_bytes(path.read_bytes().replace(b"break_glass", b"break_class"))
    assert emergency.room() == 0


def test_one_that_is_full_is_renamed_and_the_chain_goes_on_in_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limen.storage.journal.emergency.EMERGENCY_BYTES", 700)
    path = tmp_path / EMERGENCY_FILE
    EmergencySegment(path, KEYS).append(USED)
    for n in (1, 2):
        with pytest.raises(JournalUnwritableError, match=rf"break-glass-{n}\.segment"):
            EmergencySegment(path, KEYS).append(USED)
        path.rename(tmp_path / f"break-glass-{n}.segment")
        EmergencySegment(path, KEYS).append(USED)
    emergency = EmergencySegment(path, KEYS)
    assert emergency.events() == [USED] * 3
    reached = emergency.reach(start_of(WRITER))
    assert reached is not None
    assert reached.n == 3


def test_it_reaches_on_from_what_it_reached_before_and_from_nothing_else(tmp_path: Path) -> None:
    emergency = EmergencySegment(tmp_path / EMERGENCY_FILE, KEYS)
    emergency.append(USED)
    before = emergency.reach(start_of(WRITER))
    assert before is not None
    emergency.append(USED)
    after = emergency.reach(before)
    assert after is not None
    assert after.n == 2
    assert emergency.reach(Link(1, after.head)) is None
    (tmp_path / EMERGENCY_FILE).unlink()
    assert emergency.reach(before) is None
