"""What Samba says of who wrote what (`vfs_full_audit`): lines of a log that is followed as it grows.

A line is whatever syslog put before it, then `limen|user|address|share|operation|ok|…|path`; paths are those of this
machine. Whoever writes to a share chooses its names, so a line that does not read that way teaches nothing.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Final

MARK: Final = "limen"
MOST_PATHS: Final = 20_000
LONGEST_LINE: Final = 16_384
AT_ONCE: Final = 4 << 20
"""Bytes of the log at one look; what is more comes at the next."""

_log: Final = logging.getLogger("limen.data")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote: the user that Samba knows, and from which address."""

    user: str
    address: str


@dataclass(frozen=True, slots=True)
class Wrote:
    """One line: who wrote to which path, or gave a file that name."""

    path: str
    writer: Writer


def read_line(line: str) -> Wrote | None:
    """What a line says; None where it is not of what writes, or of something that failed."""
    _, found, said = line.partition(f"{MARK}|")
    parts = said.rstrip("\r\n").split("|")
    if not found or len(parts) != 7 or parts[4] != "ok":
        return None
    user, address, _, operation, _, before, path = parts
    if operation != "renameat" and (operation, before) != ("openat", "w"):
        return None
    try:
        plain = str(ip_address(address))
    except ValueError:
        plain = ""
    return Wrote(path, Writer(user[:256], plain))


class SambaAudit:
    """A log that grows, is rotated or cut, and who wrote each path last, as far as it said."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._at, self._identity = 0, (0, 0)
        self._rest = b""
        self._wrote: OrderedDict[str, Writer] = OrderedDict()
        self._is_begun = self._is_unread = False

    def writer_of(self, path: str) -> Writer | None:
        return self._wrote.get(path)

    def look(self) -> int:
        """Read what was added since the last look; the first look begins at its end. How many lines taught something.

        A log that can't be read teaches nothing, which is said once.
        """
        learned = 0
        for line in self._lines():
            wrote = read_line(line)
            if wrote is None:
                continue
            learned += 1
            self._wrote[wrote.path] = wrote.writer
            self._wrote.move_to_end(wrote.path)
            if len(self._wrote) > MOST_PATHS:
                self._wrote.popitem(last=False)
        return learned

    def _lines(self) -> Iterator[str]:
        try:
            with self._log.open("rb") as file:
                found = os.fstat(file.fileno())
                identity = (found.st_dev, found.st_ino)
                if not self._is_begun:
                    self._at = found.st_size
                elif identity != self._identity or found.st_size < self._at:
                    self._at, self._rest = 0, b""
                self._is_begun, self._identity = True, identity
                file.seek(self._at)
                added = file.read(AT_ONCE)
        except OSError as error:
            self._is_begun = True  # what comes there is new
            if not self._is_unread:
                _log.warning("Samba's log can't be read (%s): whoever owns a file counts as its writer", error.strerror)
            self._is_unread = True
            return
        self._is_unread = False
        self._at += len(added)
        *lines, self._rest = (self._rest + added).split(b"\n")
        self._rest = self._rest[-LONGEST_LINE:]
        yield from (line[-LONGEST_LINE:].decode("utf-8", "replace") for line in lines)
