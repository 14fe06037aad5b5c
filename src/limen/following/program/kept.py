"""Files that a program keeps at the machine where it runs."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator


class Wrong(Exception):
    """What can't be done, and what to do about it."""


def write(path: Path, text: str | bytes, mode: int = 0o600) -> None:
    """All of it or nothing, and never half of it to whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".limen.")
    with os.fdopen(handle, "wb") as file:
        file.write(text.encode() if isinstance(text, str) else text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(name, mode)
    os.replace(name, path)


class Kept:
    """The folder of what a program knows again when it starts: a file of JSON for each thing."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def path(self, name: str) -> Path:
        return self.folder / name

    def read(self, name: str) -> Any:
        """{} where nothing of that name is kept."""
        try:
            return json.loads(self.path(name).read_text())
        except FileNotFoundError:
            return {}

    def put(self, name: str, value: Any) -> None:
        """Only root reads it."""
        write(self.path(name), json.dumps(value))

    def drop(self, name: str) -> None:
        try:
            self.path(name).unlink()
        except FileNotFoundError:
            pass


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One at a time changes what is in force at the machine."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
