"""What several findings show together: so many within a time, of so many kinds, one after the other (Sigma's
correlations).

For each correlation and each value of what it groups by there is a window, which ends with the newest event of it; what
comes late counts if it is no older than the window is long. When a window has shown what is asked it is quiet until its
span has passed. Memory is bounded for each correlation on its own (`windows.py`), so that a flood in one is not
forgetting in another.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from limen.clock import HOUR, Instant
from limen.monitor.detections.event_view import EventView
from limen.monitor.detections.rule import Correlation
from limen.monitor.detections.tree import Order
from limen.monitor.detections.windows import Entry, Group, Window, Windows
from limen.monitor.normal_form.event import NormalEvent
from limen.monitor.normal_form.frame import LIMEN, SENT_BY

LATE_MS: Final = HOUR
MOST_OF_A_RULE: Final = 256
"""So much a window remembers of each rule, where only the order of rules counts."""
MOST_EVENTS: Final = 100
_DEVICES: Final = frozenset(("device", "device_id", "host"))
MAX_VALUE: Final = 512
"""Of what is grouped by or counted, in characters; of a longer one its digest is remembered."""


class _Saved(msgspec.Struct, array_like=True):
    shape: str
    windows: list[tuple[Group, Window]]


@dataclass(frozen=True, slots=True)
class Fired:
    """What a correlation found: the entries of its window, oldest first, and what was counted."""

    correlation: Correlation
    key: Group
    entries: tuple[Entry, ...]
    count: int


class _State:
    """The windows of one correlation."""

    def __init__(self, correlation: Correlation) -> None:
        self.correlation = correlation
        self.windows = Windows()
        self.latest: Instant = 0

    def add(self, key: Group, entry: Entry) -> Fired | None:
        window = self.windows.of(key)
        self.latest = max(self.latest, entry.at)
        fired = self._add(key, window, entry)
        self.windows.touched(key, window)
        return fired

    def _add(self, key: Group, window: Window, entry: Entry) -> Fired | None:
        entries, span = window.entries, self.correlation.span_ms
        newest = max(entries[-1].at, entry.at) if entries else entry.at
        if entry.at <= newest - span or any(one.uid == entry.uid and one.rule == entry.rule for one in entries):
            return None
        if self.correlation.kind == "value_count":
            older = next((one for one in entries if one.value == entry.value), None)
            if older is not None and older.at >= entry.at:
                return None
            if older is not None:
                entries.remove(older)
        entries.append(entry)
        if len(entries) > 1 and entries[-2].at > entry.at:
            entries.sort(key=lambda one: one.at)
        del entries[: next(index for index, one in enumerate(entries) if one.at > newest - span)]
        self._trim(entries)
        if newest < window.quiet_until:
            return None
        count = counted(self.correlation, entries)
        if not is_enough(self.correlation, count):
            return None
        window.quiet_until = newest + span
        return Fired(self.correlation, key, tuple(entries), count)

    def _trim(self, entries: list[Entry]) -> None:
        """What could not change what is counted goes: of counts the oldest, of an order the oldest of each rule."""
        if self.correlation.kind in {"event_count", "value_count"}:
            del entries[: max(0, len(entries) - int(self.correlation.count) - MOST_EVENTS)]
            return
        for rule in range(len(self.correlation.rules)):
            of_rule = [one for one in entries if one.rule == rule]
            for one in of_rule[: len(of_rule) - MOST_OF_A_RULE]:
                entries.remove(one)

    def prune(self) -> None:
        """Windows that are long over go: what is less than an hour late still finds them."""
        since = self.latest - self.correlation.span_ms - LATE_MS
        over = [
            key
            for key, window in self.windows
            if window.quiet_until <= since and (not window.entries or window.entries[-1].at <= since)
        ]
        self.windows.drop(over)


def counted(correlation: Correlation, entries: Iterable[Entry]) -> int:
    """What a correlation counts: events, values, or how many of its rules were met, in their order where it matters."""
    if correlation.kind == "event_count":
        return sum(one.times for one in entries)
    if correlation.kind == "value_count":
        return len({one.value for one in entries})
    if correlation.kind == "temporal":
        return len({one.rule for one in entries})
    wanted, last = 0, ""
    for one in entries:
        if one.rule == wanted and one.uid != last:
            wanted, last = wanted + 1, one.uid
    return wanted


def is_enough(correlation: Correlation, count: int) -> bool:
    match correlation.order:
        case Order.GT:
            return count > correlation.count
        case Order.EQ:
            return count == correlation.count
        case _:
            return count >= correlation.count


class Correlations:
    """All correlations in force, and what they remember."""

    def __init__(self, correlations: Iterable[Correlation]) -> None:
        self._states = {one.id: _State(one) for one in correlations}
        self._of: dict[str, list[tuple[_State, int]]] = {}
        for state in self._states.values():
            for index, rule in enumerate(state.correlation.rules):
                self._of.setdefault(rule, []).append((state, index))

    @property
    def forgotten(self) -> int:
        """How many windows went because there was too much to remember."""
        return sum(state.windows.forgotten for state in self._states.values())

    def feed(self, view: EventView, rules: Iterable[str]) -> list[Fired]:
        """What shows now that this event met these rules (ids); what a correlation finds, others may count."""
        event = view.event
        at = min(event.at, event.received_at) if event.received_at else event.at
        fired: list[Fired] = []
        waiting = list(rules)
        for rule in waiting:
            for state, index in self._of.get(rule, ()):
                key = _key(state.correlation, rule, view)
                value = _value(view, state.correlation.field) if state.correlation.field else ""
                if key is None or value is None:
                    continue
                source, device = sys.intern(event.source), event.fields.get(SENT_BY, "")
                found = state.add(key, Entry(at, event.uid, index, value, _times(event), source, device))
                if found is not None:
                    fired.append(found)
                    waiting.append(state.correlation.id)
        return fired

    def snapshot(self) -> bytes:
        for state in self._states.values():
            state.prune()
        saved = {
            name: _Saved(_shape(state.correlation), list(state.windows))
            for name, state in self._states.items()
            if len(state.windows)
        }
        return msgspec.msgpack.encode(saved)

    def restore(self, snapshot: bytes) -> None:
        """Remember that; of correlations that were changed since, nothing. Raises ValueError where it is damaged."""
        saved = msgspec.msgpack.decode(snapshot, type=dict[str, _Saved])
        for name, one in saved.items():
            state = self._states.get(name)
            if state is None or one.shape != _shape(state.correlation):
                continue
            state.windows = Windows()
            for key, window in one.windows:
                state.windows.touched(key, window)
            ends = [window.entries[-1].at for _, window in one.windows if window.entries]
            state.latest = max(ends, default=0)


def _key(correlation: Correlation, rule: str, view: EventView) -> Group | None:
    """The group this event is in; None where it does not say all that is grouped by.

    What is counted of a device is counted for each device that sends by itself: whoever names a colleague's laptop in
    their own logs adds nothing to what that one says, and does not make it quiet.
    """
    key = []
    for name in correlation.group_by:
        value = _value(view, correlation.aliases.get(name, {}).get(rule, name))
        if value is None:
            return None
        key.append(value)
    is_of_a_device = correlation.about.entity in _DEVICES or not _DEVICES.isdisjoint(correlation.group_by)
    if is_of_a_device and (device := view.event.fields.get(SENT_BY)):
        key.append(device)
    return tuple(key)


def _times(event: NormalEvent) -> int:
    """How many it stands for. Only of the journal is that believed: who else says a million is still one event."""
    times = event.fields.get("count") if event.source == LIMEN else None
    return times if isinstance(times, int) and times > 1 else 1


def _value(view: EventView, field: str) -> str | None:
    value = view[field]
    if value is None:
        return None
    text = value if isinstance(value, str) else "\0".join(value)
    if len(text) <= MAX_VALUE:
        return text
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).hexdigest()


def _shape(correlation: Correlation) -> str:
    """What must be the same for what was remembered to mean the same."""
    plain = (correlation.kind, correlation.rules, correlation.span_ms, correlation.group_by, correlation.field)
    return hashlib.blake2b(msgspec.json.encode((plain, correlation.aliases)), digest_size=12).hexdigest()
