"""Reading the journal on disk, from any process. Never writes, never needs a key."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from limen.clock import Instant
from limen.events import Event, from_ocsf, instant_of, split_decision_id
from limen.facts import Facts
from limen.facts.facts_json import facts_from_json
from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.segment import sealed_lines
from limen.storage.segments.name import Name, segments_in

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
        for _, path, _ in self.spans(since):
            for body in bodies_holding(path, b'"kind":"%s"' % kind.encode(), "kind = $value", kind):
                event = from_ocsf(msgspec.json.decode(body))
                if event.kind == kind and event.at >= since:
                    yield event

    def holds(self, event_ids: Iterable[str]) -> set[str]:
        """Which of these events are in segments that are not sealed yet."""
        wanted = {event_id: _named(event_id) for event_id in event_ids}
        held: set[str] = set()
        for name, path in self.segments():
            if not name.is_sealed and path.stat().st_size > 0:
                with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                    held |= {event_id for event_id, needle in wanted.items() if data.find(needle) >= 0}
        return held

    def newest(self, limit: int, most_bytes: int = 8 << 20) -> list[Event]:
        """Up to `limit` events from the ends of the open segments, oldest first."""
        events: list[Event] = []
        for name, path in reversed(self.segments()):
            if name.is_sealed or len(events) >= limit:
                continue
            with path.open("rb") as file:
                size = path.stat().st_size
                file.seek(max(0, size - most_bytes))
                raws = file.read().splitlines(keepends=True)
            events = [*events_in(raws), *events]
        return events[-limit:]

    def segments(self) -> list[tuple[Name, Path]]:
        """Every segment of every writer, oldest first; one that is sealed only in its sealed form."""
        found: dict[tuple[str, int], tuple[Name, Path]] = {}
        for folder in writer_folders(self.root):
            for name, path in segments_in(folder):
                found[folder.name, name.ordinal] = (name, path)
        return sorted(found.values(), key=lambda each: each[0].begun_at)

    def spans(self, since: Instant = 0) -> list[Span]:
        """The segments that may hold something from `since` on, oldest first.

        One is over where the same writer's next begins.
        """
        segments = self.segments()
        next_of: dict[Path, Instant] = {}
        spans: list[Span] = []
        for name, path in reversed(segments):
            spans.append(Span(name, path, next_of.get(path.parent, EVER)))
            next_of[path.parent] = name.begun_at
        return [span for span in reversed(spans) if span.ends_at >= since]

    def _likely(self, at: Instant) -> Iterator[Path]:
        """Segments as something of instant `at` may be in them: its own, later ones, earlier ones."""
        segments = self.segments()
        begun = [name.begun_at for name, _ in segments]
        first = max(0, sum(each <= at for each in begun) - 1)
        for _, path in (*segments[first:], *reversed(segments[:first])):
            yield path


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
