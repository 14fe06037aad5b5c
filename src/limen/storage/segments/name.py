"""The names of segments: files of whole batches, one after the other in the order of their chain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from limen.clock import HOUR, Instant

LARGEST: Final = 128 << 20
"""Bytes after which a segment is closed before its hour is over; keeps a plain scan fast."""
_NAME = re.compile(r"(\d{8})-(\d{13})\.(jsonl|parquet)")


@dataclass(frozen=True, slots=True)
class Name:
    """What a segment's file name says: its number in the chain, when it was begun, whether it is sealed."""

    ordinal: int
    begun_at: Instant
    is_sealed: bool = False

    def __str__(self) -> str:
        return f"{self.ordinal:08d}-{self.begun_at:013d}.{'parquet' if self.is_sealed else 'jsonl'}"

    @classmethod
    def of(cls, path: Path) -> Self | None:
        found = _NAME.fullmatch(path.name)
        return cls(int(found[1]), int(found[2]), found[3] == "parquet") if found else None

    def is_over(self, size: int, now: Instant) -> bool:
        """Whether a segment of this many bytes is complete: another hour has begun, or it is large."""
        return size > 0 and (now // HOUR != self.begun_at // HOUR or size >= LARGEST)


def segments_in(folder: Path) -> list[tuple[Name, Path]]:
    """All segments of one writer, in the order of the chain. An open one whose sealed form exists comes first."""
    found = [(name, path) for path in folder.iterdir() if (name := Name.of(path)) is not None]
    return sorted(found, key=lambda each: (each[0].ordinal, each[0].is_sealed))
