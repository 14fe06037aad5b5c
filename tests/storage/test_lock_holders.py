from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from limen.storage.lock_holders import PARENT_LOCK, front_holder, journal_holder, own_parent, write_holder


def test_the_process_in_a_write_is_found_by_the_byte_it_locks(tmp_path: Path) -> None:
    database, shared, locks = tmp_path / "a.db", tmp_path / "a.db-shm", tmp_path / "locks"
    database.write_text("")
    shared.write_text("")
    inode = shared.stat().st_ino

    def held(line: str, file: int = inode) -> int | None:
        locks.write_text(line.format(file) + "\nrubbish\n1: POSIX ADVISORY WRITE x 0:0:0 0 0\n")
        return write_holder(database, locks)

    assert held("1: POSIX  ADVISORY  WRITE 77 fe:00:{} 120 120") == 77
    assert held("1: POSIX  ADVISORY  READ 77 fe:00:{} 120 120") is None
    assert held("1: POSIX  ADVISORY  WRITE 77 fe:00:{} 121 121") is None
    assert held("1: -> POSIX  ADVISORY  WRITE 77 fe:00:{} 120 120") is None
    assert held("1: POSIX  ADVISORY  WRITE 77 fe:00:{} 0 EOF", database.stat().st_ino) == 77
    assert write_holder(database, tmp_path / "nothing") is None


def test_who_writes_the_journal_is_found_without_touching_its_lock(tmp_path: Path) -> None:
    assert journal_holder(tmp_path / "none") is None
    (tmp_path / "chain").mkdir()
    with (tmp_path / "chain" / "lock").open("ab") as lock:
        assert journal_holder(tmp_path) is None
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert journal_holder(tmp_path) == os.getpid()


def test_the_front_is_whoever_holds_its_lock(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert front_holder(lock) is None
    with lock.open("w") as file:
        assert front_holder(lock) is None
        fcntl.flock(file, fcntl.LOCK_EX)
        assert front_holder(lock) == os.getpid()


def test_a_worker_knows_its_own_parent_and_takes_no_other_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert own_parent(None) is None
    assert own_parent(tmp_path) is None
    with (tmp_path / PARENT_LOCK).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert own_parent(tmp_path) is None
        monkeypatch.setattr(os, "getppid", os.getpid)
        assert own_parent(tmp_path) == os.getpid()
