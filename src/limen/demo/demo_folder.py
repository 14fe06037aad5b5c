"""The demo's folder: temporary, and gone at the end; one that a killed demo left behind goes at the next start."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from limen.storage.files import open_own

PREFIX: Final = "harbor-"
LOCK: Final = ".demo-lock"
"""In each demo's folder, locked for as long as its process lives: the system unlocks it whatever ends the process."""


@contextmanager
def demo_folder() -> Iterator[Path]:
    """A folder for this demo alone, removed at the end."""
    remove_abandoned(Path(tempfile.gettempdir()))
    with TemporaryDirectory(prefix=PREFIX, ignore_cleanup_errors=True) as folder:
        handle = _locked(Path(folder))
        try:
            yield Path(folder)
        finally:
            os.close(handle)


def remove_abandoned(temporary: Path) -> None:
    """Remove the folders of demos that do not run any more.

    Only what a demo of this user made: a folder, no link, owned by them and open to nobody else, with the lock in it.
    """
    for folder in temporary.glob(f"{PREFIX}*"):
        with suppress(OSError):
            if _is_ours(folder) and _is_abandoned(folder):
                shutil.rmtree(folder)


def _is_ours(folder: Path) -> bool:
    found = folder.lstat()
    is_private = stat.S_IMODE(found.st_mode) & 0o077 == 0
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and is_private


def _is_abandoned(folder: Path) -> bool:
    """Whether nobody holds its lock. One without a lock is no demo's, or its demo is just being started."""
    handle = open_own(folder / LOCK, os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(handle)
    return True


def _locked(folder: Path) -> int:
    """Make the lock and hold it; it has its name only once it is held."""
    part = folder / f"{LOCK}.part"
    handle = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    part.rename(folder / LOCK)
    return handle
