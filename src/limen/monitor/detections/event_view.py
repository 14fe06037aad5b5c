"""An event as rules see it: what it says by name, as texts in lower case.

A rule may name a column, its path in OCSF, or what the source itself calls it, in any case; what a column says comes
first. Nothing, null and "" are one: a field without a value. A list has each of its values.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from limen.monitor.detections.tree import EVERYTHING
from limen.monitor.normal_form.event import PATHS, NormalEvent

MAX_TEXT: Final = 65_536
"""Of a longer text only its beginning and its end are looked at, half as much of each, in characters."""
MAX_VALUES: Final = 256
"""So many values of a list are looked at."""
Value = str | tuple[str, ...]

_LEFT_OUT: Final = frozenset({"fields"})
_COLUMNS: Final = tuple(name for name in NormalEvent.__struct_fields__ if name not in _LEFT_OUT)
_values_of: Callable[[NormalEvent], tuple[Any, ...]] = attrgetter(*_COLUMNS)
_KEYS: Final = {
    **{path.lower(): column for path, column in PATHS.items()},
    **{name: name for name in _COLUMNS},
}


def folded(text: str) -> str:
    """The text in lower case, each character as it would be alone: what is in a text is in the folded text, too."""
    lowered = text.lower()
    return lowered if lowered.isascii() else lowered.replace("ς", "σ").replace("ſ", "s")


def key_of(name: str) -> str:
    """The key under which a view has the field that a rule calls `name`."""
    key = _plain(name)
    return _KEYS.get(key, key)


@lru_cache(maxsize=4_096)
def _plain(name: str) -> str:
    """Case does not matter, nor do spaces: what Windows Defender calls `Threat Name` is `ThreatName` in rules."""
    return name.lower().replace(" ", "")


class EventView(dict[str, Value | None]):
    """What one event says, in lower case; None for what it does not say. Each is looked up when it is first asked for.

    `said` is what has a value, as it was written, by key.
    """

    __slots__ = ("event", "said")

    def __init__(self, event: NormalEvent) -> None:
        super().__init__()
        self.event = event
        self.said = said = {_plain(name): value for name, value in event.fields.items() if value or value == 0}
        said.pop(EVERYTHING, None)
        said.update({name: value for name, value in zip(_COLUMNS, _values_of(event), strict=True) if value})

    def __missing__(self, key: str) -> Value | None:
        value = self.said.get(key)
        if value.__class__ is str and len(value) <= MAX_TEXT and value.isascii():
            self[key] = lowered = value.lower()
            return lowered
        exact = self.exact(key)
        found: Value | None = None
        if exact is not None:
            found = folded(exact) if isinstance(exact, str) else tuple(map(folded, exact))
        self[key] = found
        return found

    def exact(self, key: str) -> Value | None:
        """What it says there, as it was written."""
        if key == EVERYTHING:
            whole = [one if one.__class__ is str and len(one) <= MAX_TEXT else _line(one) for one in self.said.values()]
            return "\0".join(whole)
        value = self.said.get(key)
        return None if value is None else _text(value)


def _text(value: Any) -> Value:
    if isinstance(value, list | tuple | dict):
        return _leaves(value)
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        return _bounded(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return _bounded(str(value))


def _leaves(value: Any) -> tuple[str, ...]:
    """Each value in it, however deep it nests."""
    found: list[str] = []
    waiting = [value]
    while waiting and len(found) < MAX_VALUES:
        one = waiting.pop()
        if isinstance(one, dict):
            one = list(one.values())
        if isinstance(one, list | tuple):
            waiting += reversed(one[:MAX_VALUES])
        else:
            found.append(_scalar(one))
    return tuple(found)


def _line(value: Any) -> str:
    text = _text(value)
    return text if isinstance(text, str) else "\0".join(text)


def _bounded(text: str) -> str:
    if len(text) <= MAX_TEXT:
        return text
    return f"{text[: MAX_TEXT // 2]}\0…\0{text[-MAX_TEXT // 2 :]}"
