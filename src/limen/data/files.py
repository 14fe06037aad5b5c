"""Files as they lie on a disk, scanned as text: where in them something was found, by line."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Final

from limen.data.model import Found
from limen.data.scanning.scanner import Scanner

PIECE: Final = 1 << 18
"""So many bytes of a file are held at once."""
_LOOK: Final = 8_192
NO_TEXT: Final = "it is no text"
_UTF_16: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """What was found in a file, and in which line each find begins, in the same order. `why_not`: it was not read."""

    path: Path
    found: Found = field(default_factory=Found)
    lines: tuple[int, ...] = ()
    why_not: str = ""


def files_below(paths: list[Path]) -> Iterator[Path]:
    """These files and all that lie in these folders, by name; links are not followed out of what was named. A folder
    that can't be listed is there itself, so that `scan_file` says why.
    """
    for path in paths:
        if path.is_dir():
            yield from _below(path)
        else:
            yield path


def scan_file(scanner: Scanner, path: Path, *, may_be_link: bool = False) -> ScannedFile:
    """What is in a file. UTF-8, what is like it, and UTF-16 with its mark are read; of anything else `why_not`.

    It is opened once, and read as far as it went then: whoever can change it meanwhile neither makes it endless nor
    has anything else read in its place.
    """
    try:
        with _opened(path, may_be_link=may_be_link) as file:
            about = os.fstat(file.fileno())
            if not S_ISREG(about.st_mode):
                return ScannedFile(path, why_not="it is no file")
            start = file.read(_LOOK)
            encoding = _UTF_16.get(start[:2], "")
            if (not encoding and b"\0" in start) or _has_hole(file, about.st_size):
                return ScannedFile(path, why_not=NO_TEXT)
            found = scanner.pieces(_text_of(file, about.st_size, encoding))
            offsets = [one.start for one in found.findings]
            return ScannedFile(path, found, _lines(_text_of(file, about.st_size, encoding), offsets))
    except OSError as wrong:
        return ScannedFile(path, why_not=wrong.strerror or "it can't be read")


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


def _has_hole(file: FileIO, size: int) -> bool:
    """Whether some of it was never written, as of no text: terabytes may be claimed by it (lseek(2), SEEK_HOLE)."""
    try:
        return os.lseek(file.fileno(), 0, os.SEEK_HOLE) < size
    except OSError:
        return False  # it is empty, or its file system knows of no holes


def _text_of(file: FileIO, size: int, encoding: str) -> Iterator[bytes]:
    """A file's text in UTF-8, piece by piece, as far as `size` bytes."""
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    file.seek(0)
    while size > 0 and (piece := file.read(min(PIECE, size))):
        size -= len(piece)
        yield piece if decoder is None else decoder.decode(piece).encode("utf-8", "replace")


def _lines(pieces: Iterator[bytes], offsets: list[int]) -> tuple[int, ...]:
    """The line of each offset, counted from 1; the offsets rise. Of what is gone by now it is the last."""
    lines: list[int] = []
    at, line = 0, 1
    for piece in pieces if offsets else ():
        begun = 0
        while len(lines) < len(offsets) and offsets[len(lines)] < at + len(piece):
            here = offsets[len(lines)] - at
            line += piece.count(b"\n", begun, here)
            begun = here
            lines.append(line)
        line += piece.count(b"\n", begun)
        at += len(piece)
    return (*lines, *[line] * (len(offsets) - len(lines)))
