"""The columns that events are kept in. The store knows no more of an event than this; whoever opens it says them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class Kind(StrEnum):
    """What a column holds: a text ("" where unknown), a whole number (0), or JSON as it was written ({})."""

    TEXT = "text"
    NUMBER = "number"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, by the name that it has in the JSON of an event, too."""

    name: str
    kind: Kind = Kind.TEXT


REQUIRED: Final = ("uid", "at", "source")
"""What every store's events have: an id by which duplicates are known, when it happened, from whom it came."""
_SQL: Final = {Kind.TEXT: ("varchar", "''"), Kind.NUMBER: ("bigint", "0"), Kind.JSON: ("json", "'{}'")}
_LINES: Final = "select unnest($lines) as line, generate_subscripts($lines, 1) + $after as n"
_UNKNOWN: Final = {Kind.TEXT: "", Kind.NUMBER: 0, Kind.JSON: "{}"}


@dataclass(frozen=True, slots=True)
class Columns:
    """All columns of a store, in the order in which they stand in a line. Names are plain words: they become SQL."""

    all: tuple[Column, ...]

    @classmethod
    def of(cls, columns: Sequence[Column]) -> Columns:
        """Raises ValueError where a name is no plain word, or a required column is missing."""
        names = [column.name for column in columns]
        if not all(name.isidentifier() and name.isascii() and name.islower() for name in names):
            raise ValueError("the names of columns are plain words")
        if missing := set(REQUIRED) - set(names):
            raise ValueError(f"columns are missing: {sorted(missing)}")
        return cls(tuple(columns))

    @property
    def names(self) -> str:
        """Their names, for SQL."""
        return ", ".join(f'"{column.name}"' for column in self.all)

    @property
    def shape(self) -> str:
        """What tells these columns from those that a store had before, or will have."""
        return sha256(self.names.encode()).hexdigest()[:8]

    def selected(self, present: Collection[str]) -> str:
        """SQL for every column of rows that have those that are `present`; the others are unknown."""
        return ", ".join(
            f'"{one.name}"' if one.name in present else f'{unknown(one)} as "{one.name}"' for one in self.all
        )

    @property
    def declared(self) -> str:
        """Their names and types, for SQL that makes a table."""
        return ", ".join(f'"{column.name}" {_column_type(column)}' for column in self.all)

    def take(self, connection: DuckDBPyConnection, table: str, lines: Sequence[str], after: int) -> None:
        """Put these lines, numbered from `after` + 1 on, into a temporary table: every column, beside `n`.

        No value is null: what does not fit its column is as unknown, and what has no column is left out.
        """
        import duckdb  # noqa: PLC0415 -- heavy, and only what seals or asks needs it

        made, bound = f"create or replace temp table {table} as ", {"lines": lines, "after": after}
        try:
            connection.execute(made + self._select("line"), bound)
        except duckdb.InvalidInputException:  # one that is JSON to whoever wrote it, and none here, must not stop all
            careful = "case when json_valid(line) then line else json_object('uid', concat('unreadable-', n)) end"
            connection.execute(made + self._select(careful), bound)

    def _select(self, line: str) -> str:
        structure = json.dumps({column.name: _SQL[column.kind][0] for column in self.all})
        taken = ", ".join(f'{known(f"e.{column.name}", column)} as "{column.name}"' for column in self.all)
        return f"select {taken}, n from (select from_json({line}, '{structure}') as e, n from ({_LINES}))"  # noqa: S608 -- plain words

    def line(self, row: Mapping[str, Any]) -> bytes:
        """The line that these values are kept of: what is unknown is left out."""
        said: dict[str, Any] = {}
        for column in self.all:
            value = row.get(column.name, _UNKNOWN[column.kind])
            if value != _UNKNOWN[column.kind]:
                said[column.name] = msgspec.Raw(value.encode()) if column.kind is Kind.JSON else value
        return msgspec.json.encode(said)


def known(sql: str, column: Column) -> str:
    """A value in SQL, of this column's type and never null."""
    kind, unknown = _SQL[column.kind]
    if column.kind is Kind.JSON:
        return f"coalesce(cast({sql} as varchar), {unknown})"
    return f"coalesce(cast({sql} as {kind}), {unknown})"


def unknown(column: Column) -> str:
    """What stands in this column where nothing is known, as SQL."""
    return _SQL[column.kind][1]


def _column_type(column: Column) -> str:
    return "bigint" if column.kind is Kind.NUMBER else "varchar"
