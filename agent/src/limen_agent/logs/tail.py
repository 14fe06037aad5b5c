"""One log file, read on from where it was left: when it is renamed the rest of it first, when it is cut from its start.

Only files below `ALLOWED` are read, whatever Limen asks for: who takes over a Limen must not read people's files.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ALLOWED: Final = Path("/var/log")
LONGEST_LINE: Final = 16 * 1024
"""Bytes: of a longer line the beginning is sent; of one that JSON writes far longer than it is, less."""
MOST_BYTES: Final = 32 * 1024
"""So much is read in one go."""
MOST_SENT: Final = 40 * 1024
"""Characters of one message, as JSON writes them: signed it is no longer than Limen takes."""
MOST_LINES: Final = 500


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file was read: which file that was, and how many bytes. `inode` 0: it was never read."""

    inode: int = 0
    offset: int = 0

    @classmethod
    def of(cls, said: object) -> Place:
        """As it was kept; the beginning of nothing where it can't be read."""
        if isinstance(said, dict) and type(said.get("inode")) is int and type(said.get("offset")) is int:
            return cls(max(0, said["inode"]), max(0, said["offset"]))
        return cls()

    def said(self) -> Mapping[str, Any]:
        return {"inode": self.inode, "offset": self.offset}


def is_allowed(path: str) -> bool:
    """Whether this path, whatever links are on its way, is a log's."""
    try:
        return Path(path).resolve().is_relative_to(ALLOWED.resolve())
    except (OSError, ValueError, RuntimeError):
        return False


def read_on(path: str, place: Place) -> tuple[list[str], Place]:
    """The whole lines behind `place`, and where they end. A file that was never read begins at its end.

    Raises OSError where it can't be read now.
    """
    if not is_allowed(path):
        return [], place
    with _opened(path) as current:
        found = os.fstat(current.fileno())
        if not place.inode:
            return [], Place(found.st_ino, found.st_size)
        if found.st_ino != place.inode:
            if (before := _renamed(path, place.inode)) is not None:
                with _opened(before) as old:
                    lines, after = _lines(old, place, is_over=True)
                if lines:
                    return lines, after
            return [], Place(found.st_ino, 0)
        if found.st_size < place.offset:
            place = Place(found.st_ino, 0)
        return _lines(current, place, is_over=False)


def _lines(file: Any, place: Place, *, is_over: bool) -> tuple[list[str], Place]:
    file.seek(place.offset)
    piece = file.read(MOST_BYTES)
    lines: list[str] = []
    used = size = 0
    for raw in piece.splitlines(keepends=True):
        is_whole = raw.endswith(b"\n")
        is_cut = not is_whole and len(piece) == MOST_BYTES and not used
        if len(lines) == MOST_LINES or not (is_whole or is_cut or is_over):
            break
        text = raw[:LONGEST_LINE].decode("utf-8", "replace").rstrip("\r\n")
        while len(json.dumps(text)) > MOST_SENT:
            text = text[: len(text) // 2]
        size += len(json.dumps(text))
        if lines and size > MOST_SENT:
            break
        used += len(raw)
        if text:
            lines.append(text)
    return lines, Place(place.inode, place.offset + used)


def _opened(path: str) -> Any:
    """A plain file: no pipe, which could hold whoever reads it, and no link in its last part."""
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is no file")
    return os.fdopen(handle, "rb")


def _renamed(path: str, inode: int) -> str | None:
    """Where the file of this inode is now, beside where it was: `auth.log.1`."""
    wanted = Path(path)
    try:
        beside = [one for one in os.scandir(wanted.parent) if one.name.startswith(wanted.name) and one.inode() == inode]
    except OSError:
        return None
    return beside[0].path if beside else None
