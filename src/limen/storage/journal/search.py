"""Search in the journal on disk: the newest events first, page by page, within a time limit for each page.

What is not sealed yet is read from its end. Of sealed segments only the narrow columns are looked through, many
segments at once; whole lines are read of the few events that are shown.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from limen.clock import MINUTE, Instant
from limen.events import KINDS, Event, instant_of
from limen.events.ids import first_id_at
from limen.storage.journal.reader import EVER, Reader, Span, events_in
from limen.storage.segments.parquet import in_memory

PATIENCE_SECONDS: Final = 0.12
"""How long the search for one page takes at most. The next page goes on where it stopped."""
_AT_ONCE: Final = 24
"""How many sealed segments one query reads: those of a day."""
_CANDIDATES: Final = 400
"""How many candidates the columns yield for one page: some are dropped once their whole lines are read."""
_PORTION: Final = 10
"""After how many whole lines the time is checked: each may be in a segment of its own."""
_LINES: Final = 500
"""After how many lines of an unsealed segment the time is checked."""
_FEW: Final = 20
_LONGER_SECONDS: Final = 0.08
"""How much longer to search when fewer than `_FEW` events were found."""
_CHUNK: Final = 1 << 20
_LATE: Final = MINUTE
"""How long after its instant an event may have been written."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events to find; "" and () mean any.

    `person` did it, or it was done to them. `effects` are of decisions. `before` is an event's id, itself excluded;
    `since` is an instant, itself included. `holds` is a further condition.
    """

    person: str = ""
    app: str = ""
    kinds: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    before: str = ""
    since: Instant = 0
    holds: Callable[[Event], bool] | None = None

    def fits(self, event: Event) -> bool:
        return (
            (not self.before or event.id < self.before)
            and event.at >= self.since
            and (not self.person or self.person in {event.actor, event.subject})
            and (not self.app or app_of(event) == self.app)
            and (not self.kinds or event.kind in self.kinds)
            and (not self.effects or (event.decision is not None and event.decision.effect in self.effects))
            and (self.holds is None or self.holds(event))
        )


@dataclass(frozen=True, slots=True)
class EventPage:
    """`events`, the newest first. `before` is where the next page begins, an event's id; "" where nothing is older."""

    events: tuple[Event, ...]
    before: str


def app_of(event: Event) -> str:
    """The app that an event is about; "" where there is none."""
    if event.decision is not None:
        return event.decision.app
    kind = KINDS.get(event.kind)
    said = event.details.get("app") if kind is not None and kind.app_filters else None
    return said if isinstance(said, str) else ""


def search(reader: Reader, query: EventQuery, limit: int, patience: float = PATIENCE_SECONDS) -> EventPage:
    """Up to `limit` events that fit. Reads the disk: call it from a worker thread."""
    deadline, found = time.monotonic() + patience, dict[str, Event]()
    left, cut = _spans(reader, query), ""
    while left and not _is_enough(found, limit + 1, left[0].ends_at):
        taken, left = _first(left)
        beyond = first_id_at(left[0].ends_at + 1) if left else ""
        if taken[0].name.is_sealed:
            events, looked_to = _in_sealed([part.path for part in taken], query, limit + 1, deadline)
        else:
            events, looked_to = _in_open(taken[0].path, query, limit + 1, deadline, beyond)
        found.update((event.id, event) for event in events)
        if looked_to:
            cut = max(looked_to, beyond)
            break
        if left and time.monotonic() > deadline and (not query.before or beyond < query.before):
            cut = beyond
            break
    ids = sorted((each for each in found if each >= cut), reverse=True)
    shown = tuple(found[each] for each in ids[:limit])
    return EventPage(shown, shown[-1].id if len(ids) > limit else cut)


def _is_enough(found: dict[str, Event], wanted: int, ends_at: Instant) -> bool:
    """Whether nothing that happened before `ends_at` could still be among the newest `wanted`."""
    return len(found) >= wanted and instant_of(sorted(found, reverse=True)[wanted - 1]) > ends_at


def _spans(reader: Reader, query: EventQuery) -> list[Span]:
    """The segments that may hold fitting events, the one that ends last first."""
    latest = instant_of(query.before) if query.before else EVER
    found = [span for span in reader.spans(query.since) if span.name.begun_at - _LATE <= latest]
    return sorted(found, key=lambda span: span.ends_at, reverse=True)


def _first(parts: list[Span]) -> tuple[list[Span], list[Span]]:
    """The segments to read next (one open, or as many sealed as one query takes), and the rest."""
    count = next((place for place, part in enumerate(parts[:_AT_ONCE]) if not part.name.is_sealed), _AT_ONCE)
    return parts[: max(count, 1)], parts[max(count, 1) :]


