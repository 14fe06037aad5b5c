"""Signed checkpoints of how far the chain has come, every ten seconds; and the signed list of sealed segments.

A checkpoint kept on another machine reveals if the journal was cut later; one that only lies beside the journal can be
rolled back together with it.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from limen.clock import Instant
from limen.storage.segments.link import Link, start_of
from limen.storage.segments.name import Name
from limen.storage.segments.signed import SignedFile

EVIDENCE = "checkpoint-*.evidence"


class Reached(msgspec.Struct, frozen=True):
    """How far a chain had come: line `n`, with head `h`."""

    n: int
    h: str

    @property
    def link(self) -> Link:
        return Link(self.n, self.h.encode())


class Checkpoint(SignedFile, frozen=True, kw_only=True):
    """The chain of `writer` had reached line `n` with head `h` at `at`. `is_clean`: it was closed, not cut off.

    `break_glass` is how far the break-glass segment beside it had come; unset in what an older Limen wrote.
    """

    writer: str
    n: int
    h: str
    segment: int
    at: Instant
    is_clean: bool = False
    break_glass: Reached | msgspec.UnsetType = msgspec.UNSET
    mac: str = ""

    @property
    def link(self) -> Link:
        return Link(self.n, self.h.encode())


class SealedSegment(msgspec.Struct, frozen=True, kw_only=True):
    """One sealed segment: its place in the chain, its file's SHA-256, and what it holds.

    `erased` is how many of its bodies Limen itself has erased; unset in what was never erased from.
    """

    ordinal: int
    begun_at: Instant
    first_n: int
    last_n: int
    before: str
    head: str
    sha256: str
    last_at: Instant
    hours: dict[int, dict[str, int]] = {}
    erased: int | msgspec.UnsetType = msgspec.UNSET

    @property
    def file_name(self) -> str:
        return str(Name(self.ordinal, self.begun_at, is_sealed=True))

    @property
    def erased_bodies(self) -> int:
        return 0 if self.erased is msgspec.UNSET else self.erased


class Sealed(SignedFile, frozen=True, kw_only=True):
    """All sealed segments that are kept, in order. `expired_n`: lines up to this number were deleted by age."""

    writer: str
    segments: tuple[SealedSegment, ...] = ()
    expired_n: int = 0
    expired_head: str = ""
    mac: str = ""

    def start(self, writer: str) -> Link:
        """The link before the first line that is kept of this writer's chain, whatever the list says whose it is."""
        return Link(self.expired_n, self.expired_head.encode()) if self.expired_n else start_of(writer)

    def end(self, writer: str) -> Link:
        """The link that the last sealed line leads to."""
        last = self.segments[-1] if self.segments else None
        return Link(last.last_n, last.head.encode()) if last is not None else self.start(writer)


def read_checkpoint(path: Path) -> Checkpoint | None:
    """The checkpoint in `path`; None if there is none. Raises one of `UNREADABLE` when it is no checkpoint."""
    return msgspec.json.decode(path.read_bytes(), type=Checkpoint, strict=True) if path.exists() else None


def read_sealed(path: Path, writer: str) -> Sealed:
    """The list in `path`; an empty one if there is none. Raises one of `UNREADABLE` when it is no such list."""
    return msgspec.json.decode(path.read_bytes(), type=Sealed) if path.exists() else Sealed(writer=writer)
