"""The break-glass segment: room for a few hundred events, written out beforehand, that a full disk can't take away.

Its own chain (writer `break-glass`), in a file of fixed size whose unused rest is zero bytes. Once the journal can be
written again, what is in it is written there too, under the same ids; here it stays. How far it reaches stands in the
journal's checkpoint. A full one is renamed to `break-glass-1.segment` and so on; the chain goes on in the next.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from limen.events import Event, from_ocsf, to_ocsf
from limen.storage.errors import JournalUnwritableError
from limen.storage.files import open_own, write_new
from limen.storage.journal.chain import Broken, Line, append_lines, follow
from limen.storage.segments.link import Link, Signer, start_of

EMERGENCY_FILE = "break-glass.segment"
EMERGENCY_FILES = "break-glass*.segment"
EMERGENCY_BYTES = 512 << 10
WRITER = "break-glass"
_FULL = re.compile(r"break-glass-([1-9][0-9]{0,5})\.segment")


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
                if link is None:
                    raise JournalUnwritableError("the break-glass segment was tampered with", self.way_out())
                raw, _ = append_lines([msgspec.json.encode(to_ocsf(event))], link, self._signer)
                if used + len(raw) > EMERGENCY_BYTES:
                    raise JournalUnwritableError("the break-glass segment is full", self.way_out())
                os.pwrite(file.fileno(), raw, used)
                os.fsync(file.fileno())
        except OSError as error:
            raise JournalUnwritableError(f"the break-glass segment can't be written ({error.strerror})") from error

    def room(self) -> int:
        """How many bytes are free; 0 if the chain was tampered with."""
        os.close(open_own(self._path, os.O_RDWR))
        used, link = self._end()
        return EMERGENCY_BYTES - used if link is not None else 0

    def events(self) -> list[Event]:
        """Everything in it, oldest first."""
        found = follow(emergency_lines(self._path.parent), start_of(WRITER), self._signer)
        return [from_ocsf(msgspec.json.decode(line.body)) for line in found if isinstance(line, Line)]

    def reach(self, known: Link) -> Link | None:
        """How far its chain goes; None where it does not hold, or not what it held when it reached `known`."""
        return reach(self._path.parent, self._signer, known)

    def _end(self) -> tuple[int, Link | None]:
        """How many bytes are used, and the link they lead to: None for a chain that was tampered with."""
        link = start_of(WRITER)
        for line in follow(emergency_lines(self._path.parent, is_locked=True), link, self._signer):
            if isinstance(line, Broken):
                return EMERGENCY_BYTES, None
            link = line.link
        return len(_used(self._path)), link

    def way_out(self) -> str:
        """What to do with a segment that is full or was tampered with."""
        if self._end()[1] is None:
            return f"move {self._path.parent}/{EMERGENCY_FILES} away as evidence while there is space on the disk"
        full = [int(found[1]) for path in self._path.parent.iterdir() if (found := _FULL.fullmatch(path.name))]
        return f"free up space on the disk, and rename {self._path} to break-glass-{max(full, default=0) + 1}.segment"


def reach(folder: Path, signer: Signer, known: Link) -> Link | None:
    """How far the break-glass chain in `folder` goes; None where it does not hold, or not through `known`.

    `signer` is the chain's own.
    """
    link, holds_known = start_of(WRITER), known == start_of(WRITER)
    try:
        for line in follow(emergency_lines(folder), link, signer):
            if isinstance(line, Broken):
                return None
            link = line.link
            holds_known = holds_known or link == known
    except OSError:
        return None
    return link if holds_known else None


def emergency_lines(folder: Path, *, is_locked: bool = False) -> Iterator[bytes]:
    """The lines of the full segments, and of the one in use: those before the zero bytes that fill each.

    Another process may be writing the one in use; unless this one has locked it, that is waited for. Raises OSError.
    """
    full = [(int(found[1]), path) for path in folder.iterdir() if (found := _FULL.fullmatch(path.name))]
    for path in [*(path for _, path in sorted(full)), folder / EMERGENCY_FILE]:
        yield from _used(path, is_locked=is_locked).splitlines(keepends=True)


def _used(path: Path, *, is_locked: bool = True) -> bytes:
    with os.fdopen(open_own(path, os.O_RDONLY), "rb") as file:
        if not is_locked:
            fcntl.flock(file, fcntl.LOCK_SH)
        return file.read(EMERGENCY_BYTES).rstrip(b"\0")
