from __future__ import annotations

from pathlib import Path

import pytest

from limen.storage.segments.parquet import in_memory, quoted, rows_of, to_parquet


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_rows_are_written_and_read_back_also_where_a_path_has_a_quote(tmp_path: Path, version: str) -> None:
    paths = [tmp_path / "it's one.parquet", tmp_path / "two.parquet"]
    with in_memory("64MB") as connection:
        connection.execute("set preserve_insertion_order = false")
        for begin, path in enumerate(paths):
            connection.execute(to_parquet(f"select range + {begin * 10} as n from range(10)", path, version=version))
        found = connection.execute(f"select count(*), max(n) from {rows_of(paths)}").fetchall()
    assert found == [(20, 19)]


def test_a_connection_takes_no_more_memory_than_said() -> None:
    with in_memory("64MB", 2) as connection:
        found = connection.execute("select current_setting('memory_limit'), current_setting('threads')").fetchall()
    assert found == [("61.0 MiB", 2)]


def test_a_quoted_text_ends_where_it_should() -> None:
    assert quoted("a'; drop --") == "'a''; drop --'"
