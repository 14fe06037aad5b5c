"""Reading the event store on from where somebody stopped, from any process: rules follow what comes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from limen.storage.event_store.batches import whole_batches
from limen.storage.event_store.columns import Columns
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.parquet import in_memory, rows_of

MEMORY: Final = "256MB"
_AT_ONCE: Final = 1_000


class Position(NamedTuple):
    """After event `n`. `segment` and `offset` say where to go on reading, as long as that segment is not sealed.

    Whoever keeps one keeps all three.
    """

    n: int
    segment: int
    offset: int


START: Final = Position(0, 0, 0)
_EVERYTHING: Final = Position(1 << 62, 1 << 62, 1 << 62)


def follow_from(
    folder: Path, columns: Columns, position: Position = START, end: Position = _EVERYTHING
) -> Iterator[tuple[Position, bytes]]:
    """Every event after `position` and up to `end` that is in a whole batch, each with where it ends."""
    newest: dict[int, tuple[Name, Path]] = {}
    for name, path in segments_in(folder):
        newest[name.ordinal] = (name, path)
    for name, path in newest.values():
        if position.segment <= name.ordinal <= end.segment:
            yield from _segment(name, path, columns, position, end)


def _segment(
    name: Name, path: Path, columns: Columns, position: Position, end: Position
) -> Iterator[tuple[Position, bytes]]:
    if not name.is_sealed:
        try:
            yield from _open(name, path, position, end)
        except FileNotFoundError:  # sealed since it was listed
            path = path.with_suffix(".parquet")
        else:
            return
    if path.exists():  # or past its keeping time by now
        yield from _sealed(name, path, columns, position)


def _open(name: Name, path: Path, position: Position, end: Position) -> Iterator[tuple[Position, bytes]]:
    with path.open("rb") as file:
        if name.ordinal == position.segment:
            file.seek(position.offset)
        for batch in whole_batches(file):
            if batch.link.n > end.n:
                return
            last = len(batch.lines) - 1
            for at, line in enumerate(batch.lines):
                n = batch.first_n + at
                if n > position.n:
                    yield Position(n, name.ordinal, batch.ends_at if at == last else batch.begins_at), line[:-1]


def _sealed(name: Name, path: Path, columns: Columns, position: Position) -> Iterator[tuple[Position, bytes]]:
    """The rows of a sealed segment, which are in the file by number."""
    with in_memory(MEMORY) as connection:
        connection.execute("set preserve_insertion_order = true")
        sql = f"select n, * exclude (n) from {rows_of([path])} where n > $n"  # noqa: S608 -- a path of ours
        rows = connection.execute(sql, {"n": position.n})
        names = [column[0] for column in rows.description or ()]  # an older store's file may lack some
        while some := rows.fetchmany(_AT_ONCE):
            for row in some:
                yield Position(row[0], name.ordinal, 0), columns.line(dict(zip(names, row, strict=True)))
