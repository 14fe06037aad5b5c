"""Ids of events: 24 hex digits that carry their instant and sort by it.

48 bits of milliseconds, then 48 bits of chance (the layout of a UUID version 7, RFC 9562 section 5.7, without its
fixed bits). One maker's ids always grow, also within a millisecond and when the clock steps back by up to a minute. A
clock that was set back further is believed: until it had caught up, every id would carry an instant that is not its
event's, and nobody who looks from an instant on would find it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from limen.clock import MINUTE, Instant

_ID = re.compile(r"[0-9a-f]{24}")
_CHANCE_BITS = 48
_CHANCE_BYTES = _CHANCE_BITS // 8
_DRAWN_AT_ONCE = 64


class EventIds:
    """Makes ids; `entropy(n)` gives n random bytes, since nothing here does IO. For one thread only."""

    def __init__(self, entropy: Callable[[int], bytes]) -> None:
        self._entropy = entropy
        self._pool = b""
        self._last = 0

    def new(self, now: Instant) -> str:
        """The next id, for something that happens at `now`."""
        pool = self._pool or self._entropy(_CHANCE_BYTES * _DRAWN_AT_ONCE)  # asking the system for each would cost more
        self._pool = pool[_CHANCE_BYTES:]
        value = (now << _CHANCE_BITS) | int.from_bytes(pool[:_CHANCE_BYTES])
        if value <= self._last and (self._last >> _CHANCE_BITS) - now <= MINUTE:
            value = self._last + 1
        self._last = value
        return f"{value:024x}"


def instant_of(event_id: str) -> Instant:
    """When the event of this id happened. Raises ValueError when it is no id."""
    if _ID.fullmatch(event_id) is None:
        raise ValueError(f"not an event id: {event_id[:40]!r}")
    return int(event_id, 16) >> _CHANCE_BITS


def first_id_at(instant: Instant) -> str:
    """The smallest id that an event at `instant` can have."""
    return f"{instant << _CHANCE_BITS:024x}"


def decision_id(event_id: str, number: int) -> str:
    """The id of the `number`-th (from 1) of the equal decisions that one event folds."""
    return f"{event_id}-{number}"


def split_decision_id(text: str) -> tuple[str, int]:
    """The event and the number of a decision id; an event's own id is the first. Raises ValueError if it is neither."""
    event_id, dash, number = text.partition("-")
    instant_of(event_id)
    if not dash:
        return event_id, 1
    if not (number.isascii() and number.isdigit() and len(number) <= 9) or number.startswith("0"):
        raise ValueError(f"not a decision id: {text[:40]!r}")
    return event_id, int(number)
