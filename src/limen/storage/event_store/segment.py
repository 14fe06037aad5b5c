"""The segment of events that is being written, and what a hard stop leaves of one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

from limen.clock import Instant
from limen.storage.event_store.batches import closed, header, last_batch
from limen.storage.segments.file import SegmentFile, cut_back
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import Name


class EventSegment:
    """Its file appears with its first batch. `link` is where the chain is, `size` how many bytes are durable."""

    def __init__(self, path: Path, name: Name, link: Link, signer: Signer, size: int = 0) -> None:
        self.path = path
        self.name = name
        self.link = link
        self._signer = signer
        self._file = SegmentFile(path, size)

    @classmethod
    def begin(cls, folder: Path, ordinal: int, at: Instant, after: Link, signer: Signer) -> Self:
        """A new segment that goes on from `after`."""
        name = Name(ordinal, at)
        return cls(folder / str(name), name, after, signer)

    @property
    def size(self) -> int:
        return self._file.size

    def append(self, lines: Sequence[bytes]) -> None:
        """Write one batch and wait until the disk has it. Raises OSError; then nothing of the batch remains."""
        batch, link = closed(lines, b"" if self.size else header(self.name, self.link), self.link, self._signer)
        self._file.append(batch)
        self.link = link

    def close(self) -> None:
        self._file.close()


def recover(path: Path, signer: Signer) -> tuple[Link | None, int, int]:
    """Cut the segment at `path` back to its last whole, signed batch; what lies beyond was never acknowledged.

    Returns the link there (None: nothing is left), the size that is left, and how many bytes were cut.
    """
    return cut_back(path, partial(last_batch, signer))
