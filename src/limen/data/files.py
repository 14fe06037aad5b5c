"""Files as they lie on a disk: which there are, and what is in each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Final

from limen.data.documents import Inspected
from limen.data.extraction.pool import WORKERS
from limen.data.inspection import Inspection

NO_FILE: Final = "it is no file"
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file, and what was found in it; `error`: why it could not even be opened."""

    path: Path
    inspected: Inspected | None
    error: str = ""


def files_below(paths: list[Path]) -> Iterator[Path]:
    """These files and all that lie in these folders, by name; links are not followed out of what was named. A folder
    that can't be listed is there itself, so that `scan_file` says why.
    """
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        else:
            yield path


def scan_files(
    inspection: Inspection, paths: list[Path], named: frozenset[Path] = frozenset()
) -> Iterator[ScannedFile]:
    """What is in each of these files, in their order; some are looked into at once. Those that were `named` may be
    links.
    """
    with ThreadPoolExecutor(WORKERS) as threads:
        for at in range(0, len(paths), _AT_ONCE):
            yield from threads.map(
                lambda path: scan_file(inspection, path, may_be_link=path in named), paths[at : at + _AT_ONCE]
            )


def scan_file(inspection: Inspection, path: Path, *, may_be_link: bool = False) -> ScannedFile:
    """What is in a file. Pipes, devices and what can't be read are named and left alone.

    It is opened once, and read as far as it went then: whoever can change it meanwhile neither makes it endless nor
    has anything else read in its place.
    """
    try:
        file = _opened(path, may_be_link=may_be_link)
        if not S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            return ScannedFile(path, None, NO_FILE)
        return ScannedFile(path, inspection.inspect_open(file, path.name))
    except OSError as wrong:
        return ScannedFile(path, None, wrong.strerror or "it can't be read")


def _below(folder: Path) -> Iterator[Path]:
    """A folder's files before those of the folders in it, however deep."""
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listed:
                entries = sorted(listed, key=lambda one: one.name)
        except OSError:
            yield here
            continue
        folders = [Path(one.path) for one in entries if one.is_dir(follow_symlinks=False)]
        yield from (Path(one.path) for one in entries if not one.is_symlink() and not one.is_dir(follow_symlinks=False))
        waiting += reversed(folders)


def _opened(path: Path, *, may_be_link: bool) -> FileIO:
    """Whoever put a pipe there holds nobody up (O_NONBLOCK)."""
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if may_be_link else os.O_NOFOLLOW)
    return FileIO(os.open(path, flags))
