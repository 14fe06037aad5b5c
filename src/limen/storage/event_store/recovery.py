"""Continue the event store where the last run ended: cleanly, after a hard stop, or tampered with; and report which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from limen.clock import HOUR, Instant
from limen.events import Event
from limen.storage.event_store.sealed_list import EventCheckpoint, stored_list
from limen.storage.event_store.segment import EventSegment, recover
from limen.storage.event_store.upkeep import damaged
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.name import segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE, UNREADABLE, is_genuine


@dataclass(frozen=True, slots=True)
class Resumed:
    """The segment to go on with, and what must be announced."""

    segment: EventSegment
    announcements: tuple[Event, ...]


def resume(folder: Path, signer: Signer, now: Instant) -> Resumed:
    """Cut what a hard stop left unfinished, find the end of the chain, compare it with the last checkpoint."""
    on_disk = segments_in(folder)
    unsealed = [(name, path) for name, path in on_disk if not name.is_sealed]
    newest = on_disk[-1][0].ordinal if on_disk else 0
    link, size, cut_bytes = None, 0, 0
    while unsealed and size == 0:
        name, path = unsealed[-1]
        link, size, cut = recover(path, signer)
        cut_bytes += cut
        if size == 0:
            path.unlink()
            unsealed.pop()
    end = link or _sealed_end(folder, signer)
    if unsealed and name.begun_at // HOUR == now // HOUR:
        segment = EventSegment(path, name, end, signer, size)
    else:
        segment = EventSegment.begin(folder, newest + 1, now, end, signer)
    return Resumed(segment, _announcements(folder, signer, end, cut_bytes, now))


def _sealed_end(folder: Path, signer: Signer) -> Link:
    """Where the sealed segments end: as the list says, or, where that was tampered with, the checkpoint."""
    sealed, is_trusted = stored_list(folder, signer)
    checkpoint = _read(folder / CHECKPOINT_FILE)
    if is_trusted or checkpoint is None or not is_genuine(checkpoint, signer):
        return sealed.end
    return checkpoint.link


def _announcements(folder: Path, signer: Signer, end: Link, cut_bytes: int, now: Instant) -> tuple[Event, ...]:
    path = folder / CHECKPOINT_FILE
    checkpoint = _read(path)
    if path.exists() and (checkpoint is None or not is_genuine(checkpoint, signer)):
        return (_put_aside(path, now, "checkpoint-changed", {}),)
    if checkpoint is None:
        return (damaged(now, "checkpoint-missing", {"found": end.n}),) if end.n else ()
    if checkpoint.n > end.n or (checkpoint.n == end.n and checkpoint.link != end):
        return (_put_aside(path, now, "events-missing", {"expected": checkpoint.n, "found": end.n}),)
    if checkpoint.is_clean and checkpoint.n == end.n and not cut_bytes:
        return ()
    return (Event(at=now, kind="event_store.recovered", reason="hard-stop", details={"cut_bytes": cut_bytes}),)


def _read(path: Path) -> EventCheckpoint | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=EventCheckpoint) if path.exists() else None
    except UNREADABLE:
        return None


def _put_aside(path: Path, now: Instant, reason: str, details: dict[str, str | int | bool]) -> Event:
    """Keep a checkpoint that does not match the chain: the next one would overwrite the evidence."""
    path.rename(path.with_name(f"checkpoint-{now}.evidence"))
    return damaged(now, reason, details)
