"""Reading the journal on disk, from any process. Never writes, never needs a key."""

from __future__ import annotations

import mmap
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from itertools import chain, groupby, zip_longest
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from limen.clock import DAY, HOUR, MINUTE, Instant
from limen.events import Event, from_ocsf, instant_of, split_decision_id
from limen.facts import Facts
from limen.facts.facts_json import facts_from_json
from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.segment import rows_from, sealed_lines
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.parquet import in_memory, quoted, rows_of

_LATE: Final = MINUTE
"""How long after its instant an event may have been written."""
_APART: Final = DAY
"""How far the clocks of two machines may be apart: one may have written what another said."""
_AT_ONCE: Final = 128
"""Sealed segments that are looked at together."""
EVER: Final[Instant] = 1 << 47
"""An instant after all that an event can have."""


class Span(NamedTuple):
    """A segment; every event in it happened before `ends_at`, or little later."""

    name: Name
    path: Path
    ends_at: Instant


class Reader:
    """All writers' segments under one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find(self, decision_or_event_id: str) -> Event | None:
        """The event of this id; None if there is none, if it is past its keeping time, or if no such decision was made.

        Raises ValueError when it is no id.
        """
        event_id, number = split_decision_id(decision_or_event_id)
        for path in self._likely(instant_of(event_id)):
            for body in bodies_holding(path, _named(event_id), "id = $value", event_id):
                event = from_ocsf(msgspec.json.decode(body))
                return event if event.id == event_id and number <= event.count else None
        return None

    def facts_of(self, event: Event) -> Facts | None:
        """The exact facts a decision was made on (without name and e-mail); None where they are not kept any more."""
        if event.decision is None:
            return None
        digest = event.decision.facts
        for path in self._likely(instant_of(event.id)):
            for body in bodies_holding(path, b'{"facts":"%s"' % digest.encode(), "facts = $value", digest):
                return facts_from_json(msgspec.json.decode(body)["value"], event.decision.device_seen_at)
        return None

    def of_kind(self, kind: str, since: Instant) -> Iterator[Event]:
        """Every event of a kind from `since` on, segment by segment."""
        return self.of_kinds((kind,), since)

    def of_kinds(self, kinds: Collection[str], since: Instant) -> Iterator[Event]:
        """Every event of these kinds from `since` on, segment by segment. One look at the sealed ones, many at once."""
        for is_sealed, some in groupby(self.spans(since), lambda one: one.name.is_sealed):
            paths = [one.path for one in some]
            for body in _sealed_of_kinds(paths, kinds) if is_sealed else _open_of_kinds(paths, kinds):
                event = from_ocsf(msgspec.json.decode(body))
                if event.kind in kinds and event.at >= since:
                    yield event

    def holds(self, event_ids: Iterable[str]) -> set[str]:
        """Which of these events are on the disk."""
        wanted = {event_id: _named(event_id) for event_id in event_ids}
        since = min(map(instant_of, wanted), default=0) - _APART
        held: set[str] = set()
        for name, path, _ in self.spans(since) if wanted else ():
            if name.is_sealed or not path.exists():  # sealed since it was listed
                held |= _ids_in(path.with_suffix(".parquet"), list(wanted))
            elif path.stat().st_size > 0:
                with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    held |= {event_id for event_id, needle in wanted.items() if data.find(needle) >= 0}
        return held

    def newest(self, limit: int, most_bytes: int = 8 << 20) -> tuple[list[Event], Instant]:
        """Up to `limit` events from the ends of the open segments of all chains, by their instants; and an instant,
        from which on nothing is missing that is on the disk.
        """
        events: dict[str, Event] = {}
        since: Instant = 0
        for name, path in (segments[-1] for segments in self._chains() if segments):
            if name.is_sealed:
                continue
            with path.open("rb") as file:
                size = path.stat().st_size
                file.seek(max(0, size - most_bytes))
                found = list(events_in(file.read().splitlines(keepends=True)))
            is_whole = size <= most_bytes or not found
            since = max(since, name.begun_at if is_whole else found[0].at)
            events |= {event.id: event for event in found}
        chosen = sorted(events.values(), key=lambda event: instant_of(event.id) if event.id else event.at)
        if len(chosen) > limit:
            since = max(since, chosen[-limit].at)
        return chosen[-limit:], since

    def segments(self) -> list[tuple[Name, Path]]:
        """Every segment of every writer, oldest first; one that is sealed only in its sealed form."""
        return sorted(chain.from_iterable(self._chains()), key=lambda each: each[0].begun_at)

    def spans(self, since: Instant = 0) -> list[Span]:
        """The segments that may hold something from `since` on, oldest first."""
        spans = [
            Span(name, path, _ends_at(name, after))
            for segments in self._chains()
            for (name, path), after in zip_longest(segments, [name for name, _ in segments[1:]])
        ]
        return sorted((span for span in spans if span.ends_at >= since), key=lambda span: span.name.begun_at)

    def _chains(self) -> Iterator[list[tuple[Name, Path]]]:
        """The segments of each writer in the order of its chain, which is that of time unless a clock was set back."""
        for folder in writer_folders(self.root):
            yield list({name.ordinal: (name, path) for name, path in segments_in(folder)}.values())

    def _likely(self, at: Instant) -> Iterator[Path]:
        """Segments as something of instant `at` may be in them: its own, later ones, earlier ones."""
        segments = self.segments()
        begun = [name.begun_at for name, _ in segments]
        first = max(0, sum(each <= at for each in begun) - 1)
        for _, path in (*segments[first:], *reversed(segments[:first])):
            yield path


def _ends_at(name: Name, after: Name | None) -> Instant:
    """When a segment was over: where the next of its chain begins; where the clock was set back for that one, the
    latest that it can have been. No segment is written to beyond its hour.
    """
    if after is None:
        return EVER
    return after.begun_at if after.begun_at >= name.begun_at else name.begun_at - name.begun_at % HOUR + HOUR


def _ids_in(path: Path, event_ids: list[str]) -> set[str]:
    """Which of these events are in a sealed segment."""
    if not path.exists():  # past its keeping time since it was listed
        return set()
    with in_memory("128MB") as connection:
        sql = "select id from read_parquet($path) where list_contains($ids, id)"
        return {found for (found,) in connection.execute(sql, {"path": str(path), "ids": event_ids}).fetchall()}


def _sealed_of_kinds(paths: list[Path], kinds: Collection[str]) -> Iterator[bytes]:
    wanted = ", ".join(map(quoted, sorted(kinds)))  # words of ours, as a list that files can be left out by
    for begin in range(0, len(paths), _AT_ONCE):
        there = [path for path in paths[begin : begin + _AT_ONCE] if path.exists()]  # else past its keeping time
        yield from _bodies(rows_from(rows_of(there), f"kind in ({wanted})")) if there else ()


def _open_of_kinds(paths: Iterable[Path], kinds: Collection[str]) -> Iterator[bytes]:
    for path in paths:
        for kind in kinds:
            yield from bodies_holding(path, b'"kind":"%s"' % kind.encode(), "kind = $value", kind)


def writer_folders(root: Path) -> list[Path]:
    """The folders of all writers, each with a chain of its own."""
    return sorted(folder for folder in root.iterdir() if folder.is_dir()) if root.exists() else []


def bodies_holding(path: Path, needle: bytes, condition: str, value: str) -> Iterator[bytes]:
    """The bodies of the lines of a segment that hold `needle`, but for those that were erased.

    Where the segment is sealed, or was since it was listed, those that fulfil `condition` (SQL of ours on `$value`).
    """
    sealed = path.with_suffix(".parquet")
    if path != sealed and path.exists():
        raws = _open_lines(path, needle)
    else:
        raws = sealed_lines(sealed, condition, value=value) if sealed.exists() else iter(())
    yield from _bodies(raws)


def _bodies(raws: Iterable[bytes]) -> Iterator[bytes]:
    for raw in raws:
        line = parse(raw)
        if line is not None and line.body != ERASED:
            yield line.body


def _open_lines(path: Path, needle: bytes) -> Iterator[bytes]:
    if path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(needle)
        while at >= 0:
            begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at) + 1
            if end == 0:
                return
            yield data[begin:end]
            at = data.find(needle, end)


def _named(event_id: str) -> bytes:
    """What only the line of this event holds, but for one that quotes it."""
    return b'"metadata":{"uid":"%s"' % event_id.encode()


def events_in(raws: Iterable[bytes]) -> Iterator[Event]:
    """The events among these lines."""
    for raw in raws:
        line = parse(raw)
        if line is not None and b'"class_uid"' in line.body:
            with suppress(msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):  # tampered with: verify tells
                yield from_ocsf(msgspec.json.decode(line.body))
