"""Segments on disk: files of whole batches, one after the other, each durable before it counts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec

from limen.clock import HOUR, Instant
from limen.storage.files import sync, write_all
from limen.storage.journal.chain import Broken, Line, Link, Signer, append_lines, follow, parse

LARGEST = 128 << 20
"""Bytes after which a segment is closed before its hour is over; keeps a plain scan fast."""
_NAME = re.compile(r"(\d{8})-(\d{13})\.(jsonl|parquet)")
_FIRST_LOOK = 1 << 20
FORMAT = 1


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


LOCK_FILE = "lock"
"""Locked by the process that writes the chain beside it."""


def segments_in(folder: Path) -> list[tuple[Name, Path]]:
    """All segments of one writer, in the order of the chain. An open one whose sealed form exists comes first."""
    found = [(name, path) for path in folder.iterdir() if (name := Name.of(path)) is not None]
    return sorted(found, key=lambda each: (each[0].ordinal, each[0].is_sealed))


class Segment:
    """The segment that is being written. Its file appears with its first batch."""

    def __init__(self, path: Path, name: Name, link: Link, signer: Signer, size: int = 0) -> None:
        self.path = path
        self.name = name
        self.link = link
        self.size = size
        self.facts_held: set[str] = set()
        self._signer = signer
        self._file: int | None = None

    @classmethod
    def begin(cls, folder: Path, ordinal: int, at: Instant, after: Link, signer: Signer) -> Self:
        """A new segment that goes on from `after`."""
        name = Name(ordinal, at)
        return cls(folder / str(name), name, after, signer)

    def is_due(self, now: Instant) -> bool:
        """Whether it is time for the next segment: another hour has begun, or this one is large."""
        return self.size > 0 and (now // HOUR != self.name.begun_at // HOUR or self.size >= LARGEST)

    def append(self, bodies: Sequence[bytes]) -> None:
        """Write one batch and wait until the disk has it. Raises OSError; then nothing of the batch remains."""
        lines = [self._header(), *bodies] if self.size == 0 else bodies
        batch, link = append_lines(lines, self.link, self._signer)
        if self._file is None:
            self._file = os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            write_all(self._file, batch)
            os.fsync(self._file)
            if self.size == 0:
                sync(self.path.parent)
        except OSError:
            os.ftruncate(self._file, self.size)
            raise
        self.size += len(batch)
        self.link = link

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _header(self) -> bytes:
        said: dict[str, Any] = {
            "segment": self.name.ordinal,
            "writer": self._signer.writer,
            "format": FORMAT,
            "at": self.name.begun_at,
            "after": {"n": self.link.n, "h": self.link.head.decode()},
        }
        return msgspec.json.encode(said)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What a hard stop left of a segment: where it ends now, and how many bytes of an unfinished batch were cut."""

    link: Link | None
    size: int
    cut_bytes: int
    last_body: bytes


def recover(path: Path, signer: Signer) -> Recovered:
    """Cut the segment at `path` back to its last whole, signed batch; what lies beyond was never acknowledged."""
    size = path.stat().st_size
    look = _FIRST_LOOK
    with path.open("r+b") as file:
        while True:
            begin = max(0, size - look)
            file.seek(begin)
            found = _last_batch(file.read(), signer, is_whole=begin == 0)
            if found is not None or begin == 0:
                break
            look *= 8
        end = begin + found[1] if found else 0
        if end < size:
            file.truncate(end)
            os.fsync(file.fileno())
    return Recovered(found[0].link if found else None, end, size - end, found[0].body if found else b"")


def _last_batch(data: bytes, signer: Signer, *, is_whole: bool) -> tuple[Line, int] | None:
    """The last line of the last batch that holds from end to end, and the offset after it.

    A window that begins inside a batch can't show that batch whole; only a batch led by another's end counts then.
    """
    raws = data.splitlines(keepends=True)
    offsets = [0]
    for raw in raws:
        offsets.append(offsets[-1] + len(raw))
    lines = [parse(raw) for raw in raws]
    ends = [i for i, line in enumerate(lines) if line and line.mac and signer.knows(line.link, line.mac)]
    for at in range(len(ends) - 1, -1, -1):
        first = ends[at - 1] + 1 if at > 0 else 0
        before = lines[ends[at - 1]] if at > 0 else None
        after = before.link if before else _stated_start(lines[0]) if is_whole else None
        if after is None:
            return None
        last = lines[ends[at]]
        if last and not any(isinstance(each, Broken) for each in follow(raws[first : ends[at] + 1], after, signer)):
            return last, offsets[ends[at] + 1]
    return None


def _stated_start(header: Line | None) -> Link | None:
    """The link that a segment says it follows; whether that is so, only the whole chain can tell."""
    if header is None:
        return None
    try:
        after = msgspec.json.decode(header.body)["after"]
        return Link(after["n"], after["h"].encode())
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError):
        return None


def sealed_lines(path: Path, condition: str = "true", **values: str) -> Iterator[bytes]:
    """The lines of a sealed segment that fulfil `condition` (SQL of ours), a few at a time, each with its newline.

    They come as they were written, which is by number: to sort them, all of them would have to be in memory.
    """
    import duckdb  # noqa: PLC0415 -- heavy, and only what is older than an hour needs it

    with duckdb.connect(config={"memory_limit": "256MB", "threads": "1"}) as connection:
        sql = f"select line from read_parquet($path) where {condition}"  # noqa: S608 -- values are bound
        rows = connection.execute(sql, {"path": str(path), **values})
        while some := rows.fetchmany(1_000):
            for (line,) in some:
                yield line.encode() + b"\n"
