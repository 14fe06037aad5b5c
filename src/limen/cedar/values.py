"""Cedar's values as Python values.

| Cedar | Python |
|---|---|
| Bool, Long, String | `bool`, `int`, `str` (a bool is never a Long) |
| entity reference | `EntityUid` |
| Set | `CedarSet` |
| Record | `dict` with `str` keys; treat it as frozen |
| datetime, duration, decimal, ipaddr | `Datetime`, `Duration`, `Decimal`, `IpRange` |

Python says `True == 1` and Cedar does not, so compare with `equal`, never with `==`, unless the types are known.
Every extension value is equal only to a value of its own type.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self, TypeAlias

LONG_MIN: Final = -(2**63)
LONG_MAX: Final = 2**63 - 1


class EntityUid(NamedTuple):
    """An entity's name. As a tuple it equals the plain pair `(type, id)`."""

    type: str
    id: str


class _Scaled(int):
    """An int64 with a unit. The subclass is the unit: equal only to its own kind, ordered by `int`."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and int.__eq__(self, other) is True

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return int.__hash__(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({int(self)})"


class Datetime(_Scaled):
    """Milliseconds since the Unix epoch, UTC."""

    __slots__ = ()


class Duration(_Scaled):
    """Milliseconds, negative for the past."""

    __slots__ = ()


class Decimal(_Scaled):
    """A number with four digits after the point, held as ten-thousandths."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class IpRange:
    """An address with a prefix length; a single address has the longest prefix (32 or 128)."""

    version: int
    address: int
    prefix: int

    @property
    def first(self) -> int:
        return self.address & ~self._host_mask

    @property
    def last(self) -> int:
        return self.address | self._host_mask

    @property
    def _host_mask(self) -> int:
        bits = 32 if self.version == 4 else 128
        return (1 << (bits - self.prefix)) - 1


class CedarSet:
    """An immutable set with Cedar's equality: `[1, 1, 2] == [2, 1]`, `[true] != [1]`."""

    __slots__ = ("items", "keys")

    items: tuple[Value, ...]
    keys: frozenset[object]

    def __init__(self, items: Iterable[Value] = ()) -> None:
        distinct: dict[object, Value] = {}
        for item in items:
            distinct.setdefault(key(item), item)
        self.items = tuple(distinct.values())
        self.keys = frozenset(distinct)

    def __contains__(self, item: Value) -> bool:
        return key(item) in self.keys

    def __len__(self) -> int:
        return len(self.items)

    def __eq__(self, other: object) -> bool:
        return type(other) is CedarSet and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.keys)

    def __repr__(self) -> str:
        return f"CedarSet({list(self.items)!r})"


Record: TypeAlias = "dict[str, Value]"
Value: TypeAlias = "bool | int | str | EntityUid | CedarSet | Record | Datetime | Duration | Decimal | IpRange"


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity as a request sees it.

    `ancestors` is transitive: every entity above this one, not only the parents. Treat `attrs` and `tags` as frozen.
    """

    uid: EntityUid
    attrs: Record = field(default_factory=dict)
    ancestors: frozenset[EntityUid] = frozenset()
    tags: Record = field(default_factory=dict)

    @classmethod
    def unknown(cls, uid: EntityUid) -> Self:
        """An entity that was named but not described: it has no attribute, tag or ancestor."""
        return cls(uid)


_TRUE: Final = ("bool", True, None)
_FALSE: Final = ("bool", False, None)


def key(value: Value) -> object:
    """A hashable stand-in: two values are equal in Cedar if and only if their keys are equal in Python."""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    if isinstance(value, CedarSet):
        return ("set", value.keys, None)
    if isinstance(value, dict):
        return ("record", frozenset((name, key(item)) for name, item in value.items()), None)
    return value


def equal(left: Value, right: Value) -> bool:
    """Cedar's `==`: unlike types are unequal, never an error."""
    kind = type(left)
    if kind is not type(right):
        return False
    if kind is dict:
        return key(left) == key(right)
    return left == right


def type_name(value: object) -> str:
    """The name Cedar gives to the value's type, for messages."""
    return _TYPE_NAMES.get(type(value), type(value).__name__)


_TYPE_NAMES: Final[dict[type, str]] = {
    bool: "bool",
    int: "long",
    str: "string",
    EntityUid: "entity",
    CedarSet: "set",
    dict: "record",
    Datetime: "datetime",
    Duration: "duration",
    Decimal: "decimal",
    IpRange: "ipaddr",
}
