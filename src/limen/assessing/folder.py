"""The files of a folder of exports, read within bounds: no link is followed, and nothing is unpacked."""

from __future__ import annotations

import codecs
import os
import stat
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Final

from limen.clock import Instant
from limen.errors import LimenError
from limen.printable import visible

MOST_FILES: Final = 200
MOST_BYTES: Final = 128 << 20
"""Of one file."""
MOST_IN_ALL: Final = 256 << 20
LONGEST_NAME: Final = 80
_TEXTS: Final = frozenset(
    {"", ".csv", ".tsv", ".json", ".txt", ".conf", ".cfg", ".xml", ".zone", ".rules", ".v4", ".v6", ".nft"}
)
_PACKED: Final = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ", b"(\xb5/\xfd")


class RefusedError(LimenError):
    """A file that is not taken: `name` and, where it is known, `line` say where."""

    def __init__(self, name: str, line: int, what: str, fix: str) -> None:
        where = f"{shown(name)}:{line}" if line else shown(name)
        super().__init__(f"{where}: {what}", fix)


@dataclass(frozen=True, slots=True)
class File:
    """`data` is UTF-8, whatever it was; `written_at` is when the file was changed last."""

    name: str
    data: bytes
    written_at: Instant = 0

    def refused(self, what: str, fix: str, line: int = 0) -> RefusedError:
        return RefusedError(self.name, line, what, fix)

    def line_at(self, offset: int) -> int:
        return self.data.count(b"\n", 0, max(0, offset)) + 1


@dataclass(frozen=True, slots=True)
class Found:
    """`left_out` says why of files that are no exports: (name, why)."""

    files: tuple[File, ...]
    left_out: tuple[tuple[str, str], ...]


def shown(name: str) -> str:
    """The name of a file as people may be shown it."""
    return visible(name.encode("utf-8", "backslashreplace").decode())[:LONGEST_NAME].replace("\n", " ")


def read_folder(folder: Path) -> Found:
    """All of it, in the order of names. Raises LimenError, with every file that is refused."""
    files: list[File] = []
    left_out: list[tuple[str, str]] = []
    refused: list[RefusedError] = []
    left = MOST_IN_ALL
    for name in _names(folder):
        if why := _not_taken(folder, name):
            left_out.append((shown(name), why))
            continue
        try:
            data, written_at = _read(folder, name, min(left, MOST_BYTES))
            left -= len(data)
            files.append(File(name, _utf8(name, data), written_at))
        except RefusedError as error:
            refused.append(error)
    refuse_all(refused)
    return Found(tuple(files), tuple(left_out))


def refuse_all(refused: list[RefusedError]) -> None:
    """Raises all of them as one error; nothing where there is none."""
    if refused:
        raise LimenError("\n".join(one.what for one in refused), refused[0].fix)


def _names(folder: Path) -> list[str]:
    try:
        names = sorted(one.name for one in os.scandir(folder) if not one.name.startswith("."))
    except OSError as error:
        raise LimenError(f"{folder} can't be read: {error.strerror}", "name the folder of your exports") from None
    if len(names) > MOST_FILES:
        raise LimenError(f"there are more than {MOST_FILES} files in {folder}", "keep only the exports in it")
    return names


def _not_taken(folder: Path, name: str) -> str:
    """Why something is not even opened; "" where it is."""
    try:
        mode = (folder / name).lstat().st_mode
    except OSError:
        return "it can't be read"
    if stat.S_ISLNK(mode):
        return "it is a link, and links are not followed"
    if not stat.S_ISREG(mode):
        return "it is no file, and folders in the folder are not looked into"
    return "" if PurePath(name).suffix.lower() in _TEXTS else "its ending is none of an export"


def _read(folder: Path, name: str, most: int) -> tuple[bytes, Instant]:
    """It may have become something else since it was looked at."""
    try:
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise RefusedError(name, 0, f"it can't be read: {error.strerror}", "export it again") from None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise RefusedError(name, 0, "it is no regular file", "export it again")
        data = file.read(most + 1)
    if len(data) > most:
        what = f"it is larger than {MOST_BYTES >> 20} MiB, or all files are larger than {MOST_IN_ALL >> 20} MiB"
        raise RefusedError(name, 0, what, "export fewer columns, or a shorter time")
    return data, int(about.st_mtime * 1000)


def _utf8(name: str, data: bytes) -> bytes:
    if data.startswith(_PACKED):
        raise RefusedError(name, 0, "it is an archive, or a sheet of Excel", "unpack it, or save it as CSV UTF-8")
    encoding = "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RefusedError(
            name, line, "this is not UTF-8, and no other encoding is guessed", "save it as UTF-8"
        ) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise RefusedError(name, line, "there are NUL characters in it", "export it again as UTF-8")
    return text.encode()
