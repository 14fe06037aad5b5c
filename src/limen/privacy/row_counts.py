"""What is kept of somebody, counted in words: `2 passkeys, 1 group`, and not the names of tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from limen.storage.tables import words_of

_FIRST = "people"


def row_counts(rows: Mapping[str, int]) -> Iterator[str]:
    """How many of each, the account first, in the words of each table (`rows_called`)."""
    for table, number in sorted(rows.items(), key=lambda one: (one[0] != _FIRST, one[0])):
        one, several = words_of(table)
        yield f"{number} {one if number == 1 else several}"
