"""DuckDB as segments use it: in memory, within limits, and never with a file of its own."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import duckdb

PORTION: Final = 4 << 20
"""How much of a segment is in memory at once, in bytes; a line that is longer makes a portion by itself."""
ROW_GROUP: Final = 16 << 20
"""How much text one row group holds before it is written, in bytes: what a reader has in memory at once."""


def in_memory(memory: str, threads: int = 1) -> duckdb.DuckDBPyConnection:
    """A connection that takes no more memory than said (`256MB`). Close it."""
    import duckdb  # noqa: PLC0415 -- heavy, and only what reads or seals what is older than an hour needs it

    return duckdb.connect(config={"memory_limit": memory, "threads": str(threads)})


def to_parquet(rows: str, path: Path, *, group: int = 20_480, version: str = "V1") -> str:
    """SQL that writes these rows (SQL of ours) to `path`, in row groups of so many at most.

    Numbers that rise take next to nothing in version V2 of the format.
    """
    form = f"format parquet, compression zstd, row_group_size {group}, row_group_size_bytes {ROW_GROUP}"
    return f"copy ({rows}) to {quoted(path)} ({form}, parquet_version {version})"


def rows_of(paths: Iterable[Path | str]) -> str:
    """SQL for all rows of these Parquet files, of which there is at least one."""
    return f"read_parquet([{', '.join(map(quoted, paths))}])"


def quoted(text: Path | str) -> str:
    """A text as SQL, where none can be bound."""
    return "'" + str(text).replace("'", "''") + "'"