def _in_open(path: Path, query: EventQuery, wanted: int, deadline: float, beyond: str) -> tuple[list[Event], str]:
    """As `_in_sealed`, for an unsealed segment. Events younger than `beyond` may be in other segments, too."""
    needles = [text.encode() for text in (query.person, query.app) if text]
    found: list[Event] = []
    try:
        for number, line in enumerate(_lines_from_the_end(path, needles[0] if needles else b""), 1):
            if all(needle in line for needle in needles):
                found += [event for event in events_in([line]) if query.fits(event)]
                if len(found) >= wanted and found[-1].at + _LATE < found[wanted - 1].at:
                    break
            if number % _LINES == 0 and time.monotonic() > deadline:
                looked_to = max((first_id_at(one.at + _LATE) for one in events_in([line])), default="")
                if looked_to and max(looked_to, beyond) < (query.before or first_id_at(EVER)):
                    return found, looked_to
    except FileNotFoundError:  # sealed since the list was made
        return _in_sealed([path.with_suffix(".parquet")], query, wanted, deadline)
    return found, ""


def _lines_from_the_end(path: Path, needle: bytes) -> Iterator[bytes]:
    """The lines of a file, the last one first. Where a whole portion is without `needle` its lines are left out."""
    with path.open("rb") as file:
        at, head = file.seek(0, os.SEEK_END), b""
        while at > 0:
            size = min(_CHUNK, at)
            at -= size
            file.seek(at)
            portion = file.read(size) + head
            head, newline, whole = portion.partition(b"\n") if at > 0 else (b"", b"\n", portion)
            if not newline:
                head = portion
                continue
            head += newline
            if needle in whole:
                yield from reversed(whole.splitlines(keepends=True))


def _in_sealed(paths: Sequence[Path], query: EventQuery, wanted: int, deadline: float) -> tuple[list[Event], str]:
    """The newest `wanted` events of sealed segments, and the id down to which it searched; "" if it saw all."""
    there = [str(path) for path in paths if path.exists()]  # the others are past their keeping time by now
    if not there:
        return [], ""
    with in_memory("128MB") as connection:
        where, values = _where(query)
        source = "select id, filename, n from read_parquet($paths, filename = true)"
        sql = f"{source} where {where} order by id desc limit {_CANDIDATES}"
        candidates = connection.execute(sql, {"paths": there, **values}).fetchall()
        found: list[Event] = []
        for end in range(_PORTION, len(candidates) + _PORTION, _PORTION):
            portion = candidates[end - _PORTION : end]
            found += _read(connection, portion, query)
            if len(found) >= wanted:
                return found[:wanted], ""
            late = time.monotonic() - deadline
            if end < len(candidates) and (late > _LONGER_SECONDS or (late > 0 and len(found) >= _FEW)):
                return found, portion[-1][0]
    return found, candidates[-1][0] if len(candidates) == _CANDIDATES else ""


def _read(connection: Any, candidates: Sequence[tuple[str, str, int]], query: EventQuery) -> list[Event]:
    """The events of these candidates that fit, the newest first."""
    of_file: dict[str, list[int]] = {}
    for _, path, n in candidates:
        of_file.setdefault(path, []).append(n)
    lines: list[bytes] = []
    for path, numbers in of_file.items():
        sql = "select line from read_parquet($path) where n between $least and $most and list_contains($numbers, n)"
        values = {"path": path, "least": min(numbers), "most": max(numbers), "numbers": numbers}
        lines += [line.encode() + b"\n" for (line,) in connection.execute(sql, values).fetchall()]
    fitting = [event for event in events_in(lines) if query.fits(event)]
    return sorted(fitting, key=lambda event: event.id, reverse=True)


def _where(query: EventQuery) -> tuple[str, dict[str, Any]]:
    """The condition as far as the columns express it; it lets all fitting events through, and perhaps others."""
    conditions, values = ["kind is not null"], dict[str, Any]()
    if query.person:
        conditions.append("(actor = $person or subject = $person)")
        values["person"] = query.person
    if query.app:
        conditions.append("(app = $app or list_contains($about, kind))")
        values |= {"app": query.app, "about": [kind.name for kind in KINDS.values() if kind.app_filters]}
    if query.kinds:
        conditions.append("list_contains($kinds, kind)")
        values["kinds"] = list(query.kinds)
    if query.effects:
        conditions.append("list_contains($effects, effect)")
        values["effects"] = list(query.effects)
    if query.before:
        conditions.append("id < $before")
        values["before"] = query.before
    if query.since:
        conditions.append("time >= $since")
        values["since"] = query.since
    return " and ".join(conditions), values
