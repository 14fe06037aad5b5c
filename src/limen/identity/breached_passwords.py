"""Breached passwords, looked up in a local file: no password, nor any part of its hash, ever leaves the machine.

The file is the public Pwned Passwords download as it is: a line for each password, its SHA-1 in 40 hexadecimal digits,
a colon and how often it was seen, sorted by the hash. It has tens of gigabytes, so it is searched where it lies: some
36 short reads for a billion lines, and nothing of it is kept in memory.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.finding import Finding, State
from limen.identity.passwords import canonical_password

NAME: Final = "breached passwords"
OLD_DAYS: Final = 365
_LONGEST: Final = 128
"""The longest line there may be, in bytes."""
_DIGITS: Final = 40
_LINE: Final = re.compile(rb"[0-9A-Fa-f]{40}:[0-9]{1,18}\r?\n?")
_FIX: Final = "set passwords.breached_file to the SHA-1 download of Pwned Passwords, sorted by hash"


class BreachListError(LimenError):
    """The list can't be read, or is none: it says nothing of any password."""


@dataclass(frozen=True, slots=True)
class BreachedPasswords:
    """The list in this file; None: the company has none, and no password is in it."""

    file: Path | None = None

    async def holds(self, password: str) -> bool:
        """Whether this password is in the list. It takes as long for one that is as for one that is not.

        Raises BreachListError.
        """
        return False if self.file is None else await asyncio.to_thread(self._holds, password)

    def _holds(self, password: str) -> bool:
        """Looked up as it was typed, and as it is kept: the list has what others typed."""
        digests = [_digest(password), _digest(canonical_password(password))]
        with _opened(self.file) as (descriptor, size):
            return any([_find(descriptor, size, digest) for digest in digests])  # noqa: C419 -- each in any case


NO_LIST: Final = BreachedPasswords()


def _digest(password: str) -> bytes:
    sha1 = hashlib.sha1(password.encode("utf-8", "replace"), usedforsecurity=False)
    return sha1.hexdigest().upper().encode()


@contextmanager
def _opened(file: Path | None) -> Iterator[tuple[int, int]]:
    """A descriptor of the file, and its size in bytes. Raises BreachListError."""
    try:
        descriptor = os.open(file or "", os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise BreachListError(f"the list of breached passwords can't be read ({error.strerror})", _FIX) from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size == 0:
            raise BreachListError("the list of breached passwords is no file, or is empty", _FIX)
        yield descriptor, status.st_size
    except OSError as error:
        raise BreachListError(f"the list of breached passwords can't be read ({error.strerror})", _FIX) from None
    finally:
        os.close(descriptor)


def _find(descriptor: int, size: int, digest: bytes) -> bool:
    """Binary search for the line that begins with `digest`: between the places `low` and `high`, in bytes."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        begin, line = _line_at(descriptor, middle)
        if not line or begin >= high:  # the last line that begins before `high` holds `middle`
            high = middle
        elif (here := line[:_DIGITS].upper()) == digest:
            return True
        elif here < digest:
            low = begin + len(line)
        else:
            high = middle
    return False


def _line_at(descriptor: int, place: int) -> tuple[int, bytes]:
    """The first line that begins at `place` or after it, and where. b"" at the end. Raises BreachListError."""
    begin = place
    if place:
        skipped = os.pread(descriptor, _LONGEST, place - 1)
        end = skipped.find(b"\n")
        if end < 0 and len(skipped) == _LONGEST:
            raise BreachListError("the list of breached passwords has a line that is too long", _FIX)
        begin = place + end if end >= 0 else place + len(skipped)
    line, newline, _ = os.pread(descriptor, _LONGEST, begin).partition(b"\n")
    if line and not _LINE.fullmatch(line + newline):
        raise BreachListError("the list of breached passwords has a line that is none of it", _FIX)
    return begin, line + newline


def examine(file: Path | None, now: Instant) -> Finding:
    """Whether the list is there, reads as one, and how old it is."""
    if file is None:
        return Finding(NAME, State.SKIPPED, "there is no list of breached passwords", _FIX)
    try:
        with _opened(file) as (descriptor, size):
            age_days = (now - int(os.fstat(descriptor).st_mtime * 1000)) // DAY
            samples = [_line_at(descriptor, place)[1] for place in (0, size // 3, 2 * size // 3)]
    except BreachListError as error:
        return Finding(NAME, State.WRONG, error.what, error.fix, file.name)
    found = [line[:_DIGITS].upper() for line in samples if line]
    if found != sorted(found):
        return Finding(NAME, State.WRONG, "the list of breached passwords is not sorted by hash", _FIX, file.name)
    what = f"the list of breached passwords has {size} bytes and is {age_days} days old"
    if age_days > OLD_DAYS:
        return Finding(NAME, State.WARNING, what, "download it again", file.name)
    return Finding(NAME, State.OK, what, where=file.name)
