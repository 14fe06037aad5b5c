"""Conditions as SQL over the view `events`: values are bound, never written into it.

Functions are those that DuckDB and ClickHouse both have (`lower`, `position`, `starts_with` by `position`), but for the
one that reads a source's own field, which each spells in its own way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limen.monitor.search.query import (
    NUMBERS,
    All,
    AnyOf,
    Column,
    Condition,
    Contains,
    Equals,
    Exists,
    Fits,
    Not,
    Own,
    Within,
)

OwnField = Callable[[str], str]
"""From the name of the bound parameter that holds a field's name: SQL for its value as text, NULL or "" where it is
missing."""


def duckdb_field(parameter: str) -> str:
    return f"coalesce(json_extract_string(\"fields\", '$.' || ${parameter}), '')"


@dataclass(slots=True)
class Where:
    """`sql` is true of the events that are meant; `values` are bound in it by their names."""

    sql: str = "true"
    values: dict[str, str | int] = field(default_factory=dict)


def where(condition: Condition, own_field: OwnField = duckdb_field) -> Where:
    """The condition in SQL."""
    made = Where()
    made.sql = _sql(condition, made.values, own_field)
    return made


def _sql(condition: Condition, values: dict[str, str | int], own: OwnField) -> str:
    match condition:
        case All(every=every):
            return _joined(" and ", every, values, own) or "true"
        case AnyOf(either=either):
            return _joined(" or ", either, values, own) or "false"
        case Not(one=one):
            return f"not {_sql(one, values, own)}"
        case Equals(of=of, values=wanted):
            named = ", ".join(f"${_bound(values, one)}" for one in wanted)
            return f"({_read(of, values, own)} in ({named}))"
        case Contains(of=of, text=text):
            return f"(position(${_bound(values, text)} in {_read(of, values, own)}) > 0)"
        case Exists(of=of):
            missing = "0" if _is_number(of) else "''"
            return f"({_read(of, values, own)} <> {missing})"
        case Within(of=of, low=low, high=high):
            read = _read(of, values, own) if isinstance(of, Column) else _as_number(_read(of, values, own))
            bounds = [f"{read} >= ${_bound(values, low)}"] if low is not None else []
            bounds += [f"{read} <= ${_bound(values, high)}"] if high is not None else []
            return f"coalesce({' and '.join(bounds or [f'{read} is not null'])}, false)"
        case Fits(of=of, parts=parts):
            return _fits(_read(of, values, own), parts, values)


_ESCAPED: Final = str.maketrans({"%": "\\%", "_": "\\_", "\\": "\\\\"})


def _fits(read: str, parts: tuple[str, ...], values: dict[str, str | int]) -> str:
    pattern = "%".join(part.translate(_ESCAPED) for part in parts)
    return f"({read} like ${_bound(values, pattern)} escape '\\')"


def _joined(word: str, conditions: tuple[Condition, ...], values: dict[str, str | int], own: OwnField) -> str:
    parts = [_sql(one, values, own) for one in conditions]
    return f"({word.join(parts)})" if parts else ""


def _read(of: Column | Own, values: dict[str, str | int], own: OwnField) -> str:
    """Texts are compared in small letters; a number as it is."""
    if isinstance(of, Own):
        return f"lower({own(_bound(values, _quoted(of.name)))})"
    return f'"{of.name}"' if of.name in NUMBERS else f'lower("{of.name}")'


def _quoted(name: str) -> str:
    return '"' + name.replace('"', "") + '"'


def _is_number(of: Column | Own) -> bool:
    return isinstance(of, Column) and of.name in NUMBERS


def _as_number(read: str) -> str:
    return f"try_cast({read} as bigint)"


def _bound(values: dict[str, str | int], value: str | int) -> str:
    name = f"v{len(values)}"
    values[name] = value
    return name
