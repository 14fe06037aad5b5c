"""Sweeps of a share: what changed and was not told is looked for, as much at a time as finds room, until all of it was.

A share may hold more than can wait at once. A sweep then goes on where the last one ended, and what was dropped for
want of room sets back the beginning of the next.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path, PurePosixPath

from limen.data.doors.share_files import files_below


@dataclass(slots=True)
class Sweep:
    """What is still to be looked for. Moments are nanoseconds since 1970, of which 0 is none.

    `since`, `after`: what was changed since then behind this path, where a sweep is not at its end; `dropped`: since
    when changes found no room.
    """

    since: int = 0
    after: PurePosixPath | None = None
    dropped: int = 0
    _running: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def is_behind_since(self) -> int:
        """Since when changes were not looked at; 0 where none are."""
        return earlier(self.since if self.after is not None else 0, self.dropped)

    def drop(self, since_ns: int) -> None:
        self.dropped = earlier(self.dropped, since_ns)

    async def next(self, root: Path, since_ns: int, room: int) -> list[PurePosixPath]:
        """What was changed since then, at most `room` of it; or the rest, where the last sweep is not at its end."""
        since_ns = max(since_ns, 1)
        async with self._running:
            if self.after is None:
                self.since, self.dropped = earlier(since_ns, self.dropped), 0
            elif since_ns < self.since:  # what it goes on with began later: then once more from the beginning
                self.drop(since_ns)
            if room <= 0:
                if self.after is None:
                    self.drop(self.since)
                return []
            changed = changed_since(root, self.since, self.after)
            found = await asyncio.to_thread(lambda: list(islice(changed, room + 1)))
            self.after = found[room - 1][1] if len(found) > room else None
            return [path for path, _ in found[:room]]


def changed_since(
    root: Path, since_ns: int, after: PurePosixPath | None = None
) -> Iterator[tuple[PurePosixPath, PurePosixPath]]:
    """The files that were changed since then, and folders that can't be read; with each, behind what a walk goes on."""
    for path, found in files_below(root, PurePosixPath(), after):
        if found is None:
            yield path, path / "\0"
        elif found.st_ctime_ns >= since_ns:
            yield path, path


def earlier(one: int, other: int) -> int:
    """The earlier of two moments, of which 0 is none."""
    return min(one or other, other or one)
