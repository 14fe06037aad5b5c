"""One process writes a chain at a time."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO, Final

from limen.storage.errors import JournalBusyError

LOCK_FILE: Final = "lock"
"""Locked by the process that writes the chain beside it."""


def lock_chain(folder: Path) -> IO[bytes]:
    """Lock the chain in `folder` for this process; closing the file unlocks it.

    Raises JournalBusyError while another process writes it.
    """
    file = (folder / LOCK_FILE).open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise JournalBusyError(f"the journal {folder} is being written by another process", "stop it first") from None
    return file


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
