"""Files of a share, reached without being led elsewhere: no link is followed, and a file is known by what it is.

Names come from whoever writes to the share. Each part of a path is opened by itself, so that neither a link in its
place nor a folder that is swapped meanwhile leads out of the share.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import stat
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from limen.data.doors.mass_renaming import END, SAMPLE, Sample
from limen.errors import LimenError

NOTE: Final = ".limen.txt"
LONGEST_NOTE: Final = 16_384
"""In bytes."""
PIECE: Final = 1 << 18
MOST_PARTS: Final = 2_000
"""Of a path. What lies deeper is not reached, and so nobody has seen it."""
_LAST_NAME: Final = chr(0x10FFFF)
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENXIO, errno.ENAMETOOLONG, errno.EINVAL})
"""What the system says of a name that leads to no file: nothing is there, a link is, or what can't be opened at all.
What it says else, as of missing rights, is about a file that nobody has looked at.
"""


class GoneError(LimenError):
    """What was named is no file of the share, or no longer."""

    def __init__(self) -> None:
        super().__init__("it is no file of the share any more", "look where it was moved to")


def digest_of(descriptor: int, size: int) -> bytes:
    """The SHA-256 of the first so many bytes of an open file: one that grows all the time comes to an end as well."""
    digest, at = hashlib.sha256(), 0
    while at < size and (piece := os.pread(descriptor, min(PIECE, size - at), at)):
        digest.update(piece)
        at += len(piece)
    return digest.digest()


@dataclass(frozen=True, slots=True)
class ShareFile:
    """One open file. `folder` is the descriptor of its folder; both are good within `opened`."""

    path: PurePosixPath
    folder: int
    descriptor: int
    size: int
    owner: int
    identity: tuple[int, int]
    changed_ns: int

    @property
    def is_still_there(self) -> bool:
        """Whether its name still leads to it."""
        try:
            found = os.stat(self.path.name, dir_fd=self.folder, follow_symlinks=False)
        except OSError:
            return False
        return (found.st_dev, found.st_ino) == self.identity

    @property
    def is_unchanged(self) -> bool:
        """Whether it was not written to since it was opened."""
        found = os.fstat(self.descriptor)
        return (found.st_size, found.st_ctime_ns) == (self.size, self.changed_ns)

    def start(self, size: int) -> bytes:
        return os.pread(self.descriptor, size, 0)

    def sample(self) -> Sample:
        """Some of it, by which one sees whether it was encrypted."""
        middle = os.pread(self.descriptor, SAMPLE, max(self.size // 2, SAMPLE)) if self.size > 2 * SAMPLE else b""
        return Sample(self.start(SAMPLE), middle, os.pread(self.descriptor, END, max(self.size - END, 0)))

    def digest(self) -> bytes:
        """The SHA-256 of what is in it."""
        return digest_of(self.descriptor, self.size)

    async def pieces(self, most: int | None = None) -> AsyncIterator[bytes]:
        """What is in it, or its first so many bytes."""
        at, until = 0, self.size if most is None else min(self.size, most)
        while at < until:
            piece = await asyncio.to_thread(os.pread, self.descriptor, min(PIECE, until - at), at)
            if not piece:
                return
            at += len(piece)
            yield piece


@contextmanager
def folder_of(root: Path, path: PurePosixPath) -> Iterator[int]:
    """The descriptor of the folder that this path below `root` lies in. Raises GoneError, and OSError where it is
    there and can't be opened; PermissionError where it lies too deep.
    """
    parts = path.parts
    if not parts or path.is_absolute() or ".." in parts:
        raise GoneError
    if len(parts) > MOST_PARTS:
        raise PermissionError(errno.EACCES, f"it lies more than {MOST_PARTS} folders deep", path.name)
    at = _open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in parts[:-1]:
            below = _open(part, _FOLDER, at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


@contextmanager
def opened(root: Path, path: PurePosixPath) -> Iterator[ShareFile]:
    """A regular file at this path below `root`. Raises GoneError where there is none, and OSError where one can't be
    opened.
    """
    with folder_of(root, path) as folder:
        descriptor = _open(path.name, _FILE, folder)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                raise GoneError
            yield ShareFile(
                path,
                folder,
                descriptor,
                found.st_size,
                found.st_uid,
                (found.st_dev, found.st_ino),
                found.st_ctime_ns,
            )
        finally:
            os.close(descriptor)


def files_below(
    root: Path, path: PurePosixPath, after: PurePosixPath | None = None
) -> Iterator[tuple[PurePosixPath, os.stat_result | None]]:
    """The regular files below a folder of a share, each with what the system says of it, as far as that is a folder;
    and folders that can't be read, with None. Names are in one order, by which a walk goes on behind `after`.
    """
    folders = [path]
    while folders:
        here = folders.pop()
        behind = _names_behind(here, after)
        if behind is None:
            continue
        try:
            with folder_of(root, here / "_") as folder, os.scandir(folder) as entries:
                found = sorted((one.name, one.is_dir(follow_symlinks=False)) for one in entries)
                files = [_stat(name, folder) for name, is_folder in found if not is_folder and name > behind]
        except GoneError:
            continue
        except OSError:
            yield here, None
            continue
        yield from ((here / name, said) for name, said in files if said is not None and stat.S_ISREG(said.st_mode))
        folders += [here / name for name, is_folder in reversed(found) if is_folder]


def _names_behind(here: PurePosixPath, after: PurePosixPath | None) -> str | None:
    """Behind which name of this folder a walk goes on; None where all of it was walked."""
    if after is None or here.parts > after.parent.parts:
        return ""
    if here == after.parent:
        return after.name
    return _LAST_NAME if after.is_relative_to(here) else None


def _stat(name: str, folder: int) -> tuple[str, os.stat_result | None]:
    try:
        return name, os.stat(name, dir_fd=folder, follow_symlinks=False)
    except OSError:
        return name, None


def _open(name: Path | str, flags: int, folder: int | None = None) -> int:
    try:
        return os.open(name, flags, dir_fd=folder)
    except OSError as error:
        if error.errno in _GONE:
            raise GoneError from None
        raise


def note_name(name: str) -> str:
    """What the note is called that stands in the place of a file that was taken out."""
    return f"{name[:200]}{NOTE}"


def remove_beside(folder: int, name: str, holding: str) -> None:
    """Remove a small file of this name that holds these words; whatever else is called so stays."""
    with suppress(OSError), os.fdopen(os.open(name, _FILE, dir_fd=folder), "rb") as file:
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode) and holding.encode() in file.read(LONGEST_NOTE):
            os.unlink(name, dir_fd=folder)


def write_beside(file: ShareFile, name: str, text: str) -> None:
    """A small new file in the folder of another, of the same owner where that may be said. Raises OSError."""
    descriptor = os.open(name, _NEW, 0o644, dir_fd=file.folder)
    try:
        os.fchmod(descriptor, 0o644)  # whatever Limen's own files are kept from, this is for others to read
        os.write(descriptor, text.encode())
        if os.geteuid() == 0:
            os.fchown(descriptor, file.owner, -1)
    finally:
        os.close(descriptor)
