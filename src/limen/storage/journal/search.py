"""Events from the journal on disk, the newest first and page by page, within the time that a page has.

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

PATIENCE_SECONDS: Final = 0.12
"""How long one page is looked for. What was not reached is told, and looked through by the next page."""
_AT_ONCE: Final = 24
"""How many sealed segments are asked with one question: a day of them."""
_CANDIDATES: Final = 400
"""How many events the columns may propose for one page; more has to hold than they can say."""
_PORTION: Final = 10
"""Of how many events whole lines are read before looking at the time again: each may be in a segment of its own."""
_LINES: Final = 500
"""After how many lines of a segment that is not sealed the time is looked at again."""
_FEW: Final = 20
_LONGER_SECONDS: Final = 0.08
"""How much longer is looked where fewer than `_FEW` were found."""
_CHUNK: Final = 1 << 20
_LATE: Final = MINUTE
"""How much later than its instant an event may have been written down."""


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which events; "" and () don't narrow.

    `person` did it, or it was done to them. `effects` are of decisions. `before` is an event's id, itself left out;
    `since` an instant, itself taken in. `holds` is what else must be so.
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


def search(reader: Reader, sought: EventQuery, limit: int, patience: float = PATIENCE_SECONDS) -> EventPage:
    """Up to `limit` events of those that are sought. Reads the disk: call it from a worker thread."""
    deadline, found = time.monotonic() + patience, dict[str, Event]()
    left, cut = _spans(reader, sought), ""
    while left and not _is_enough(found, limit + 1, left[0].ends_at):
        taken, left = _first(left)
        beyond = first_id_at(left[0].ends_at + 1) if left else ""
        if taken[0].name.is_sealed:
            events, looked_to = _in_sealed([part.path for part in taken], sought, limit + 1, deadline)
        else:
            events, looked_to = _in_open(taken[0].path, sought, limit + 1, deadline, beyond)
        found.update((event.id, event) for event in events)
        if looked_to:
            cut = max(looked_to, beyond)
            break
        if left and time.monotonic() > deadline and (not sought.before or beyond < sought.before):
            cut = beyond
            break
    ids = sorted((each for each in found if each >= cut), reverse=True)
    shown = tuple(found[each] for each in ids[:limit])
    return EventPage(shown, shown[-1].id if len(ids) > limit else cut)


def _is_enough(found: dict[str, Event], wanted: int, ends_at: Instant) -> bool:
    """Whether nothing that happened before `ends_at` could still be among the newest `wanted`."""
    return len(found) >= wanted and instant_of(sorted(found, reverse=True)[wanted - 1]) > ends_at


def _spans(reader: Reader, sought: EventQuery) -> list[Span]:
    """The segments that may hold what is sought; the one that goes on the longest first."""
    latest = instant_of(sought.before) if sought.before else EVER
    found = [span for span in reader.spans(sought.since) if span.name.begun_at - _LATE <= latest]
    return sorted(found, key=lambda span: span.ends_at, reverse=True)


def _first(parts: list[Span]) -> tuple[list[Span], list[Span]]:
    """What is read next, one open segment or as many sealed ones as one question takes; and the rest."""
    count = next((place for place, part in enumerate(parts[:_AT_ONCE]) if not part.name.is_sealed), _AT_ONCE)
    return parts[: max(count, 1)], parts[max(count, 1) :]


def _in_open(path: Path, sought: EventQuery, wanted: int, deadline: float, beyond: str) -> tuple[list[Event], str]:
    """As `_in_sealed`, of a segment that is not sealed yet. `beyond`: what is younger may be in others, too."""
    needles = [text.encode() for text in (sought.person, sought.app) if text]
    found: list[Event] = []
    try:
        for number, line in enumerate(_lines_from_the_end(path, needles[0] if needles else b""), 1):
            if all(needle in line for needle in needles):
                found += [event for event in events_in([line]) if sought.fits(event)]
                if len(found) >= wanted and found[-1].at + _LATE < found[wanted - 1].at:
                    break
            if number % _LINES == 0 and time.monotonic() > deadline:
                looked_to = max((first_id_at(one.at + _LATE) for one in events_in([line])), default="")
                if looked_to and max(looked_to, beyond) < (sought.before or first_id_at(EVER)):
                    return found, looked_to
    except FileNotFoundError:  # sealed since the list was made
        return _in_sealed([path.with_suffix(".parquet")], sought, wanted, deadline)
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


def _in_sealed(paths: Sequence[Path], sought: EventQuery, wanted: int, deadline: float) -> tuple[list[Event], str]:
    """The newest `wanted` of sealed segments, and down to which id all were looked at: "" where that is all of them."""
    import duckdb  # noqa: PLC0415 -- heavy, and only what is search than an hour needs it

    there = [str(path) for path in paths if path.exists()]  # the others are past their keeping time by now
    if not there:
        return [], ""
    with duckdb.connect(config={"memory_limit": "128MB", "threads": "1"}) as connection:
        where, values = _where(sought)
        source = "select id, filename, n from read_parquet($paths, filename = true)"
        sql = f"{source} where {where} order by id desc limit {_CANDIDATES}"
        candidates = connection.execute(sql, {"paths": there, **values}).fetchall()
        found: list[Event] = []
        for end in range(_PORTION, len(candidates) + _PORTION, _PORTION):
            portion = candidates[end - _PORTION : end]
            found += _read(connection, portion, sought)
            if len(found) >= wanted:
                return found[:wanted], ""
            late = time.monotonic() - deadline
            if end < len(candidates) and (late > _LONGER_SECONDS or (late > 0 and len(found) >= _FEW)):
                return found, portion[-1][0]
    return found, candidates[-1][0] if len(candidates) == _CANDIDATES else ""


def _read(connection: Any, candidates: Sequence[tuple[str, str, int]], sought: EventQuery) -> list[Event]:
    """The events of these candidates that fit, the newest first."""
    of_file: dict[str, list[int]] = {}
    for _, path, n in candidates:
        of_file.setdefault(path, []).append(n)
    lines: list[bytes] = []
    for path, numbers in of_file.items():
        sql = "select line from read_parquet($path) where n between $least and $most and list_contains($numbers, n)"
        values = {"path": path, "least": min(numbers), "most": max(numbers), "numbers": numbers}
        lines += [line.encode() + b"\n" for (line,) in connection.execute(sql, values).fetchall()]
    fitting = [event for event in events_in(lines) if sought.fits(event)]
    return sorted(fitting, key=lambda event: event.id, reverse=True)


def _where(sought: EventQuery) -> tuple[str, dict[str, Any]]:
    """What the columns can say of it; never less than what fits."""
    conditions, values = ["kind is not null"], dict[str, Any]()
    if sought.person:
        conditions.append("(actor = $person or subject = $person)")
        values["person"] = sought.person
    if sought.app:
        conditions.append("(app = $app or list_contains($about, kind))")
        values |= {"app": sought.app, "about": [kind.name for kind in KINDS.values() if kind.app_filters]}
    if sought.kinds:
        conditions.append("list_contains($kinds, kind)")
        values["kinds"] = list(sought.kinds)
    if sought.effects:
        conditions.append("list_contains($effects, effect)")
        values["effects"] = list(sought.effects)
    if sought.before:
        conditions.append("id < $before")
        values["before"] = sought.before
    if sought.since:
        conditions.append("time >= $since")
        values["since"] = sought.since
    return " and ".join(conditions), values
