"""Folders with rules of others: which files count, and whether anything in them is other than before.

The server only looks at names, sizes and times; what the files hold is read by the process that watches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Final

SUFFIXES: Final = (".yml", ".yaml")
MAX_FOLDERS: Final = 5_000
MAX_FILES: Final = 20_000


class TooMany:
    """There are more files or folders than are looked at."""


def files_of(root: Path) -> Iterator[Path | TooMany]:
    """Each YAML file in a folder and those below it, in the order of their names; links are not followed.

    Where there are too many, that comes last.
    """
    files = 0
    for number, (folder, below, names) in enumerate(os.walk(root)):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not name.endswith(SUFFIXES) or name.startswith("."):
                continue
            files += 1
            if files > MAX_FILES or number > MAX_FOLDERS:
                yield TooMany()
                return
            yield Path(folder, name)


def state_of(folders: Iterable[str]) -> str:
    """A short text that is another one once a file in these folders is added, removed or written."""
    digest = blake2b(digest_size=16)
    for folder in folders:
        for path in files_of(Path(folder)):
            digest.update(
                repr(_seen(path) if isinstance(path, Path) else "too many").encode("utf-8", "backslashreplace")
            )
    return digest.hexdigest()


def _seen(path: Path) -> tuple[str, int, int]:
    try:
        found = path.lstat()
    except OSError:
        return str(path), 0, 0
    return str(path), found.st_size, found.st_mtime_ns
