"""What a batch of frames comes to: the lines of the store, and what is to be counted of each source.

An event is encoded as soon as it is read, and let go: thousands of them at once would not fit in a processor's caches.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final

import msgspec

from limen.clock import Milliseconds
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import Frame
from limen.monitor.normal_form.products import LOOKS_LIKE
from limen.monitor.normal_form.reading import is_unreadable

LONGEST_RAW: Final = 64 << 10

_log: Final = logging.getLogger("limen.monitor")
_encode: Final = msgspec.json.Encoder().encode


class Tally(msgspec.Struct, array_like=True):
    """What was read of one source. `lag_ms`: between the last event and its coming. `looks_like`: by product, how many
    records look like its and were not read so.
    """

    source: str
    events: int = 0
    unreadable: int = 0
    lag_ms: Milliseconds = 0
    looks_like: dict[str, int] = {}


class ReadBatch(msgspec.Struct, array_like=True):
    """Every event of a batch as a line of JSON, in the order of its frames."""

    lines: list[bytes]
    tallies: list[Tally]


def read_batch(events: Callable[[Frame], Iterable[NormalEvent]], frames: Sequence[Frame]) -> ReadBatch:
    """Read all of it. An error of ours costs what a frame says, never the frame."""
    lines: list[bytes] = []
    tallies: dict[str, Tally] = {}
    for frame in frames:
        begin, tally = len(lines), Tally(frame.source)
        try:
            _read(events(frame), lines, tally)
        except Exception:  # noqa: BLE001 -- as it says
            _log.exception("a message of %s could not be understood", frame.source)
            del lines[begin:]
            _read([_as_it_came(frame)], lines, tally := Tally(frame.source))
        if tally.events:
            before = tallies.get(frame.source)
            tallies[frame.source] = tally if before is None else _both(before, tally)
    return ReadBatch(lines, list(tallies.values()))


def _read(events: Iterable[NormalEvent], lines: list[bytes], tally: Tally) -> None:
    event = None
    for event in events:
        lines.append(_encode(event))
        tally.events += 1
        if is_unreadable(event):
            tally.unreadable += 1
        elif product := event.fields.get(LOOKS_LIKE):
            tally.looks_like[product] = tally.looks_like.get(product, 0) + 1
    if event is not None:
        tally.lag_ms = max(0, event.received_at - event.at)


def _both(one: Tally, later: Tally) -> Tally:
    products = one.looks_like.keys() | later.looks_like.keys()
    looks_like = {each: one.looks_like.get(each, 0) + later.looks_like.get(each, 0) for each in products}
    events, unreadable = one.events + later.events, one.unreadable + later.unreadable
    return Tally(one.source, events, unreadable, later.lag_ms, looks_like)


def _as_it_came(frame: Frame) -> NormalEvent:
    uid = sha256(b"%s\n%s" % (frame.source.encode(), frame.data)).hexdigest()[:32]
    raw = frame.data[:LONGEST_RAW].decode(errors="replace")
    return NormalEvent(uid=uid, at=frame.received_at, received_at=frame.received_at, source=frame.source, raw=raw)
