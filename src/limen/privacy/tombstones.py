"""The list of who was erased, as a file: opaque ids and dates, to be kept beside backups and put back after a restore.

A backup from before an erasure still has the person in it. When Limen starts with this file in the data folder, the
people in it are erased again before anything else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from limen.clock import Instant, from_iso, to_iso
from limen.storage.files import open_own, replace_file

FILE: Final = "erased.txt"
MOST_BYTES: Final = 8 << 20
_HEADER: Final = (
    "# Erased people, by opaque ids. Keep this file with your backups: put it into the data folder after a restore.\n"
)
_LINE: Final = re.compile(r"(p_[0-9a-zA-Z]{1,38}) (\S{20,30})")


def read_tombstones(data: Path) -> dict[str, Instant]:
    """The ids in the file, each with when it was erased; {} without a file. Lines of any other form are ignored.

    Raises OSError where the file is not ours.
    """
    try:
        handle = open_own(data / FILE, os.O_RDONLY)
    except FileNotFoundError:
        return {}
    with os.fdopen(handle, "rb") as file:
        text = file.read(MOST_BYTES).decode("utf-8", "replace")
    found: dict[str, Instant] = {}
    for line in text.splitlines():
        if (match := _LINE.fullmatch(line.strip())) is not None:
            try:
                found[match[1]] = from_iso(match[2])
            except ValueError:
                continue
    return found


def write_tombstones(data: Path, erased: Iterable[tuple[str, Instant]]) -> None:
    """Add these to the file; earlier entries stay."""
    before: Mapping[str, Instant] = read_tombstones(data)
    everybody = {**dict(erased), **before}
    if everybody.keys() != before.keys():
        lines = [f"{person_id} {to_iso(at)}\n" for person_id, at in sorted(everybody.items(), key=lambda one: one[1])]
        replace_file(data / FILE, (_HEADER + "".join(lines)).encode())
