"""What a condition means, one event at a time: slow, and without any SQL."""

from __future__ import annotations

from typing import Any

from limen.monitor.normal_form.event import NormalEvent
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


def holds(condition: Condition, event: NormalEvent) -> bool:
    match condition:
        case All(every=every):
            return all(holds(one, event) for one in every)
        case AnyOf(either=either):
            return any(holds(one, event) for one in either)
        case Not(one=one):
            return not holds(one, event)
        case Equals(of=of, values=values):
            return read(of, event) in values
        case Contains(of=of, text=text):
            return text in read(of, event)
        case Exists(of=of):
            return bool(read(of, event))
        case Fits(of=of, parts=parts):
            return fits(read(of, event), parts)
        case Within(of=of, low=low, high=high):
            value = number(of, event)
            return value is not None and (low is None or value >= low) and (high is None or value <= high)


def read(of: Column | Own, event: NormalEvent) -> Any:
    if isinstance(of, Own):
        value = event.fields.get(of.name, "")
        return str(value).lower()
    value = getattr(event, of.name)
    return value if of.name in NUMBERS else value.lower()


def number(of: Column | Own, event: NormalEvent) -> int | None:
    value = read(of, event)
    if isinstance(of, Column):
        return int(value)
    return int(value) if value.lstrip("-").isdigit() else None


def fits(text: str, parts: tuple[str, ...]) -> bool:
    first, *between, last = parts
    if not (text.startswith(first) and text.endswith(last) and len(text) >= len(first) + len(last)):
        return False
    rest = text[len(first) : len(text) - len(last)]
    for part in between:
        at = rest.find(part)
        if at < 0:
            return False
        rest = rest[at + len(part) :]
    return True
