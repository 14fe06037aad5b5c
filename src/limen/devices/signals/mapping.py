"""Reading a product's messages by a table: where each thing stands in them, and what its words come to.

A table has no code of its own, so that a new product is a few lines that can be checked against its documentation.
What does not fit any shape of the table is passed over: products send much that says nothing about a device.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from ipaddress import ip_address
from typing import Any, Final, Protocol

from limen.clock import SECOND, Instant, from_iso
from limen.devices.signals.model import Alive, Level, Message, Named, Told, Topic

MOST_ITEMS: Final = 200
"""How many things one message may say; more refuse it."""
LONGEST_REF: Final = 120
LONGEST_TITLE: Final = 200
_LONGEST_NAME: Final = 253
_LATEST_SECONDS: Final = 1 << 40
_MILLISECONDS_FROM: Final = 1 << 36
"""Numbers from here on are milliseconds: as seconds they lie beyond the year 4000."""


class TooManyError(ValueError):
    """A message says more things than one may."""


class Test(Protocol):
    """What a value in a message must be."""

    def holds(self, value: object) -> bool: ...


@dataclass(frozen=True, slots=True)
class Is:
    """One of these words, however it is written; true and false are words, too."""

    words: tuple[str, ...]

    def holds(self, value: object) -> bool:
        return _word(value).casefold() in self.words


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A number, this or more."""

    number: int

    def holds(self, value: object) -> bool:
        return not isinstance(value, bool) and isinstance(value, int | float) and value >= self.number


@dataclass(frozen=True, slots=True)
class IsThere:
    """Something, whatever it is."""

    def holds(self, value: object) -> bool:
        return value is not None


@dataclass(frozen=True, slots=True)
class Rule:
    """It is this level where all of these hold, by their paths."""

    level: Level
    when: Mapping[str, Test] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sensor:
    """What a shape says of the sensor itself: when it spoke, and where it has stopped."""

    at: tuple[str, ...] = ()
    gone: Mapping[str, Test] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shape:
    """One sort of thing that a product tells. It is one where all of `when` holds.

    Paths are written with dots (`agent.name`); of several the first that is there counts, but all of `ref` are joined.
    The first of `levels` that fits counts; where none does, nothing is said. `sensor`: it is also a sign of life.
    """

    when: Mapping[str, Test]
    ref: tuple[str, ...] = ()
    levels: tuple[Rule, ...] = ()
    title: tuple[str, ...] = ()
    topic: Topic = Topic.OTHER
    at: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    device_id: tuple[str, ...] = ()
    serial: tuple[str, ...] = ()
    name: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    sensor: Sensor | None = None


@dataclass(frozen=True, slots=True)
class Mapper:
    """A product. `lists`: where the things stand that a message tells; without any of them it is one itself, or a list.

    `by_line`: the body is one JSON object a line.
    """

    shapes: tuple[Shape, ...]
    lists: tuple[str, ...] = ()
    by_line: bool = False

    def read(self, body: object) -> Message:
        """What a message says, in the order in which it does. Raises TooManyError."""
        told: list[Told] = []
        alive: list[Alive] = []
        passed_over = 0
        for number, item in enumerate(self._items(body)):
            if number >= MOST_ITEMS:
                raise TooManyError
            shape = next((one for one in self.shapes if _all_hold(one.when, item)), None)
            named = _named(shape, item) if shape is not None else Named()
            said = _told(shape, item, named) if shape is not None else None
            if said is not None:
                told.append(said)
            if shape is not None and shape.sensor is not None:
                is_gone = bool(shape.sensor.gone) and _all_hold(shape.sensor.gone, item)
                alive.append(Alive(named, _instant(item, shape.sensor.at), is_gone))
            elif said is None:
                passed_over += 1
        return Message(tuple(told), tuple(alive), passed_over)

    def _items(self, body: object) -> Iterator[Mapping[str, Any]]:
        found = [at_path(body, path) for path in self.lists]
        listed = [one for one in found if isinstance(one, list)] or [body if isinstance(body, list) else [body]]
        for several in listed:
            yield from (one for one in several if isinstance(one, dict))


def at_path(value: object, path: str) -> object:
    """What stands there; None where nothing does. A number is a place in a list."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdigit() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def plain(value: object, longest: int) -> str:
    """A text as it may be kept and shown: whatever can't be displayed becomes a space."""
    text = _word(value)
    return "".join(one if one.isprintable() else " " for one in text[:longest]).strip()


def _told(shape: Shape, item: Mapping[str, Any], named: Named) -> Told | None:
    rule = next((one for one in shape.levels if _all_hold(one.when, item)), None)
    ref = ":".join(word for path in shape.ref if (word := _word(at_path(item, path))))
    if rule is None or not ref:
        return None
    return Told(
        ref=ref
        if len(ref) <= LONGEST_REF and ref.isprintable()
        else sha256(ref.encode("utf-8", "backslashreplace")).hexdigest(),
        named=named,
        level=rule.level,
        topic=shape.topic,
        title=plain(_first(item, shape.title), LONGEST_TITLE),
        at=_instant(item, shape.at),
        until=_instant(item, shape.until),
    )


def _named(shape: Shape, item: Mapping[str, Any]) -> Named:
    addresses = [_address(at_path(item, path)) for path in shape.addresses]
    return Named(
        id=plain(_first(item, shape.device_id), 40),
        serial=plain(_first(item, shape.serial), 100),
        name=plain(_first(item, shape.name), _LONGEST_NAME),
        addresses=tuple(dict.fromkeys(one for one in addresses if one)),
    )


def _all_hold(tests: Mapping[str, Test], item: Mapping[str, Any]) -> bool:
    return all(test.holds(at_path(item, path)) for path, test in tests.items())


def _first(item: Mapping[str, Any], paths: tuple[str, ...]) -> object:
    return next((found for path in paths if (found := at_path(item, path)) not in (None, "")), None)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""


def _address(value: object) -> str:
    try:
        return str(ip_address(value)) if isinstance(value, str) else ""
    except ValueError:
        return ""


def _instant(item: Mapping[str, Any], paths: tuple[str, ...]) -> Instant:
    """When, in ISO 8601 or as a number of seconds or milliseconds since 1970; 0 where it does not say."""
    value = _first(item, paths)
    if isinstance(value, str) and len(value) <= 40:
        try:
            return max(0, from_iso(value))
        except ValueError:
            return 0
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < _LATEST_SECONDS * SECOND:
        return 0
    return int(value) if value >= _MILLISECONDS_FROM else int(value * SECOND)
