"""A tar of somebody else becomes a folder, and nothing outside of it is touched.

The filters of Python's tarfile go by paths, which links in the tar can make longer than the system resolves
(CVE-2025-4517). Here every part of a name is opened by itself below the new folder, nothing is written through a link
or over what is there, and links come last of all.
"""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from limen.data.sealing.errors import broken

MOST_MEMBERS: Final = 1_000_000
MOST_PARTS: Final = 1_000
_PIECE: Final = 1 << 20
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_KEPT_MODE: Final = 0o755
_OWNERS: Final = 0o600


def unpack(source: IO[bytes], into: Path, name: str) -> None:
    """The tar in `source` into the empty folder `into`; `name` is what it is called where it is wrong.

    Raises SealedError for what leads out of it or is there twice, tarfile.TarError and OSError.
    """
    root = os.open(into, _FOLDER)
    links: list[tuple[tuple[str, ...], str]] = []
    try:
        with tarfile.open(fileobj=source, mode="r|") as tar:
            for number, member in enumerate(tar):
                if number == MOST_MEMBERS:
                    raise broken(name, "it has too many files")
                parts = _parts(member.name, name)
                if member.issym():
                    links.append((parts, member.linkname))
                else:
                    _write(tar, member, parts, root, name)
        for parts, target in links:
            _link(parts, target, root, name)
    except FileExistsError:
        raise broken(name, "two files in it have one name") from None
    finally:
        os.close(root)


def leads_out(parts: tuple[str, ...], target: str) -> bool:
    """Whether a link at this place in a folder could lead out of it. Its `..` may only come first: behind a name that
    is a link itself they would mean another folder.
    """
    there = [part for part in target.split("/") if part not in {"", "."}]
    up = next((at for at, part in enumerate(there) if part != ".."), len(there))
    return target.startswith("/") or ".." in there[up:] or up >= len(parts)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, parts: tuple[str, ...], root: int, name: str) -> None:
    if member.isdir():
        with _folder(parts, root):
            return
    if not parts:
        raise broken(name, "a file in it has no name")
    with _folder(parts[:-1], root) as folder:
        if member.islnk():
            first = _parts(member.linkname, name) or ("",)
            with _folder(first[:-1], root) as there:
                os.link(first[-1], parts[-1], src_dir_fd=there, dst_dir_fd=folder, follow_symlinks=False)
            return
        content = None if member.issparse() else tar.extractfile(member)  # holes would fill the disk
        if content is None:
            raise broken(name, "something in it is neither a file, a folder nor a link")
        with content, os.fdopen(os.open(parts[-1], _NEW, _OWNERS, dir_fd=folder), "wb") as file:
            while piece := content.read(_PIECE):
                file.write(piece)
            file.flush()
            os.fchmod(file.fileno(), _mode(member))
            with suppress(OverflowError, ValueError):
                os.utime(file.fileno(), (member.mtime, member.mtime))


def _link(parts: tuple[str, ...], target: str, root: int, name: str) -> None:
    if not parts or leads_out(parts, target):
        raise broken(name, "a link in it leads out of its folder")
    with _folder(parts[:-1], root) as folder:
        os.symlink(target, parts[-1], dir_fd=folder)


@contextmanager
def _folder(parts: tuple[str, ...], root: int) -> Iterator[int]:
    """The descriptor of this folder below `root`, which is made where it is not there."""
    at = os.dup(root)
    try:
        for part in parts:
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=at)
            below = os.open(part, _FOLDER, dir_fd=at)
            os.close(at)
            at = below
        yield at
    finally:
        os.close(at)


def _parts(path: str, name: str) -> tuple[str, ...]:
    """Of a member's path, which is taken as one below the folder, also where it begins with a slash."""
    parts = tuple(part for part in path.split("/") if part not in {"", "."})
    if ".." in parts or len(parts) > MOST_PARTS:
        raise broken(name, "a file in it leads out of its folder")
    return parts


def _mode(member: tarfile.TarInfo) -> int:
    """Nobody else may write it; whatever runs for its owner alone may run."""
    mode = member.mode & _KEPT_MODE | _OWNERS
    return mode if mode & 0o100 else mode & ~0o111
