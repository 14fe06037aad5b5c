"""The files and folders that backup, restore and upgrade use, all within the data folder."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from limen.backup.errors import BackupBusyError, BackupError
from limen.company.places import data_folder
from limen.settings import Settings

RESTORING: Final = ".restoring"
WORKING: Final = ".working"
BEFORE_UPGRADE: Final = "before-upgrade"
BACKUPS: Final = "backups"
EPOCH: Final = "epoch"
LAST: Final = "backup.last"
_LOCK: Final = "backup.lock"


@contextmanager
def working(root: Path, settings: Settings) -> Iterator[Path]:
    """An empty folder for this process alone, beside the data and gone afterwards. Raises BackupBusyError.

    What a killed run left in it is removed by the next.
    """
    data = data_folder(root, settings)
    with alone(data):
        folder = data / WORKING
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """Be the one backup, restore or upgrade of this data folder. Raises BackupBusyError."""
    handle = os.open(data / _LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            what = "another backup, restore or upgrade is running here"
            raise BackupBusyError(what, "wait for it to finish") from None
        yield
    finally:
        os.close(handle)


def refuse_half_restored(root: Path, settings: Settings) -> None:
    """Raises BackupError where a restore was not finished: a server must not run on half of the data."""
    if (data_folder(root, settings) / RESTORING).exists():
        raise BackupError(
            f"a restore into {data_folder(root, settings)} was started but not finished",
            "run `limen restore` again; it starts over",
        )
