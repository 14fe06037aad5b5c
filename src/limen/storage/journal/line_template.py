"""A template for the line of a repeated decision: encoded once, then filled with times, count and id."""

from __future__ import annotations

import secrets
from typing import Final

import msgspec

from limen.events import Event, to_ocsf

_encode = msgspec.json.Encoder().encode
_AT: Final = secrets.randbelow(1 << 60) | 1 << 60
_UNTIL: Final = _AT + 1
_COUNT: Final = _AT + 2
_ID: Final = f"id of {_AT}"
"""Placeholders that occur in no event by chance, and that nobody outside can guess."""
_MICROS: Final = 0.12345


def encode(event: Event) -> bytes:
    """`event` as the body of a line: OCSF, in JSON."""
    return _encode(to_ocsf(event))


class LineTemplate:
    """Everything that stays the same in the line of a folded decision. `event` is any one of them."""

    __slots__ = ("_parts",)

    def __init__(self, event: Event) -> None:
        assert event.decision is not None  # noqa: S101 -- only decisions fold
        decision = msgspec.structs.replace(event.decision, now=_AT, micros=_MICROS)
        marked = msgspec.structs.replace(event, id=_ID, at=_AT, until=_UNTIL, count=_COUNT, decision=decision)
        line = encode(marked).replace(b"%", b"%%")
        for mark, blank in (
            (str(_AT), b"%(at)d"),
            (str(_UNTIL), b"%(until)d"),
            (str(_COUNT), b"%(count)d"),
            (f'"micros":{_MICROS}', b'"micros":%(micros)b'),
        ):
            line = line.replace(mark.encode(), blank)
        self._parts = line.replace(b"id of %(at)d", b"%(id)b")

    def filled(self, event_id: str, at: int, until: int, count: int, micros: float) -> bytes:
        """The line's body; `count` is more than 1 (a single decision's line has neither count nor end)."""
        return self._parts % {
            b"id": event_id.encode(),
            b"at": at,
            b"until": until,
            b"count": count,
            b"micros": repr(micros).encode(),
        }
