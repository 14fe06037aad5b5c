"""The break-glass segment: room for a few hundred events, written out beforehand, that a full disk can't take away.

Its own chain (writer `break-glass`), in a file of fixed size whose unused rest is zero bytes. Once the journal can be
written again, what is in it is written there too, under the same ids; here it stays.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from limen.events import Event, from_ocsf, to_ocsf
from limen.storage.errors import JournalUnwritableError
from limen.storage.files import open_own, read_own, write_new
from limen.storage.journal.chain import Broken, Line, Link, Signer, append_lines, follow, start_of

EMERGENCY_FILE = "break-glass.segment"
EMERGENCY_BYTES = 512 << 10
WRITER = "break-glass"


class EmergencySegment:
    """The preallocated file. It is made at the first start, which fails if there is no room for it."""

    def __init__(self, path: Path, keys: tuple[bytes, ...]) -> None:
        self._path = path
        self._signer = Signer(WRITER, keys)
        if not os.path.lexists(path):
            write_new(path, bytes(EMERGENCY_BYTES))  # real zeros: blocks only reserved may need more room later
        os.close(open_own(path, os.O_RDWR))

    def append(self, event: Event) -> None:
        """Write one event and wait for the disk. Raises JournalUnwritableError when room or disk is gone."""
        try:
            with os.fdopen(open_own(self._path, os.O_RDWR), "r+b", buffering=0) as file:
                fcntl.flock(file, fcntl.LOCK_EX)  # the server and an administrator's command may both be here
                used, link = self._end()
                raw, _ = append_lines([msgspec.json.encode(to_ocsf(event))], link, self._signer)
                if used + len(raw) > EMERGENCY_BYTES:
                    raise JournalUnwritableError(
                        "the break-glass segment is full", f"move {self._path} away and free up space on the disk"
                    )
                os.pwrite(file.fileno(), raw, used)
                os.fsync(file.fileno())
        except OSError as error:
            raise JournalUnwritableError(f"the break-glass segment can't be written ({error.strerror})") from error

    def room(self) -> int:
        """How many bytes are free; 0 if the chain was tampered with."""
        os.close(open_own(self._path, os.O_RDWR))
        return EMERGENCY_BYTES - self._end()[0]

    def events(self) -> list[Event]:
        """Everything in it, oldest first."""
        found = follow(whole_lines(self._path), start_of(WRITER), self._signer)
        return [from_ocsf(msgspec.json.decode(line.body)) for line in found if isinstance(line, Line)]

    def _end(self) -> tuple[int, Link]:
        """How many bytes are used, and the link they lead to. A chain that was tampered with counts as full."""
        lines = whole_lines(self._path)
        link = start_of(WRITER)
        for line in follow(lines, link, self._signer):
            if isinstance(line, Broken):
                return EMERGENCY_BYTES, link
            link = line.link
        return sum(len(line) for line in lines), link


def whole_lines(path: Path) -> Sequence[bytes]:
    """The lines before the zero bytes that fill the file."""
    used = read_own(path, EMERGENCY_BYTES).rstrip(b"\0")
    return used.splitlines(keepends=True)
