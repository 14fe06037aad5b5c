"""Seals one segment of events to Parquet, or writes a sealed one anew without some sources. A process of its own.

`python -m limen.storage.event_store.seal` reads one `Order` from its standard input and prints what it wrote as one
line of JSON, or ends with status 3 when the segment is not what it was: it is left as it is, for `verify`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec

from limen.errors import LimenError
from limen.storage.event_store.batches import WRITER, Batch, Broken, follow, whole_batches
from limen.storage.event_store.orders import CHANGED, Order
from limen.storage.event_store.sealed_list import SealedEvents
from limen.storage.files import file_sha256, write_all
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import Name
from limen.storage.segments.parquet import PORTION, in_memory, quoted, rows_of, to_parquet
from limen.storage.segments.replacing import SEALING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY: Final = "512MB"
ROWS: Final = 65_536
"""Rows of a row group: a scan of few columns likes it large, a reader of whole rows small."""
IN_ORDER: Final = " order by n"
"""Of rows that were sifted: the few that are left of a vector come later than whole vectors behind them."""
MOST_SOURCES: Final = 1_000


class UnfaithfulError(LimenError):
    """The sealed file doesn't hold what the segment holds; the segment stays."""


class _ChangedError(Exception):
    """The segment's chain doesn't follow from what is sealed."""


def seal(order: Order) -> SealedEvents | None:
    """Write the segment as Parquet; None when its chain doesn't follow. Takes little memory whatever it holds.

    Raises `UnfaithfulError`.
    """
    with in_memory(MEMORY) as connection:
        connection.execute("set preserve_insertion_order = false")  # or it takes no size of row groups in bytes
        return _Sealing(connection, order).run()


class _Sealing:
    """One segment on its way: in portions to parts, from those to the one file."""

    def __init__(self, connection: DuckDBPyConnection, order: Order) -> None:
        self._connection = connection
        self._order = order
        self._part = Path(order.part)
        self._columns = order.known_columns()
        self._after = Link(order.after[0], order.after[1].encode())
        self._end = self._after
        self._count = 0
        self._parts: list[str] = []

    def run(self) -> SealedEvents | None:
        name = Name.of(Path(self._order.segment))
        content = 0
        try:
            for lines, first_n in self._portions():
                content ^= self._write_part(lines, first_n - 1)
            if name is None or not self._parts:
                return None
            rows = f"from {rows_of(self._parts)}"
            if self._content(rows) != content:
                raise UnfaithfulError("what was written is not what stood in the segment", "check the disk")
            if self._note_duplicates():
                return self._joined(name, f"{rows} where n not in (from duplicates)", IN_ORDER)
            return self._joined(name, rows)
        except _ChangedError:
            return None
        finally:
            for each in self._parts:
                Path(each).unlink(missing_ok=True)

    def _portions(self) -> Iterator[tuple[list[str], int]]:
        lines: list[str] = []
        size, first_n = 0, self._after.n + 1
        with Path(self._order.segment).open("rb") as file:
            for batch in self._batches(file):
                if isinstance(batch, Broken):
                    raise _ChangedError
                if batch.first_n > self._end.n + 1:  # what was between was taken away
                    if lines:
                        yield lines, first_n
                    lines, size, first_n = [], 0, batch.first_n
                self._end = batch.link
                lines += [line.decode(errors="replace") for line in batch.lines]
                size += batch.ends_at - batch.begins_at
                if size >= PORTION:
                    yield lines, first_n
                    lines, size, first_n = [], 0, batch.link.n + 1
        if lines:
            yield lines, first_n

    def _batches(self, file: IO[bytes]) -> Iterator[Batch | Broken]:
        """Every batch, if they follow one from the other; of a segment that was changed those that are signed."""
        if not self._order.keys:
            yield from follow(file, self._after, signer=None)
            return
        signer, n = Signer(WRITER, self._order.keys), self._after.n
        for batch in whole_batches(file):
            lines = batch.lines[max(0, n - batch.first_n + 1) :]
            if batch.link.n > n and lines and signer.knows(batch.link, batch.mac):
                n = batch.link.n
                yield batch._replace(lines=lines)

    def _write_part(self, lines: list[str], after: int) -> int:
        """Write these lines to a part of their own: a Parquet file can't be added to. Returns what `_content` does."""
        self._count += len(lines)
        self._parts.append(f"{self._part}.{len(self._parts)}{SEALING}")
        self._columns.take(self._connection, "portion", lines, after)
        self._connection.execute(to_parquet("from portion", Path(self._parts[-1])))
        return self._content("from portion")

    def _note_duplicates(self) -> bool:
        """Which of the events, by number, stand before in this segment, or in an earlier one; whether any does."""
        place = "row_number() over (partition by uid order by n) as place"
        named = f"select n, uid, {place} from {rows_of(self._parts)}"  # noqa: S608 -- ours
        self._connection.execute(f"create temp table named as {named}")
        self._connection.execute("create temp table duplicates as select n from named where place > 1")
        if self._order.earlier:
            self._connection.execute(
                f"create temp table met as select distinct uid from {rows_of(self._order.earlier)} "  # noqa: S608 -- paths of ours
                "where uid in (select uid from named)"
            )
            self._connection.execute("insert into duplicates select n from named semi join met using (uid)")
        return int(_one(self._connection, "select count(*) from duplicates")[0]) > 0

    def _joined(self, name: Name, rows: str, order: str = "") -> SealedEvents:
        wanted = self._content(rows)
        _write(self._connection, rows + order, self._part)
        if self._content(f"from {rows_of([self._part])}") != wanted or not _is_in_order(self._connection, self._part):
            self._part.unlink()
            raise UnfaithfulError("what was sealed is not what stood in the segment", "check the disk")
        kept = _described(self._connection, self._part)
        return SealedEvents(
            ordinal=name.ordinal,
            begun_at=name.begun_at,
            first_n=self._after.n + 1,
            last_n=self._end.n,
            before=self._after.head.decode(),
            head=self._end.head.decode(),
            duplicates=self._count - kept["rows"],
            is_damaged=bool(self._order.keys),
            **kept,
        )

    def _content(self, rows: str) -> int:
        """A number that is equal where all rows are; it doesn't depend on their order."""
        columns = f"{self._columns.names}, n"
        return int(_one(self._connection, f"select coalesce(bit_xor(hash({columns})), 0) {rows}")[0])


