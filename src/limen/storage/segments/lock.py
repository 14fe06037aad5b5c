"""One process writes a chain at a time."""

from __future__ import annotations

import fcntl
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from limen.storage.errors import JournalBusyError

LOCK_FILE: Final = "lock"
"""Locked by the process that writes the chain beside it."""
_TRIES: Final = 5
_PAUSE_SECONDS: Final = 0.02


def lock_chain(folder: Path) -> IO[bytes]:
    """Lock the chain in `folder` for this process; closing the file unlocks it.

    Raises JournalBusyError while another process writes it. One that only looks (`is_being_written`) lets go at once.
    """
    file = (folder / LOCK_FILE).open("ab")
    for _ in range(_TRIES):
        with suppress(BlockingIOError):
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return file
        time.sleep(_PAUSE_SECONDS)
    file.close()
    raise JournalBusyError(f"the journal {folder} is being written by another process", "stop it first")


def is_being_written(folder: Path) -> bool:
    """Whether a process holds the lock of the chain in `folder`."""
    try:
        with (folder / LOCK_FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
