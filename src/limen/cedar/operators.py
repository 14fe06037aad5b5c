"""What each operator of Cedar does to finished values, with Cedar's type errors and int64 overflow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final, TypeVar

from limen.cedar.errors import EvaluationError
from limen.cedar.literals import CONSTRUCTORS, DAY
from limen.cedar.values import (
    LONG_MAX,
    LONG_MIN,
    CedarSet,
    Datetime,
    Decimal,
    Duration,
    EntityUid,
    IpRange,
    Value,
    equal,
    key,
    type_name,
)

T = TypeVar("T")


def expect(value: Value, kind: type[T]) -> T:
    """The value itself if it is of exactly this type; `bool` is no `int` here. Raises `EvaluationError`."""
    if type(value) is not kind:
        raise EvaluationError(f"type error: expected {_NAMES.get(kind, kind.__name__)}, got {type_name(value)}")
    return value


_NAMES: Final[dict[type, str]] = {
    bool: "bool",
    int: "long",
    str: "string",
    EntityUid: "(entity of any type)",
    CedarSet: "set",
    Datetime: "datetime",
    Duration: "duration",
    Decimal: "decimal",
    IpRange: "ipaddr",
}


def long(number: int, what: str) -> int:
    """Refuses what int64 can't hold."""
    if not LONG_MIN <= number <= LONG_MAX:
        raise EvaluationError(f"integer overflow in {what}")
    return number


def compare(left: Value, right: Value) -> tuple[int, int]:
    """Both sides as numbers. `<` and its kin order Longs, datetimes and durations, each only with its own kind."""
    kind = type(left) if type(left) in {int, Datetime, Duration} else type(right)
    if kind not in {int, Datetime, Duration}:
        raise EvaluationError(
            f"type error: expected long, datetime or duration, got {type_name(left)} and {type_name(right)}"
        )
    return expect(left, kind), expect(right, kind)


def _less(left: Value, right: Value) -> bool:
    one, other = compare(left, right)
    return one < other


def _less_or_equal(left: Value, right: Value) -> bool:
    one, other = compare(left, right)
    return one <= other


def _contains(left: Value, right: Value) -> bool:
    return key(right) in expect(left, CedarSet).keys


def _contains_all(left: Value, right: Value) -> bool:
    whole = expect(left, CedarSet)
    return expect(right, CedarSet).keys <= whole.keys


def _contains_any(left: Value, right: Value) -> bool:
    whole = expect(left, CedarSet)
    return not whole.keys.isdisjoint(expect(right, CedarSet).keys)


def _add(left: Value, right: Value) -> int:
    return long(expect(left, int) + expect(right, int), "`+`")


def _subtract(left: Value, right: Value) -> int:
    return long(expect(left, int) - expect(right, int), "`-`")


def _multiply(left: Value, right: Value) -> int:
    return long(expect(left, int) * expect(right, int), "`*`")


BINARY: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "==": equal,
    "!=": lambda left, right: not equal(left, right),
    "<": _less,
    "<=": _less_or_equal,
    # Cedar reads `a > b` as `!(a <= b)`: the same operands in the same order, hence the same errors.
    ">": lambda left, right: not _less_or_equal(left, right),
    ">=": lambda left, right: not _less(left, right),
    "+": _add,
    "-": _subtract,
    "*": _multiply,
    "contains": _contains,
    "containsAll": _contains_all,
    "containsAny": _contains_any,
}
"""Operators that need nothing but their operands; `in`, `hasTag` and `getTag` also need the entities."""


def uids(value: Value) -> Sequence[EntityUid]:
    """The right side of `in`: an entity, or a set of entities and nothing else."""
    if type(value) is EntityUid:
        return (value,)
    if type(value) is not CedarSet:
        raise EvaluationError(f"type error: expected a set or an entity, got {type_name(value)}")
    return [expect(item, EntityUid) for item in value.items]


