"""Cedar JSON (entities' attributes and tags, a request's context) to values, with the schema's help if there is one.

Without a schema only the escapes are understood: `{"__entity": {"type", "id"}}` and `{"__extn": {"fn", "arg"}}`. With
one, an entity reference may be a bare `{"type", "id"}` and an extension value a bare text, and everything must fit its
type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from limen.cedar.errors import DataError, EvaluationError
from limen.cedar.literals import CONSTRUCTORS
from limen.cedar.operators import METHODS, construct
from limen.cedar.schema import EntityOf, Primitive, RecordType, Schema, SetType, Type
from limen.cedar.tree import METHODS as ARITIES
from limen.cedar.values import (
    LONG_MAX,
    LONG_MIN,
    CedarSet,
    EntityUid,
    Record,
    Value,
    type_name,
)

MAX_DEPTH: Final = 100
"""How deep data may nest; what is deeper is refused."""

_TYPE_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*")
_RESERVED: Final = frozenset({"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"})
_TYPE_NAMES: Final = {"Bool": "bool", "Long": "long", "String": "string"}
_CONSTRUCTOR_OF: Final = {"ipaddr": "ip", "decimal": "decimal", "datetime": "datetime", "duration": "duration"}


def read_record(data: object, where: str, expected: RecordType | None = None, schema: Schema | None = None) -> Record:
    """A JSON object to a record. Raises `DataError` naming the place."""
    if not isinstance(data, Mapping):
        raise DataError(f"{where}: a record is an object")
    try:
        return _fields(data, where, expected, schema, 0)
    except EvaluationError as error:
        raise DataError(f"{where}: {error}") from None


def read_value(
    data: object, where: str, expected: Type | None = None, schema: Schema | None = None, depth: int = 0
) -> Value:
    """One JSON value. Raises `DataError`, or `EvaluationError` if an extension constructor refuses its text."""
    if depth > MAX_DEPTH:
        raise DataError(f"{where}: nested deeper than {MAX_DEPTH} levels")
    if isinstance(expected, SetType):
        if not isinstance(data, list | tuple):
            raise DataError(f"{where}: expected a set")
        return CedarSet([read_value(item, where, expected.element, schema, depth + 1) for item in data])
    if isinstance(expected, RecordType):
        if not isinstance(data, Mapping):
            raise DataError(f"{where}: expected a record")
        return _fields(data, where, expected, schema, depth)
    if isinstance(expected, EntityOf):
        uid = _reference(data, where, is_implicit=True)
        if uid is None or uid.type != expected.type:
            raise DataError(f"{where}: expected an entity of type `{expected.type}`")
        check_id(uid, where, schema)
        return uid
    if isinstance(expected, Primitive) and expected.name in _CONSTRUCTOR_OF:
        value = _extension(data, where, _CONSTRUCTOR_OF[expected.name], depth)
    else:
        value = _untyped(data, where, depth)
    if isinstance(expected, Primitive) and type_name(value) != _TYPE_NAMES.get(expected.name, expected.name):
        raise DataError(f"{where}: expected {expected.name}, got {type_name(value)}")
    return value


def read_uid(data: object, where: str) -> EntityUid:
    """An entity's name: `{"type", "id"}`, bare or in an `__entity` escape."""
    uid = _reference(data, where, is_implicit=True)
    if uid is None:
        raise DataError(f"{where}: an entity has a type and an id, both texts")
    return uid


def check_type(name: str, where: str) -> None:
    """Refuses what can't be the name of an entity type."""
    if _TYPE_NAME.fullmatch(name) is None or not _RESERVED.isdisjoint(name.split("::")):
        raise DataError(f"{where}: `{name[:80]}` can't be the name of a type")


def check_id(uid: EntityUid, where: str, schema: Schema | None) -> None:
    """Refuses an id that its enumerated type does not list."""
    entity_type = schema.entity_types.get(uid.type) if schema else None
    if entity_type is not None and entity_type.ids is not None and uid.id not in entity_type.ids:
        raise DataError(f'{where}: `{uid.type}` has no "{uid.id[:80]}"')


def _untyped(data: object, where: str, depth: int) -> Value:
    if type(data) is bool or type(data) is str:
        return data
    if type(data) is int:
        if not LONG_MIN <= data <= LONG_MAX:
            raise DataError(f"{where}: {data if abs(data) < 10**40 else 'a number'} does not fit into 64 bits")
        return data
    if isinstance(data, list | tuple):
        return CedarSet([read_value(item, where, None, None, depth + 1) for item in data])
    if isinstance(data, Mapping):
        uid = _reference(data, where, is_implicit=False)
        if uid is not None:
            return uid
        if (call := _escape(data)) is not None:
            return _apply(call, where, depth)
        if set(data) == {"__expr"} and isinstance(data["__expr"], str):
            raise DataError(f"{where}: the `__expr` escape is no longer part of Cedar")
        return _fields(data, where, None, None, depth)
    what = "null" if data is None else type(data).__name__
    raise DataError(f"{where}: Cedar has no {what}; use a Long, a decimal, or leave it out")


def _fields(
    data: Mapping[str, object], where: str, expected: RecordType | None, schema: Schema | None, depth: int
) -> Record:
    if expected is not None:
        if missing := sorted(expected.required - data.keys()):
            raise DataError(f"{where}: the attribute `{missing[0]}` is missing")
        if extra := sorted(data.keys() - expected.fields.keys()):
            raise DataError(f"{where}: the schema has no attribute `{extra[0]}` here")
    types = expected.fields if expected is not None else {}
    return {
        name: read_value(item, f"{where}.{name}", types.get(name), schema, depth + 1) for name, item in data.items()
    }


def _reference(data: object, where: str, *, is_implicit: bool) -> EntityUid | None:
    if isinstance(data, Mapping) and len(data) == 1 and isinstance(data.get("__entity"), Mapping):
        data = data["__entity"]
    elif not is_implicit:
        return None
    if not isinstance(data, Mapping) or not isinstance(data.get("type"), str) or not isinstance(data.get("id"), str):
        return None
    check_type(data["type"], where)
    return EntityUid(data["type"], data["id"])


def _escape(data: object) -> Mapping[str, object] | None:
    """The inside of an `__extn` escape, if this is one."""
    inner = data.get("__extn") if isinstance(data, Mapping) and len(data) == 1 else None
    return inner if isinstance(inner, Mapping) and _is_call(inner) else None


def _is_call(data: Mapping[str, object]) -> bool:
    return isinstance(data.get("fn"), str) and ("arg" in data or isinstance(data.get("args"), list))


def _extension(data: object, where: str, constructor: str, depth: int) -> Value:
    """An extension value where one is expected: escaped, as `{"fn", "arg"}`, or the constructor's bare argument."""
    if (call := _escape(data)) is not None:
        return _apply(call, where, depth)
    if isinstance(data, Mapping) and _is_call(data):
        return _apply(data, where, depth)
    return construct(constructor, _untyped(data, where, depth))


def _apply(call: Mapping[str, object], where: str, depth: int) -> Value:
    """Cedar lets data call any extension function, methods too."""
    name = str(call["fn"])
    given = call["args"] if isinstance(call.get("args"), list) else [call["arg"]]
    arguments = [_untyped(item, where, depth + 1) for item in given]  # type: ignore[attr-defined]
    if name in CONSTRUCTORS and len(arguments) == 1:
        return construct(name, arguments[0])
    if name in METHODS and len(arguments) == ARITIES[name]:
        return METHODS[name](arguments)
    raise DataError(f"{where}: there is no extension function `{name[:80]}` with {len(arguments)} arguments")
