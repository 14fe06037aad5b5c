"""What is not sealed yet, in memory, so that questions see it: added to as it comes, and given up once it is sealed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from limen.clock import HOUR
from limen.storage.event_store.batches import whole_batches
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.journal_view import ROWS, JournalView, whole_lines
from limen.storage.event_store.sealed_list import SealedEventList
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import PORTION, rows_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LOOK_BACK: Final = 2 * HOUR
"""Of what is not sealed yet, how long before it the same may stand in a sealed file: sealing itself looks further."""
_MOST_EARLIER: Final = 40


class Hot:
    """The unsealed events, in the table `hot`."""

    def __init__(self, root: Path, columns: Columns) -> None:
        self._root = root
        self._columns = columns
        self._read_to: dict[int, int] = {}

    def make(self, connection: DuckDBPyConnection) -> None:
        connection.execute(f"create table hot ({self._columns.declared}, n bigint, segment integer)")
        self._read_to.clear()

    def refresh(
        self,
        connection: DuckDBPyConnection,
        unsealed: Sequence[tuple[Name, Path]],
        files: Mapping[int, Path],
        sealed: SealedEventList,
    ) -> None:
        """Take in what came since the last time. `files`: the sealed ones by number."""
        there = {name.ordinal for name, _ in unsealed}
        for ordinal in [each for each in self._read_to if each not in there]:
            connection.execute("delete from hot where segment = $segment", {"segment": ordinal})
            del self._read_to[ordinal]
        for name, path in unsealed:
            earlier = _earlier(name, files, sealed)
            for lines, after, end in _batches(path, self._read_to.get(name.ordinal, 0)):
                self._add(connection, name, lines, after, earlier)
                self._read_to[name.ordinal] = end

    def _add(
        self, connection: DuckDBPyConnection, name: Name, lines: list[str], after: int, earlier: Sequence[Path]
    ) -> None:
        """Add the events that are in memory, in these lines and in the earlier files only once."""
        self._columns.take(connection, "fresh", lines, after)
        connection.execute("create or replace temp table met as select uid from hot semi join fresh using (uid)")
        if earlier:
            connection.execute(
                f"insert into met select uid from {rows_of(earlier)} where uid in (select uid from fresh)"  # noqa: S608
            )
        connection.execute(
            "insert into hot select *, $segment from fresh where uid not in (from met) "
            "qualify row_number() over (partition by uid order by n) = 1",
            {"segment": name.ordinal},
        )


class HotJournal:
    """The journal's unsealed lines, in the table `hot_journal`, under the columns of its sealed ones."""

    def __init__(self, journal: JournalView) -> None:
        self._journal = journal
        self._read_to: dict[Path, int] = {}
        self._sealed: list[Path] = []

    def make(self, connection: DuckDBPyConnection) -> None:
        empty = f"create table hot_journal as select *, '' as segment from ({ROWS})"  # noqa: S608 -- ours
        connection.execute(empty, {"lines": ["{}"]})
        connection.execute("delete from hot_journal")
        self._read_to.clear()

    def refresh(self, connection: DuckDBPyConnection) -> None:
        segments = self._journal.segments()
        self._sealed = [path for name, path in segments if name.is_sealed]
        unsealed = [path for name, path in segments if not name.is_sealed]
        for path in [each for each in self._read_to if each not in unsealed]:
            connection.execute("delete from hot_journal where segment = $segment", {"segment": str(path)})
            del self._read_to[path]
        for path in unsealed:
            for lines, end in whole_lines(path, self._read_to.get(path, 0), PORTION):
                added = f"insert into hot_journal select *, $segment from ({ROWS}) where kind is not null"  # noqa: S608
                connection.execute(added, {"lines": lines, "segment": str(path)})
                self._read_to[path] = end

    def rows(self) -> list[str]:
        """SQL for what is unsealed, and for what is sealed, where there is any."""
        return ["hot_journal", *([rows_of(self._sealed)] if self._sealed else [])]


def _batches(path: Path, offset: int) -> Iterator[tuple[list[str], int, int]]:
    """The lines of whole batches from `offset` on, some at a time, with the number before them and where they end."""
    lines: list[str] = []
    size = 0
    with path.open("rb") as file:
        file.seek(offset)
        batch = None
        for batch in whole_batches(file):
            lines += [line.decode(errors="replace") for line in batch.lines]
            size += batch.ends_at - batch.begins_at
            if size >= PORTION:
                yield lines, batch.link.n - len(lines), batch.ends_at
                lines, size = [], 0
        if lines and batch is not None:
            yield lines, batch.link.n - len(lines), batch.ends_at


def _earlier(name: Name, files: Mapping[int, Path], sealed: SealedEventList) -> list[Path]:
    since = name.begun_at - _LOOK_BACK
    near = [each.ordinal for each in sealed.segments if each.ends_at >= since and each.rows]
    return [files[ordinal] for ordinal in near[-_MOST_EARLIER:] if ordinal in files]
