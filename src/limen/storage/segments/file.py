"""The file of a segment that is being written: batches that are durable or not there; and what a hard stop leaves."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from limen.storage.files import sync, write_all

_FIRST_LOOK = 1 << 20
T = TypeVar("T")


class SegmentFile:
    """A file of `size` bytes that batches are added to. It appears with its first batch."""

    def __init__(self, path: Path, size: int = 0) -> None:
        self.path = path
        self.size = size
        self._file: int | None = None

    def append(self, batch: bytes) -> None:
        """Write one batch and wait until the disk has it. Raises OSError; then nothing of the batch remains."""
        if self._file is None:
            self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with _being_written(self._file):
            try:
                write_all(self._file, batch)
                os.fsync(self._file)
                if self.size == 0:
                    sync(self.path.parent)
            except OSError:
                os.ftruncate(self._file, self.size)
                raise
        self.size += len(batch)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


def durable_size(path: Path) -> int:
    """How many bytes of the file at `path` the disk has: what is being written may still be taken back. Waits for that;
    raises OSError.
    """
    with path.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        return os.fstat(file.fileno()).st_size


def cut_back(path: Path, last_batch: Callable[[bytes, int], tuple[T, int] | None]) -> tuple[T | None, int, int]:
    """Cut the file at `path` back to the last whole batch; what lies beyond was never acknowledged.

    `last_batch` is given the end of the file, and where that begins; it returns what it found, and the offset after it
    in what it was given. Returns what was found, the size that is left, and how many bytes were cut. The disk has what
    is left then, also where the process ended before it had waited for that.
    """
    size = path.stat().st_size
    look = _FIRST_LOOK
    with path.open("r+b") as file:
        while True:
            begin = max(0, size - look)
            file.seek(begin)
            found = last_batch(file.read(), begin)
            if found is not None or begin == 0:
                break
            look *= 8
        end = begin + found[1] if found else 0
        if end < size:
            file.truncate(end)
        os.fsync(file.fileno())
    sync(path.parent)
    return (found[0] if found else None), end, size - end


@contextmanager
def _being_written(file: int) -> Iterator[None]:
    """Whoever asks for the `durable_size` meanwhile waits, in this process and in others."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
