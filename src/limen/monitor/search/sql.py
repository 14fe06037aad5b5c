"""Conditions as SQL over the view `events`: values are bound, never written into it.

Functions are those that DuckDB and ClickHouse both have. What each spells in its own way is an `Engine`: both are asked
the same in tests/laws/test_search_engines.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from limen.connectors.clickhouse.server import placeholder
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


@dataclass(frozen=True, slots=True)
class Engine:
    """`lower` and `number` are SQL of some text in braces: in small letters of every script, and as a whole number or
    NULL. `own_field` is SQL for the value of a source's own field as text, "" where it is missing, from what stands for
    the bound value that says which; `own_name` is what is bound there. `placeholder` is what stands in SQL for a value
    that is bound under a name.
    """

    lower: str
    number: str
    own_field: str
    own_name: Callable[[str], str]
    placeholder: Callable[[str, str | int], str]


DUCKDB: Final = Engine(
    "lower({})",
    "try_cast({} as bigint)",
    "coalesce(json_extract_string(\"fields\", '$.' || {}), '')",
    lambda name: '"' + name.replace('"', "") + '"',
    lambda name, _value: f"${name}",
)
CLICKHOUSE: Final = Engine(
    "lowerUTF8({})",
    "accurateCastOrNull(round(toFloat64OrNull(trim({}))), 'Int64')",
    'if(JSONType("fields", {0}) = \'String\', JSONExtractString("fields", {0}), JSONExtractRaw("fields", {0}))',
    lambda name: name.replace('"', ""),
    placeholder,
)


@dataclass(slots=True)
class Where:
    """`sql` is true of the events that are meant; `values` are bound in it by their names."""

    sql: str = "true"
    values: dict[str, str | int] = field(default_factory=dict)


def where(condition: Condition, engine: Engine = DUCKDB) -> Where:
    """The condition in SQL."""
    made = Where()
    made.sql = _sql(condition, made.values, engine)
    return made


def _sql(condition: Condition, values: dict[str, str | int], engine: Engine) -> str:
    match condition:
        case All(every=every):
            return _joined(" and ", every, values, engine) or "true"
        case AnyOf(either=either):
            return _joined(" or ", either, values, engine) or "false"
        case Not(one=one):
            return f"not {_sql(one, values, engine)}"
        case Equals(of=of, values=wanted):
            named = ", ".join(_bound(values, one, engine) for one in wanted)
            return f"({_read(of, values, engine)} in ({named}))"
        case Contains(of=of, text=text):
            return f"(position({_bound(values, text, engine)} in {_read(of, values, engine)}) > 0)"
        case Exists(of=of):
            missing = "0" if _is_number(of) else "''"
            return f"({_read(of, values, engine)} <> {missing})"
        case Within(of=of, low=low, high=high):
            read = (
                _read(of, values, engine) if isinstance(of, Column) else engine.number.format(_read(of, values, engine))
            )
            bounds = [f"{read} >= {_bound(values, low, engine)}"] if low is not None else []
            bounds += [f"{read} <= {_bound(values, high, engine)}"] if high is not None else []
            return f"coalesce({' and '.join(bounds or [f'{read} is not null'])}, false)"
        case Fits(of=of, parts=parts):
            return _fits(_read(of, values, engine), parts, values, engine)


_ESCAPED: Final = str.maketrans({"%": "!%", "_": "!_", "!": "!!"})
"""A backslash would have to be written in two ways."""


def _fits(read: str, parts: tuple[str, ...], values: dict[str, str | int], engine: Engine) -> str:
    pattern = "%".join(part.translate(_ESCAPED) for part in parts)
    return f"({read} like {_bound(values, pattern, engine)} escape '!')"


def _joined(word: str, conditions: tuple[Condition, ...], values: dict[str, str | int], engine: Engine) -> str:
    parts = [_sql(one, values, engine) for one in conditions]
    return f"({word.join(parts)})" if parts else ""


def _read(of: Column | Own, values: dict[str, str | int], engine: Engine) -> str:
    """Texts are compared in small letters; a number as it is."""
    if isinstance(of, Own):
        return engine.lower.format(engine.own_field.format(_bound(values, engine.own_name(of.name), engine)))
    return f'"{of.name}"' if of.name in NUMBERS else engine.lower.format(f'"{of.name}"')


def _is_number(of: Column | Own) -> bool:
    return isinstance(of, Column) and of.name in NUMBERS


def _bound(values: dict[str, str | int], value: str | int, engine: Engine) -> str:
    """What stands for this value, which is bound from now on."""
    name = f"v{len(values)}"
    values[name] = value
    return engine.placeholder(name, value)
