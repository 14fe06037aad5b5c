from __future__ import annotations

import stat
import threading
from pathlib import Path

import pytest

from limen.storage.wake_ups import SUFFIX, WakeUps, wake_all


@pytest.fixture(params=["short", "d" * 120])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """One whose path fits into a socket's address, and one whose path does not."""
    return tmp_path / request.param


def test_everybody_who_listens_is_woken_until_they_stop(folder: Path) -> None:
    heard = [threading.Event(), threading.Event()]
    listeners = [WakeUps(folder, one.set) for one in heard]
    for one in listeners:
        one.start()
    wake_all(folder)
    assert all(one.wait(5) for one in heard)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in folder.iterdir())
    heard[0].clear()
    listeners[1].stop()
    wake_all(folder)
    assert heard[0].wait(5)
    listeners[0].stop()
    assert list(folder.iterdir()) == []
    wake_all(folder)


def test_what_somebody_left_behind_who_was_killed_is_removed(folder: Path) -> None:
    killed = WakeUps(folder, lambda: None)
    assert killed._socket is not None
    killed._socket.close()
    assert [file.suffix for file in folder.iterdir()] == [SUFFIX]
    wake_all(folder)
    assert list(folder.iterdir()) == []


def test_whoever_does_not_listen_is_not_waited_for(folder: Path) -> None:
    stopped = WakeUps(folder, lambda: None)
    for _ in range(5_000):
        wake_all(folder)
    stopped.start()
    stopped.stop()
