"""Rows and the frozen values that they hold: a field is the column of its name."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, Final, TypeAlias, TypeVar, cast

from sqlalchemy import Connection, Row, Table
from sqlalchemy.dialects import postgresql, sqlite

V = TypeVar("V")
Insert: TypeAlias = sqlite.Insert | postgresql.Insert
_COUNTED: Final = {"preserve_rowcount": True}
"""Without it nobody knows how many rows an INSERT made."""


def row_of(value: Any) -> dict[str, Any]:
    """The columns that a frozen value's fields of the same names fill; several words are kept with a space between."""
    row = {}
    for field in fields(value):
        held = getattr(value, field.name)
        words = sorted(held) if isinstance(held, frozenset) else held
        row[field.name] = " ".join(words) if isinstance(words, list | tuple) else words
    return row


def value_of(kind: type[V], row: Row[Any], **read: Any) -> V:
    """The value that such a row holds; `read` are the fields that are not simply what the column of that name says."""
    return kind(**{name: getattr(row, name) for name in _names(cast("Hashable", kind)) if name not in read}, **read)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple([field.name for field in fields(kind)])


def inserted(connection: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert unless a unique column says no; the transaction goes on either way."""
    unless_there = _unless_there(connection.dialect.name, table)
    return connection.execute(unless_there, row, execution_options=_COUNTED).rowcount == 1


def put(connection: Connection, table: Table, row: Mapping[str, Any]) -> None:
    """Insert, or write over what stands there under this primary key."""
    connection.execute(_written_over(connection.dialect.name, table, tuple(row)), row)


# Statements that are built once: to build one takes longer than SQLite needs to do it


@cache
def _unless_there(dialect: str, table: Table) -> Insert:
    return insert_into(dialect, table).on_conflict_do_nothing()


@cache
def _written_over(dialect: str, table: Table, names: Sequence[str]) -> Insert:
    keys = [column.name for column in table.primary_key]
    new = insert_into(dialect, table)
    return new.on_conflict_do_update(
        index_elements=keys, set_={name: new.excluded[name] for name in names if name not in keys}
    )


def insert_into(dialect: str, table: Table) -> Insert:
    """An INSERT that may say what happens where a row stands there already: each database has its own."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)
