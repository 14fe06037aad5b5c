"""Files as they lie on a disk, scanned as text: where in them something was found, by line."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
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
    """These files and all that lie in these folders, by name; links are not followed out of what was named."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for folder, folders, names in os.walk(path):
            folders.sort()
            yield from (Path(folder, name) for name in sorted(names) if not Path(folder, name).is_symlink())


def scan_file(scanner: Scanner, path: Path) -> ScannedFile:
    """What is in a file. UTF-8, what is like it, and UTF-16 with its mark are read; of anything else `why_not`."""
    if not path.is_file():
        return ScannedFile(path, why_not="it is no file")
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
        encoding = _UTF_16.get(start[:2], "")
        if not encoding and b"\0" in start:
            return ScannedFile(path, why_not=NO_TEXT)
        found = scanner.pieces(_text_of(path, encoding))
        return ScannedFile(path, found, _lines(path, encoding, [one.start for one in found.findings]))
    except OSError as wrong:
        return ScannedFile(path, why_not=wrong.strerror or "it can't be read")


def text_of(path: Path) -> bytes | None:
    """A file's text as UTF-8; None where it is none, or can't be read."""
    try:
        with path.open("rb") as file:
            start = file.read(_LOOK)
        encoding = _UTF_16.get(start[:2], "")
        return None if not encoding and b"\0" in start else b"".join(_text_of(path, encoding))
    except OSError:
        return None


def _text_of(path: Path, encoding: str) -> Iterator[bytes]:
    """A file's text in UTF-8, piece by piece."""
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece if decoder is None else decoder.decode(piece).encode("utf-8", "replace")


def _lines(path: Path, encoding: str, offsets: list[int]) -> tuple[int, ...]:
    """The line of each offset, counted from 1; the offsets rise."""
    lines: list[int] = []
    at, line = 0, 1
    for piece in _text_of(path, encoding) if offsets else ():
        begun = 0
        while len(lines) < len(offsets) and offsets[len(lines)] < at + len(piece):
            here = offsets[len(lines)] - at
            line += piece.count(b"\n", begun, here)
            begun = here
            lines.append(line)
        line += piece.count(b"\n", begun)
        at += len(piece)
    return tuple(lines)
