"""What examinations need from outside, so that a test can give them a world of its own."""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from limen.clock import Instant
from limen.storage.space import Room


@dataclass(frozen=True, slots=True)
class Process:
    """Who holds a port or a lock. `name` is the program's; never its arguments, which may hold secrets. `parent` is the
    process that started it.
    """

    pid: int
    name: str = ""
    parent: int = 0

    def __str__(self) -> str:
        return f"{self.name or 'a process'} (pid {self.pid})"


@dataclass(frozen=True, slots=True)
class Environment:
    """The machine and its network, as they are now.

    `resolve` gives a name's addresses, or raises OSError. `try_port` raises OSError where `host:port` can't be listened
    on; `holder` names who listens there, None where that can't be known. `is_clock_kept` is whether something keeps
    the kernel's clock right, None where the kernel does not say. `trust` is how a certificate is verified: by this file
    of authorities, or by the system's (""). `write_holder` is the process that is writing to the database in this
    moment, `journal_holder` the one that writes the journal: the running Limen; `front_holder` the one that watches
    over the front.
    """

    now: Callable[[], Instant]
    resolve: Callable[[str], Awaitable[tuple[str, ...]]]
    own_addresses: Callable[[], frozenset[str]]
    try_port: Callable[[str, int], None]
    holder: Callable[[str, int], Process | None]
    is_clock_kept: Callable[[], bool | None]
    room: Callable[[Path], Room]
    trust: Callable[[str], ssl.SSLContext]
    write_holder: Callable[[Path], Process | None]
    journal_holder: Callable[[Path], Process | None]
    front_holder: Callable[[Path], Process | None]
    environ: Mapping[str, str]
