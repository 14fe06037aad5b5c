"""Questions about events in SQL, over what is sealed and what is not, from any process: within limits, reading only.

One view, `events`, has the columns of the store, each event once. Sealed files hold none twice; what is not sealed yet
is brought into memory as it comes, without what is there already.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from limen.clock import Instant
from limen.storage.errors import AskedTooMuchError
from limen.storage.event_store.columns import Columns
from limen.storage.event_store.hot import Hot, HotJournal
from limen.storage.event_store.journal_view import JournalView
from limen.storage.event_store.sealed_list import SealedEventList, read_list
from limen.storage.segments.name import segments_in
from limen.storage.segments.parquet import in_memory, quoted, rows_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PATIENCE_SECONDS: Final = 10.0
ROWS: Final = 10_000
MEMORY: Final = "768MB"
THREADS: Final = 2
_TRIES: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows of an answer under their columns' names. `is_cut`: there are more than were asked for."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    is_cut: bool


class Asking:
    """One connection in memory, made at the first question. Questions may come from several threads at once.

    Of the store only events after number `after` are seen.
    """

    def __init__(self, root: Path, columns: Columns, journal: JournalView | None = None, *, after: int = 0) -> None:
        self._root = root
        self._after = after
        self._columns = columns
        self._journal = journal
        self._lock = threading.Lock()
        self._connection: DuckDBPyConnection | None = None
        self._hot = Hot(root, columns)
        self._hot_journal = HotJournal(journal) if journal else None

    def ask(
        self,
        sql: str,
        parameters: dict[str, Any] | None = None,
        *,
        since: Instant | None = None,
        until: Instant | None = None,
        most_rows: int = ROWS,
        seconds: float = PATIENCE_SECONDS,
    ) -> Answer:
        """The answer to one `select` over `events`; values are bound by name (`$name`).

        Names of columns stand in double quotes, since some are words of SQL ("at", "user"). `since` and `until` only
        spare it files in which nothing happened between them: say it in the SQL as well. Reads the disk: call it from a
        worker thread. Raises AskedTooMuchError where it takes longer than `seconds`, or more memory than there is for
        it, and ValueError for what is no single `select`.
        """
        import duckdb  # noqa: PLC0415 -- heavy, and only who asks needs it

        for left in range(_TRIES - 1, -1, -1):
            try:
                with self._prepared(since, until) as cursor, _limited(cursor, seconds):
                    _refuse_all_but_a_select(cursor, sql)
                    found = cursor.execute(sql, parameters or {})
                    names = tuple(column[0] for column in found.description or ())
                    rows = found.fetchmany(most_rows + 1)
                    return Answer(names, rows[:most_rows], len(rows) > most_rows)
            except duckdb.InterruptException:
                raise AskedTooMuchError("The search took too long", "look through less time") from None
            except duckdb.OutOfMemoryException:
                raise AskedTooMuchError("The search takes too much memory", "look through less time") from None
            except (duckdb.IOException, FileNotFoundError):
                if not left:  # else a file was sealed, written anew or deleted since it was listed
                    raise
        raise AssertionError  # pragma: no cover -- the last try returns or raises

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _prepared(self, since: Instant | None, until: Instant | None) -> Iterator[DuckDBPyConnection]:
        """A cursor of its own, on which `events` is what there is now."""
        with self._lock:
            if self._connection is None:
                self._connection = self._connect()
            sealed = read_list(self._root)
            files = self._refresh(self._connection, sealed)
            cursor = self._connection.cursor()
            cursor.begin()  # what it sees stays as it is, though another question brings more into memory
            cursor.execute(f"create temp view events as {self._view(sealed, files, since, until)}")
        with closing(cursor):
            yield cursor

    def _connect(self) -> DuckDBPyConnection:
        """A database in memory that writes nothing, and reads no file but those of the store and the journal."""
        connection = in_memory(MEMORY, THREADS)
        roots = [self._root, *([self._journal.root] if self._journal else [])]
        self._hot.make(connection)
        if self._hot_journal:
            self._hot_journal.make(connection)
        connection.execute("set temp_directory = ''")
        connection.execute(f"set allowed_directories = [{', '.join(quoted(str(root) + '/') for root in roots)}]")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return connection

    def _refresh(self, connection: DuckDBPyConnection, sealed: SealedEventList) -> dict[int, Path]:
        """Bring what is new into memory; returns the sealed files by number."""
        on_disk = segments_in(self._root)
        files = {name.ordinal: path for name, path in on_disk if name.is_sealed}
        unsealed = [(name, path) for name, path in on_disk if not name.is_sealed and name.ordinal not in files]
        self._hot.refresh(connection, unsealed, files, sealed)
        if self._hot_journal:
            self._hot_journal.refresh(connection)
        return files

    def _view(
        self, sealed: SealedEventList, files: dict[int, Path], since: Instant | None, until: Instant | None
    ) -> str:
        """SQL for every event: in memory, in the files of each shape, in the journal."""
        known = {each.ordinal: each for each in sealed.segments}
        of_shape: dict[str, list[Path]] = {}
        for ordinal, path in files.items():
            entry = known.get(ordinal)
            is_later = entry and until is not None and entry.first_at > until
            is_earlier = entry and since is not None and entry.last_at < since
            is_before = entry is not None and entry.last_n <= self._after
            if not is_later and not is_earlier and not is_before:
                of_shape.setdefault(entry.shape if entry else "", []).append(path)
        only = f" where n > {self._after:d}" if self._after else ""
        parts = [f"select {self._columns.names} from hot{only}"]  # noqa: S608 -- names and paths of ours
        for shape, paths in of_shape.items():
            present = sealed.shapes.get(shape) or [column.name for column in self._columns.all]
            parts.append(f"select {self._columns.selected(present)} from {rows_of(paths)}{only}")  # noqa: S608
        if self._journal and self._hot_journal:
            parts += [self._journal.select(self._columns, rows) for rows in self._hot_journal.rows()]
        return " union all ".join(parts)


@contextmanager
def _limited(cursor: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    timer = threading.Timer(seconds, cursor.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _refuse_all_but_a_select(cursor: DuckDBPyConnection, sql: str) -> None:
    import duckdb  # noqa: PLC0415

    statements: Sequence[Any] = cursor.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise ValueError("only one select can be asked")
