"""Reading the journal on disk, from any process: by id, and by query. Never writes, never needs a key."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec

from limen.clock import Instant
from limen.events import Event, from_ocsf, instant_of, split_decision_id
from limen.facts import Facts
from limen.facts.written import facts_from_json
from limen.storage.journal.chain import ERASED, parse
from limen.storage.journal.segment import Name, sealed_lines, segments_in

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
            for body in _bodies_holding(path, "id", event_id, b'"metadata":{"uid":"%s"' % event_id.encode()):
                event = from_ocsf(msgspec.json.decode(body))
                return event if event.id == event_id and number <= event.count else None
        return None

    def facts_of(self, event: Event) -> Facts | None:
        """The exact facts a decision was made on (without name and e-mail); None where they are not kept any more."""
        if event.decision is None:
            return None
        digest = event.decision.facts
        for path in self._likely(instant_of(event.id)):
            for body in _bodies_holding(path, "facts", digest, b'{"facts":"%s"' % digest.encode()):
                return facts_from_json(msgspec.json.decode(body)["value"], event.decision.device_seen_at)
        return None

    def holds(self, event_ids: Iterable[str]) -> set[str]:
        """Which of these events are in segments that are not sealed yet."""
        wanted = {event_id: b'"metadata":{"uid":"%s"' % event_id.encode() for event_id in event_ids}
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

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """Ask DuckDB over all segments, sealed and open, as the view `events`; each event once.

        Columns: n, id, time, kind, class_uid, status_id, actor, session, address, subject, app, action, effect,
        count, line.
        """
        import duckdb  # noqa: PLC0415 -- heavy, and pages don't need it

        with duckdb.connect(config={"memory_limit": "512MB", "threads": "1"}) as connection:
            sources = [_rows(path, is_sealed=name.is_sealed) for name, path in self.segments()]
            rows = " union all by name ".join(sources) or "select null as id, 0 as n where false"
            connection.execute(
                f"create view events as select * from ({rows}) where id is not null "  # noqa: S608 -- our own paths
                "qualify row_number() over (partition by id order by n) = 1"
            )
            return connection.execute(sql, parameters or {}).fetchall()

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


def _bodies_holding(path: Path, column: str, value: str, needle: bytes) -> Iterator[bytes]:
    is_sealed = path.suffix == ".parquet"
    raws = sealed_lines(path, f"{column} = $value", value=value) if is_sealed else _open_lines(path, needle)
    for raw in raws:
        line = parse(raw)
        if line is not None and line.body != ERASED:
            yield line.body


def _open_lines(path: Path, needle: bytes) -> Iterator[bytes]:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at = data.find(needle)
        while at >= 0:
            begin, end = data.rfind(b"\n", 0, at) + 1, data.find(b"\n", at) + 1
            if end == 0:
                return
            yield data[begin:end]
            at = data.find(needle, end)


def _rows(path: Path, *, is_sealed: bool) -> str:
    from limen.storage.journal.seal import LINES_SQL  # noqa: PLC0415 -- only queries need it

    quoted = "'" + str(path).replace("'", "''") + "'"
    return f"(from read_parquet({quoted}))" if is_sealed else f"({LINES_SQL.replace('$path', quoted)})"


def events_in(raws: Iterable[bytes]) -> Iterator[Event]:
    """The events among these lines."""
    for raw in raws:
        line = parse(raw)
        if line is not None and b'"class_uid"' in line.body:
            with suppress(msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError):  # tampered with: verify tells
                yield from_ocsf(msgspec.json.decode(line.body))
