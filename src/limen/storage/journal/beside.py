"""What other workers of this machine write to their chains of the journal, so that pages of each show what all did."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from limen.events import Event
from limen.storage.journal.reader import Reader, events_in
from limen.storage.segments.name import segments_in

MOST_BYTES: Final = 8 << 20
"""What is read of a chain at once; whoever writes more meanwhile is found by searching."""
AGAIN_SECONDS: Final = 0.5


class Beside:
    """Follows the open segments of the chains that `is_beside` names; `take` gets what is new. From any thread."""

    def __init__(
        self, reader: Reader, is_beside: Callable[[str], bool], take: Callable[[Sequence[Event]], None]
    ) -> None:
        self._root = reader.root
        self._is_beside = is_beside
        self._take = take
        self._read: dict[Path, int] = {}
        self._looked_at = 0.0
        self._lock = threading.Lock()
        for path, size in self._open_ones():
            self._read[path] = size

    def look(self, *, at_once: bool = False) -> None:
        """Take what was written since the last look, unless that was a moment ago."""
        with self._lock:
            if not at_once and time.monotonic() - self._looked_at < AGAIN_SECONDS:
                return
            self._looked_at = time.monotonic()
            for path, size in self._open_ones():
                begin = self._read.get(path, 0)
                if size > begin:
                    self._read[path] = self._taken(path, max(begin, size - MOST_BYTES), size)

    def _taken(self, path: Path, begin: int, end: int) -> int:
        """Take what stands there; up to where whole lines do."""
        try:
            with path.open("rb") as file:
                file.seek(begin)
                data = file.read(end - begin)
        except OSError:
            return end  # it was sealed meanwhile
        whole = data[: data.rfind(b"\n") + 1]
        if events := list(events_in(whole.splitlines(keepends=True))):
            self._take(events)
        return begin + len(whole)

    def _open_ones(self) -> list[tuple[Path, int]]:
        """The segment that is open in each of these chains, and its size; and the one before, until it is sealed."""
        found = []
        for folder in self._root.iterdir() if self._root.is_dir() else ():
            if self._is_beside(folder.name):
                for name, path in segments_in(folder):
                    if not name.is_sealed and path.exists():
                        found.append((path, path.stat().st_size))
        return found