def like(text: str, pattern: tuple[str | None, ...]) -> bool:
    """Whether the whole text fits, where `None` stands for any run of characters. Linear in each literal part."""
    if None not in pattern:
        return text == "".join(part for part in pattern if part is not None)
    parts = list(pattern)
    start, end = 0, len(text)
    if (first := parts[0]) is not None:
        if not text.startswith(first):
            return False
        start = len(first)
        del parts[0]
    if parts and (last := parts[-1]) is not None:
        if not text.endswith(last) or end - len(last) < start:
            return False
        end -= len(last)
        del parts[-1]
    for part in parts:
        if part is not None:
            at = text.find(part, start, end)
            if at < 0:
                return False
            start = at + len(part)
    return True


@lru_cache(maxsize=4096)
def _constructed(name: str, text: str) -> IpRange | Decimal | Datetime | Duration:
    return CONSTRUCTORS[name](text)


def construct(name: str, argument: Value) -> IpRange | Decimal | Datetime | Duration:
    text = expect(argument, str)
    return _constructed(name, text) if len(text) <= 64 else CONSTRUCTORS[name](text)


def is_in_range(inner: IpRange, outer: IpRange) -> bool:
    if inner.version != outer.version or inner.prefix < outer.prefix:
        return False
    bits = 32 if outer.version == 4 else 128
    return (inner.address ^ outer.address) >> (bits - outer.prefix) == 0


def is_loopback(address: IpRange) -> bool:
    return address.address >> 24 == 127 if address.version == 4 else address.address == 1


def is_multicast(address: IpRange) -> bool:
    if address.version == 4:
        return address.address >> 28 == 0xE and address.prefix >= 4
    return address.address >> 120 == 0xFF and address.prefix >= 8


def quotient(number: int, divisor: int) -> int:
    """Rounded toward zero, where Python's `//` rounds down."""
    return -(-number // divisor) if number < 0 else number // divisor


def _to_date(moment: Datetime) -> Datetime:
    return Datetime(long(int(moment) // DAY * DAY, "`toDate`"))


def _signature(*kinds: type) -> Callable[[Callable[..., Value]], Callable[[Sequence[Value]], Value]]:
    """Checks the receiver and the argument, in that order, before the method is called."""

    def checked(method: Callable[..., Value]) -> Callable[[Sequence[Value]], Value]:
        def call(arguments: Sequence[Value]) -> Value:
            typed: list[Any] = [expect(value, kind) for value, kind in zip(arguments, kinds, strict=True)]
            return method(*typed)

        return call

    return checked


_decimals, _moment, _length = _signature(Decimal, Decimal), _signature(Datetime), _signature(Duration)
_address = _signature(IpRange)

METHODS: Final[dict[str, Callable[[Sequence[Value]], Value]]] = {
    "lessThan": _decimals(lambda left, right: left < right),
    "lessThanOrEqual": _decimals(lambda left, right: left <= right),
    "greaterThan": _decimals(lambda left, right: left > right),
    "greaterThanOrEqual": _decimals(lambda left, right: left >= right),
    "isIpv4": _address(lambda address: address.version == 4),
    "isIpv6": _address(lambda address: address.version == 6),
    "isLoopback": _address(is_loopback),
    "isMulticast": _address(is_multicast),
    "isInRange": _signature(IpRange, IpRange)(is_in_range),
    "offset": _signature(Datetime, Duration)(lambda at, by: Datetime(long(int(at) + int(by), "`offset`"))),
    "durationSince": _signature(Datetime, Datetime)(
        lambda end, start: Duration(long(int(end) - int(start), "`durationSince`"))
    ),
    "toDate": _moment(_to_date),
    "toTime": _moment(lambda moment: Duration(int(moment) % DAY)),
    "toMilliseconds": _length(int),
    "toSeconds": _length(lambda length: quotient(int(length), 1000)),
    "toMinutes": _length(lambda length: quotient(int(length), 60_000)),
    "toHours": _length(lambda length: quotient(int(length), 3_600_000)),
    "toDays": _length(lambda length: quotient(int(length), DAY)),
}
