"""A lock for each worker on this machine, held for as long as its process lives: whose lock is free has ended."""

from __future__ import annotations

import fcntl
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

LOCK: Final = ".lock"
BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")
"""Another one after each start of the machine (Linux, random(4))."""
_NAME: Final = re.compile("[0-9a-f]{12}")


class WorkerLocks:
    """The locks in `folder`; None where a worker has no place for one, and then nobody sees that it has ended."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self._held: IO[bytes] | None = None
        self._name = ""

    @property
    def machine(self) -> str:
        """What stands for the folder on this machine since it was started; "" where there is none."""
        if self.folder is None:
            return ""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = self.folder.stat()
        return f"{boot_id()}:{found.st_dev}:{found.st_ino}"

    def hold(self, name: str) -> None:
        """Lock `name` until `release`, or until this process ends. Raises OSError."""
        if self.folder is None or self._held is not None:
            return
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(self.folder / (name + LOCK), "ab", opener=_private)  # noqa: SIM115 -- kept open
        fcntl.flock(file, fcntl.LOCK_EX)  # nobody else has this name; who looks whether it is free lets go at once
        self._held, self._name = file, name

    def release(self) -> None:
        if self._held is not None:
            self.forget(self._name)
            self._held.close()
            self._held = None

    def is_free(self, name: str) -> bool:
        """Whether the process of this worker has ended. A lock that is not there says nothing."""
        if self.folder is None or not _NAME.fullmatch(name):
            return False
        try:
            with (self.folder / (name + LOCK)).open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def forget(self, name: str) -> None:
        """Remove the file of a worker that has ended."""
        if self.folder is not None and _NAME.fullmatch(name):
            with suppress(OSError):
                (self.folder / (name + LOCK)).unlink()


def boot_id() -> str:
    try:
        return BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
