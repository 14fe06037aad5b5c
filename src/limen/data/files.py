"""Files as they lie on a disk: which there are, and what is in each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
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
    """These files and all that lie in these folders, by name; links are not followed out of what was named."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names) if not Path(folder, name).is_symlink())


def scan_files(inspection: Inspection, paths: list[Path]) -> Iterator[ScannedFile]:
    """What is in each of these files, in their order; some are looked into at once."""
    with ThreadPoolExecutor(WORKERS) as threads:
        for at in range(0, len(paths), _AT_ONCE):
            yield from threads.map(lambda path: scan_file(inspection, path), paths[at : at + _AT_ONCE])


def scan_file(inspection: Inspection, path: Path) -> ScannedFile:
    """What is in a file. Pipes, devices and what can't be read are named and left alone."""
    if not path.is_file():
        return ScannedFile(path, None, NO_FILE)
    try:
        return ScannedFile(path, inspection.inspect_file(path))
    except OSError as wrong:
        return ScannedFile(path, None, wrong.strerror or "it can't be read")