def thin(order: Order, sealed: SealedEvents) -> SealedEvents | None:
    """Write a sealed segment anew, without the events of some sources; None when it is not what was sealed."""
    segment, part = Path(order.segment), Path(order.part)
    if file_sha256(segment) != sealed.sha256:
        return None
    with in_memory(MEMORY) as connection:
        connection.execute("set preserve_insertion_order = false")
        connection.execute("create temp table gone as select unnest($sources) as source", {"sources": order.without})
        _write(connection, f"from {rows_of([segment])} where source not in (from gone){IN_ORDER}", part)
        if not _is_in_order(connection, part):
            raise UnfaithfulError("what was written is not in order", "check the disk")
        kept = _described(connection, part)
    return msgspec.structs.replace(sealed, expired=sealed.expired + sealed.rows - kept["rows"], **kept)


def _write(connection: DuckDBPyConnection, rows: str, part: Path) -> None:
    connection.execute(to_parquet(rows, part, group=ROWS, version="V2"))


def _is_in_order(connection: DuckDBPyConnection, path: Path) -> bool:
    """Whether the rows are in the file by their numbers: whoever reads on from one relies on it."""
    numbered = f"read_parquet({quoted(path)}, file_row_number = true)"
    before = f"select n, lag(n) over (order by file_row_number) as before from {numbered}"  # noqa: S608
    return int(_one(connection, f"select count(*) from ({before}) where n <= before")[0]) == 0  # noqa: S608


def _described(connection: DuckDBPyConnection, path: Path) -> dict[str, Any]:
    rows = rows_of([path])
    spans = 'count(*), coalesce(min("at"), 0), coalesce(max("at"), 0)'
    count, first_at, last_at = _one(connection, f"select {spans} from {rows}")  # noqa: S608
    texts = [name for name, kind in _types(connection, rows) if kind in {"VARCHAR", "JSON"}]
    length = " + ".join(f'strlen("{name}")' for name in texts)
    counted = f"select source, count(*), sum({length}) from {rows} group by source limit {MOST_SOURCES + 1}"  # noqa: S608
    sources = sorted(connection.execute(counted).fetchall()) if count else []
    is_named = len(sources) <= MOST_SOURCES
    return {
        "sha256": file_sha256(path),
        "size": path.stat().st_size,
        "rows": count,
        "first_at": first_at,
        "last_at": last_at,
        "sources": {source: number for source, number, _ in sources} if is_named else {},
        "lengths": {source: int(length) for source, _, length in sources} if is_named else {},
    }


def _types(connection: DuckDBPyConnection, rows: str) -> list[tuple[str, str]]:
    described = connection.execute(f"describe select * from {rows}").fetchall()  # noqa: S608 -- ours
    return [(one[0], one[1]) for one in described]


def _one(connection: DuckDBPyConnection, sql: str) -> Sequence[Any]:
    found: Sequence[Any] | None = connection.execute(sql).fetchone()
    assert found is not None  # noqa: S101 -- an aggregate has one row
    return found


def main() -> int:
    asked_by = os.getppid()
    try:
        order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
        done = thin(order, order.sealed) if order.sealed is not None else seal(order)
        if done is None:
            return CHANGED
        write_all(sys.stdout.fileno(), msgspec.json.encode(done) + b"\n")
    except msgspec.DecodeError:
        return 1  # who asked was killed amid the order
    except Exception:
        if os.getppid() == asked_by:
            raise
        return 1  # who asked was killed, and the next start tidies up behind it
    return 0


if __name__ == "__main__":
    sys.exit(main())
