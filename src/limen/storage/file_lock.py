"""A claim on a file: held by one process of a machine, and free as soon as that process has ended."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from limen.storage.errors import DatabaseTakenError


class FileLock:
    """See `Claim`."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._held: IO[bytes] | None = None

    def hold(self) -> None:
        """Raises DatabaseTakenError where another process holds it, OSError."""
        if self._held is not None:
            return
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(self._file, "ab", opener=lambda path, flags: os.open(path, flags, 0o600))  # noqa: SIM115
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise DatabaseTakenError from None
        self._held = file

    def close(self) -> None:
        if self._held is not None:
            self._held.close()
            self._held = None
