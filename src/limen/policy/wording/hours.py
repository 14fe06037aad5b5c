"""When something is open, read off conditions about the weekday and the minute of the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from limen.cedar import expression_text
from limen.cedar.tree import Attribute, Binary, Expression, Literal, SetOf, descend


@dataclass(frozen=True, slots=True)
class Hours:
    """When something is open: days of the week (1 Monday to 7 Sunday) and minutes of the day, `until` excluded."""

    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)
    start: int = 0
    until: int = 1440


def is_about_time(node: Expression) -> bool:
    """Whether the weekday and the minute of the day are all that it reads."""
    paths = [expression_text(part) for part in descend(node) if isinstance(part, Attribute)]
    return bool(paths) and all(path.startswith("context.time") for path in paths)


def hours_of(parts: Iterable[Expression]) -> Hours | None:
    """The days and minutes that these conditions leave, all together; None where they are not that plain."""
    days, start, until = set(range(1, 8)), 0, 1440
    timely = [part for part in parts if is_about_time(part)]
    for part in timely:
        match part:
            case Binary("contains", SetOf(items), Attribute(_, "weekday")):
                days &= {item.value for item in items if isinstance(item, Literal) and type(item.value) is int}
            case Binary(operator, Attribute(_, name), Literal(value)) if type(value) is int:
                if name == "weekday" and operator in _DAYS:
                    days = {day for day in days if _DAYS[operator](day, value)}
                elif name == "minute" and operator in {">=", ">"}:
                    start = max(start, value + (operator == ">"))
                elif name == "minute" and operator in {"<", "<="}:
                    until = min(until, value + (operator == "<="))
                else:
                    return None
            case _:
                return None
    return Hours(tuple(sorted(days)), start, until) if timely and days and start < until else None


_DAYS: Final = {
    "<=": lambda day, value: day <= value,
    "<": lambda day, value: day < value,
    ">=": lambda day, value: day >= value,
    ">": lambda day, value: day > value,
    "==": lambda day, value: day == value,
    "!=": lambda day, value: day != value,
}
