"""What is kept for minutes, as tests look at it."""

from __future__ import annotations

from sqlalchemy import func, select

from limen.storage.kept_briefly import KeptBriefly, kept_briefly


def number(kept: KeptBriefly, shelves: str = "") -> int:
    """How many rows there are on all shelves whose names begin so, with those that are over and not forgotten."""
    every = select(func.count()).where(kept_briefly.c.shelf.startswith(shelves))
    return kept.do_here(lambda rows: rows._connection.scalar(every))


def written(kept: KeptBriefly) -> str:
    """All that the table holds."""
    return kept.do_here(lambda rows: repr(rows._connection.execute(select(kept_briefly)).all()))
