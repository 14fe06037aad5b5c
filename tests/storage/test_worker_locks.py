from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from limen.storage.worker_locks import WorkerLocks, boot_id

NAME, OTHER = "0123456789ab", "ba9876543210"


def test_a_lock_is_free_once_its_process_has_ended(tmp_path: Path) -> None:
    locks = WorkerLocks(tmp_path)
    hold = "from pathlib import Path; from limen.storage.worker_locks import WorkerLocks as L; L"
    wait = f"{hold}; one = L(Path({str(tmp_path)!r})); one.hold({NAME!r}); print(flush=True); input()"
    other = subprocess.Popen([sys.executable, "-c", wait], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert other.stdout is not None
    other.stdout.readline()
    assert not locks.is_free(NAME)
    other.kill()
    other.communicate()
    assert locks.is_free(NAME)
    locks.forget(NAME)
    assert not locks.is_free(NAME)


def test_ones_own_lock_is_held_until_it_is_released(tmp_path: Path) -> None:
    mine, other = WorkerLocks(tmp_path), WorkerLocks(tmp_path)
    mine.hold(NAME)
    mine.hold(NAME)
    assert not other.is_free(NAME)
    mine.release()
    assert list(tmp_path.iterdir()) == []


def test_a_name_leads_nowhere_else_and_no_folder_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.lock").touch()
    assert not WorkerLocks(tmp_path / "in").is_free("../x")
    nowhere = WorkerLocks(None)
    nowhere.hold(NAME)
    assert (nowhere.machine, nowhere.is_free(OTHER)) == ("", False)


def test_a_machine_is_another_after_each_start_and_with_each_folder(tmp_path: Path) -> None:
    one, other = WorkerLocks(tmp_path / "a").machine, WorkerLocks(tmp_path / "b").machine
    assert one != other
    assert one.startswith(f"{boot_id()}:")
