"""Opening a file of ours where somebody else might have put another in its place: a link, a pipe, a file of theirs."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def open_own(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of the plain file at `path`, which this process's user or root owns.

    Its last part is never followed if it is a link. Raises OSError: also ELOOP for a link, and EPERM, saying what to
    do, for what is no plain file or somebody else's.
    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, mode)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, and is not followed: move it away", str(path)) from None
        raise
    found = os.fstat(handle)
    wrong = ""
    if not stat.S_ISREG(found.st_mode):
        wrong = "it is not a plain file: move it away"
    elif found.st_uid not in {os.geteuid(), 0}:
        wrong = f"it belongs to somebody else (user {found.st_uid}): move it away, or give it to Limen's user"
    if wrong:
        os.close(handle)
        raise OSError(errno.EPERM, wrong, str(path))
    return handle


def read_own(path: Path, most: int) -> bytes:
    """The first `most` bytes of a file of ours. Raises OSError."""
    handle = open_own(path, os.O_RDONLY)
    with os.fdopen(handle, "rb") as file:
        return file.read(most)
