"""Files of Limen: opened without following what somebody else put in their place, and written so that they last."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from hashlib import file_digest
from pathlib import Path
from typing import IO


def open_own(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of the plain file at `path`, which this process's user or root owns.

    Its last part is never followed if it is a link. Raises OSError: also ELOOP for a link, and EPERM, saying what to
    do, for what is no plain file or somebody else's.
    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, which is not followed: move it away", str(path)) from None
        raise
    found = os.fstat(handle)
    wrong = ""
    if not stat.S_ISREG(found.st_mode):
        wrong = "it is not a regular file: move it away"
    elif found.st_uid not in {os.geteuid(), 0}:
        wrong = f"it belongs to someone else (user {found.st_uid}): move it away, or give it to Limen's user"
    if wrong:
        os.close(handle)
        raise OSError(errno.EPERM, wrong, str(path))
    return handle


def open_plain(path: Path, *, follows_links: bool = False) -> IO[bytes]:
    """A plain file to read, whosever it is: neither a link in its place is followed nor a pipe waited for. Raises
    OSError, also for what is no plain file.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follows_links else os.O_NOFOLLOW))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EPERM, "it is not a regular file", str(path))
    return os.fdopen(handle, "rb")


def read_own(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file of ours. Raises OSError."""
    handle = open_own(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        return file.read(most)


def write_new(path: Path, content: bytes) -> None:
    """Make the file `path` with this content, on the disk for good, readable by its owner only.

    Raises FileExistsError, and OSError where there is no room; then nothing is left of it.
    """
    handle = open_own(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    try:
        write_all(handle, content)
        os.fsync(handle)
    except OSError:
        path.unlink()
        raise
    finally:
        os.close(handle)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path`, wholly or not at all, readable by its owner only. Raises OSError.

    Nobody can put something in its way: what is written first has a name that nobody knew.
    """
    part = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}.part")
    write_new(part, content)
    try:
        part.replace(path)
    except OSError:
        part.unlink()
        raise
    sync(path.parent)


def write_all(handle: int, data: bytes) -> None:
    """Write all of `data`, in as many calls as the system needs. Raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def sync(path: Path) -> None:
    """Make a file's content durable; or a folder's names: a new file's name is not until its folder is synced."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
