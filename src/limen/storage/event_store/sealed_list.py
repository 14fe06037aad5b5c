"""The signed list of sealed segments, and the signed word of how far the chain has come.

Once a segment is sealed, its batches are gone and the SHA-256 of its file stands for them.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.clock import HOUR, Instant
from limen.storage.event_store.batches import WRITER
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import SEALED_FILE, UNREADABLE, SignedFile, is_genuine

REPLACING = ".replacing"
"""What the name of a file ends with that is to replace a sealed one."""


EVIDENCE = ".evidence"
"""What the name of a segment ends with that was changed before it was sealed."""


class SealedEvents(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed segment: its place in the chain, its file's SHA-256, and what it holds.

    `rows` of its events are there: `duplicates` were left out, `expired` deleted by their source's keeping time.
    `first_at` to `last_at`: when they happened, by their sources' clocks. `sources`: how many events of each; where
    there are too many, none is named. `lengths`: how much text there is of each; of what was sealed before that was
    noted it is unset, so that the list is still what was signed. `shape`: which columns its file has, of
    `SealedEventList.shapes`. `is_damaged`: the segment was changed before it was sealed.
    """

    ordinal: int
    begun_at: Instant
    first_n: int
    last_n: int
    before: str
    head: str
    sha256: str
    size: int
    rows: int
    duplicates: int
    first_at: Instant
    last_at: Instant
    sources: dict[str, int] = {}
    expired: int = 0
    is_damaged: bool = False
    shape: str = ""
    lengths: dict[str, int] | msgspec.UnsetType = msgspec.UNSET

    @property
    def ends_at(self) -> Instant:
        """Before when all of it came, by this machine's clock: a segment is over with its hour."""
        return (self.begun_at // HOUR + 1) * HOUR

    def sizes(self) -> dict[str, int]:
        """About how much of the file is of each source: as much as of the text, or else of the events."""
        of_each = self.lengths or self.sources
        whole = sum(of_each.values())
        return {name: self.size * part // whole for name, part in of_each.items()} if whole else {}

    @property
    def file_name(self) -> str:
        return str(Name(self.ordinal, self.begun_at, is_sealed=True))


class SealedEventList(SignedFile, frozen=True, kw_only=True):
    """All sealed segments that are kept, in order. `expired_n`: events up to this number were deleted with theirs."""

    segments: tuple[SealedEvents, ...] = ()
    shapes: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    expired_n: int = 0
    expired_head: str = ""
    mac: str = ""

    @property
    def start(self) -> Link:
        """The link before the first event that is kept."""
        return Link(self.expired_n, self.expired_head.encode()) if self.expired_n else start_of(WRITER)

    @property
    def end(self) -> Link:
        """The link that the last sealed event leads to."""
        last = self.segments[-1] if self.segments else None
        return Link(last.last_n, last.head.encode()) if last is not None else self.start


class EventCheckpoint(SignedFile, frozen=True, kw_only=True):
    """The chain had reached event `n` with head `h` at `at`. `is_clean`: it was closed, not cut off."""

    n: int
    h: str
    at: Instant
    is_clean: bool = False
    mac: str = ""

    @property
    def link(self) -> Link:
        return Link(self.n, self.h.encode())


def read_list(folder: Path) -> SealedEventList:
    """The list in `folder`, unverified; an empty one where there is none or it can't be read."""
    path = folder / SEALED_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=SealedEventList) if path.exists() else SealedEventList()
    except UNREADABLE:
        return SealedEventList()


def stored_list(folder: Path, signer: Signer) -> tuple[SealedEventList, bool]:
    """The list in `folder`, and whether it is what this store wrote: where there is none, nothing may be sealed."""
    stored = read_list(folder)
    if (folder / SEALED_FILE).exists():
        return stored, is_genuine(stored, signer)
    return stored, not any(folder.glob("*.parquet"))
