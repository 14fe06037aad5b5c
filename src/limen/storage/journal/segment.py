"""Segments on disk: files of whole batches, one after the other, each durable before it counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import msgspec

from limen.clock import Instant
from limen.storage.journal.chain import Broken, Line, append_lines, follow, parse
from limen.storage.segments.file import SegmentFile, cut_back
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import in_memory

FORMAT = 1


class Segment:
    """The segment that is being written. Its file appears with its first batch."""

    def __init__(self, path: Path, name: Name, link: Link, signer: Signer, size: int = 0) -> None:
        self.path = path
        self.name = name
        self.link = link
        self.facts_held: set[str] = set()
        self._signer = signer
        self._file = SegmentFile(path, size)

    @classmethod
    def begin(cls, folder: Path, ordinal: int, at: Instant, after: Link, signer: Signer) -> Self:
        """A new segment that goes on from `after`."""
        name = Name(ordinal, at)
        return cls(folder / str(name), name, after, signer)

    @property
    def size(self) -> int:
        """How many bytes are durable."""
        return self._file.size

    def is_due(self, now: Instant) -> bool:
        """Whether it is time for the next segment."""
        return self.name.is_over(self.size, now)

    def append(self, bodies: Sequence[bytes]) -> None:
        """Write one batch and wait until the disk has it. Raises OSError; then nothing of the batch remains."""
        lines = [self._header(), *bodies] if self.size == 0 else bodies
        batch, link = append_lines(lines, self.link, self._signer)
        self._file.append(batch)
        self.link = link

    def close(self) -> None:
        self._file.close()

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
    last, size, cut_bytes = cut_back(path, partial(_last_batch, signer))
    return Recovered(last.link if last else None, size, cut_bytes, last.body if last else b"")


def _last_batch(signer: Signer, data: bytes, begins_at: int) -> tuple[Line, int] | None:
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
        after = before.link if before else None if begins_at else _stated_start(lines[0])
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


def sealed_lines(path: Path, condition: str = "true", **values: str | int) -> Iterator[bytes]:
    """The lines of a sealed segment that fulfil `condition` (SQL of ours), a few at a time, each with its newline.

    They come as they were written, which is by number: to sort them, all of them would have to be in memory.
    """
    yield from rows_from("read_parquet($path)", condition, path=str(path), **values)


def rows_from(rows_sql: str, condition: str, **values: str | int) -> Iterator[bytes]:
    """The lines of these rows (SQL of ours) that fulfil `condition`, as `sealed_lines` gives them."""
    with in_memory("256MB") as connection:
        sql = f"select line from {rows_sql} where {condition}"  # noqa: S608 -- values are bound
        rows = connection.execute(sql, values)
        while some := rows.fetchmany(1_000):
            for (line,) in some:
                yield line.encode() + b"\n"
