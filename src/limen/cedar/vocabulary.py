"""The names that compiled code may use, and nothing else: it has no builtins of its own.

These functions, too, raise whenever something is unusual; `interpret` then settles the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NoReturn

from limen.cedar import interpret, operators
from limen.cedar.values import (
    CedarSet,
    Datetime,
    Decimal,
    Duration,
    Entity,
    EntityUid,
    IpRange,
    Value,
    equal,
    key,
)


class _DoubtError(Exception):
    """The compiled code met something unusual."""


def _doubt() -> NoReturn:
    raise _DoubtError


def _find(uid: EntityUid, who: Entity, what: Entity, which: Entity, entities: Mapping[EntityUid, Entity]) -> Entity:
    if uid == who.uid:
        return who
    if uid == which.uid:
        return which
    return what if uid == what.uid else entities[uid]


def _attribute(value: Value, name: str, *where: Any) -> Value:
    return _find(value, *where).attrs[name] if type(value) is EntityUid else _doubt()


def _request(who: Entity, what: Entity, which: Entity, entities: Mapping[EntityUid, Entity]) -> interpret.Request:
    """A request without its context, for operators that look only at entities."""
    return interpret.Request(who, what, which, {}, entities)


def _has(value: Value, name: str, *where: Any) -> bool:
    return interpret.has(value, name, _request(*where))


def _is_in(left: Value, right: Value, *where: Any) -> bool:
    return interpret.is_in(left, right, _request(*where))


def _has_tag(left: Value, right: Value, *where: Any) -> Value:
    return interpret.tag("hasTag", left, right, _request(*where))


def _get_tag(left: Value, right: Value, *where: Any) -> Value:
    return interpret.tag("getTag", left, right, _request(*where))


VOCABULARY: Final[Mapping[str, object]] = {
    "__builtins__": {},
    "type": type,
    "int": int,
    "str": str,
    "dict": dict,
    "Exception": Exception,
    "CedarSet": CedarSet,
    "Datetime": Datetime,
    "Decimal": Decimal,
    "Duration": Duration,
    "EntityUid": EntityUid,
    "IpRange": IpRange,
    "doubt": _doubt,
    "attribute": _attribute,
    "has": _has,
    "is_in": _is_in,
    "has_tag": _has_tag,
    "get_tag": _get_tag,
    "equal": equal,
    "like": operators.like,
    "construct": operators.construct,
    "quotient": operators.quotient,
    "in_range": operators.is_in_range,
    "key": key,
    "isLoopback": operators.is_loopback,
    "isMulticast": operators.is_multicast,
}
"""No builtins beyond these: compiled code can reach nothing else."""
