"""The copies of other nodes' chains on this disk: what comes is told to readers, sealed, erased from, and expires."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Clock
from limen.events import Event
from limen.storage.errors import JournalBusyError
from limen.storage.journal.chain_copy import ChainCopy, is_copy
from limen.storage.journal.reader import events_in, writer_folders
from limen.storage.journal.recent import HourCounts, add_hours
from limen.storage.journal.sealing import Sealing
from limen.storage.segments.link import Signer

CHECKPOINT_SECONDS: Final = 10.0
ERASE_SECONDS: Final = 3_600.0
AGAIN_SECONDS: Final = 3_600.0
"""How long it waits after a segment could not be erased from, which is so where it was tampered with."""
_QUIET: Final = frozenset({"journal.sealed", "journal.expired"})
"""What the node that writes a chain says of it; of each copy it would be said once more."""

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Kept:
    copy: ChainCopy
    sealing: Sealing
    checkpoint_due: float = 0.0
    erase_due: float = 0.0
    """Seconds of the clock that nobody sets."""


class Copies:
    """From any thread; what it does to one disk it does one after the other."""

    def __init__(
        self,
        root: Path,
        keys: tuple[bytes, ...],
        clock: Clock,
        *,
        keep_days: int,
        record: Callable[[Event], object],
        published: Callable[[Sequence[Event]], object],
    ) -> None:
        """`record` gets what the journal is to know of the copies, `published` the events that they bring."""
        self._root = root
        self._keys = keys
        self._clock = clock
        self._keep_days = keep_days
        self._record = record
        self._published = published
        self._lock = threading.RLock()
        self._kept: dict[str, _Kept] = {}
        for folder in writer_folders(root):
            if is_copy(folder):
                try:
                    self._keep(folder.name)
                except (JournalBusyError, OSError) as error:
                    _log.error("the copy of journal %s can't be kept: %s", folder.name, error)

    def has(self) -> dict[str, int]:
        """Up to which line each chain is copied."""
        with self._lock:
            return {writer: kept.copy.link.n for writer, kept in self._kept.items()}

    def begin_at(self, writer: str, raw: bytes) -> None:
        """See `ChainCopy.begin_at`."""
        with self._lock:
            self._keep(writer).copy.begin_at(raw)

    def take(self, writer: str, told: bytes) -> int:
        """Add what a node told of this chain; returns up to which line it is copied, once the disk has it.

        Raises CopyRefusedError, JournalBusyError where this node writes the chain itself, OSError.
        """
        with self._lock:
            kept = self._keep(writer)
            raws, closed = kept.copy.take(told)
            for name in closed:
                kept.sealing.closed(name)
            self._checkpoint(kept)
        self._published(list(events_in(raws)))
        return kept.copy.link.n

    def look_after(self, erased: Collection[str]) -> int:
        """Close what is over, delete what is too old, and erase the bodies of people who were erased. Now and then, in
        a worker thread. Returns how many bodies went.
        """
        with self._lock:
            kept = list(self._kept.values())
            for each in kept:
                for name in each.copy.close_if_over():
                    each.sealing.closed(name)
                each.sealing.expire()
                self._checkpoint(each)
        return sum(self._erase(each, sorted(erased)) for each in kept)

    def earlier_hours(self) -> HourCounts:
        """What was counted per hour before this start."""
        hours: HourCounts = {}
        for kept in list(self._kept.values()):
            add_hours(hours, kept.sealing.earlier_hours())
        return hours

    def close(self) -> None:
        with self._lock:
            for kept in self._kept.values():
                kept.sealing.stop()
                kept.copy.close()
            self._kept.clear()

    # Inside

    def _keep(self, writer: str) -> _Kept:
        found = self._kept.get(writer)
        if found is not None:
            return found
        signer = Signer(writer, self._keys)
        copy = ChainCopy(self._root / writer, signer, self._clock)
        sealing = Sealing(
            copy.folder,
            signer,
            self._clock,
            keep_days=self._keep_days,
            may_seal=lambda: True,
            record=lambda event: self._say(writer, event),
            erased_in=copy.came_erased,
        )
        sealing.prepare()
        sealing.start()
        for name in copy.unsealed:
            sealing.closed(name)
        kept = self._kept[writer] = _Kept(copy, sealing)
        return kept

    def _say(self, writer: str, event: Event) -> None:
        if event.kind not in _QUIET:
            self._record(msgspec.structs.replace(event, details={**event.details, "writer": writer}))

    def _checkpoint(self, kept: _Kept) -> None:
        now = self._clock.monotonic()
        if now >= kept.checkpoint_due:
            kept.copy.checkpoint()
            kept.checkpoint_due = now + CHECKPOINT_SECONDS

    def _erase(self, kept: _Kept, people: Sequence[str]) -> int:
        """Erase from each segment what was not erased from it yet; what is open now is done once it is sealed."""
        newest = max((segment.ordinal for segment in kept.sealing.sealed.segments), default=0)
        done = kept.copy.state.erased_up_to
        if self._clock.monotonic() < kept.erase_due:
            return 0
        went = 0
        noted = {person: up_to for person, up_to in done.items() if person in people}
        for up_to, some in _by_number({person: done.get(person, 0) for person in people}).items():
            if up_to >= newest:
                continue
            outcome = kept.sealing.erase(tuple(some), after=up_to).result(ERASE_SECONDS)
            if outcome is None:
                break
            bodies, left = outcome
            went += bodies
            if left:
                kept.erase_due = self._clock.monotonic() + AGAIN_SECONDS
                break
            noted |= dict.fromkeys(some, newest)
        if noted != done:
            with self._lock:
                kept.copy.note(erased_up_to=noted)
        return went


def _by_number(up_to: Mapping[str, int]) -> dict[int, list[str]]:
    grouped: dict[int, list[str]] = {}
    for person, number in up_to.items():
        grouped.setdefault(number, []).append(person)
    return grouped
