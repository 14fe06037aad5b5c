"""Rows and the frozen values that they hold: a field is the column of its name."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Row, Table, insert
from sqlalchemy.exc import IntegrityError

V = TypeVar("V")


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
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(row))
    except IntegrityError:
        return False
    return True
