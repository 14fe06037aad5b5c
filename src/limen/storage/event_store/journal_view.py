"""The journal, seen as events among those of other sources: a search looks through both."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.storage.event_store.columns import Column, Columns, known, unknown
from limen.storage.journal.reader import Reader
from limen.storage.journal.seal import PORTION_SQL
from limen.storage.segments.name import Name

ROWS: Final = PORTION_SQL
"""SQL for the rows of lines that are bound as `$lines`, as they stand in a sealed segment of the journal."""


@dataclass(frozen=True, slots=True)
class JournalView:
    """The journal under `root`. `columns`: by the store's column, the SQL that takes it from the journal's columns
    (`actor`), or, led by `$.`, where in a line it is (`$.b.status_detail`). What isn't named is unknown.
    """

    root: Path
    columns: Mapping[str, str]

    def select(self, columns: Columns, rows: str) -> str:
        """SQL for the store's columns of these rows (SQL) of the journal: of events, not of facts or what is erased."""
        taken = ", ".join(f'{self._taken(column)} as "{column.name}"' for column in columns.all)
        return f"select {taken} from {rows} where kind is not null"  # noqa: S608 -- ours

    def segments(self) -> list[tuple[Name, Path]]:
        """Every segment of every writer, one that is sealed in its sealed form."""
        return Reader(self.root).segments()

    def _taken(self, column: Column) -> str:
        where = self.columns.get(column.name, "")
        if not where:
            return unknown(column)
        return known(f"json_extract_string(line, '{where}')" if where.startswith("$.") else where, column)


def whole_lines(path: Path, offset: int, most: int) -> Iterator[tuple[list[str], int]]:
    """The whole lines of an open segment from `offset` on, some bytes at a time; each time with where they end."""
    with path.open("rb") as file:
        file.seek(offset)
        while portion := file.read(most):
            whole, newline, _ = portion.rpartition(b"\n")
            if not newline:
                return
            offset += len(whole) + 1
            file.seek(offset)
            yield whole.decode(errors="replace").split("\n"), offset
