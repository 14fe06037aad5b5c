"""Continue a chain where the last run ended: cleanly, after a hard stop, or tampered with; and report which."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from limen.clock import HOUR, Instant
from limen.events import Event, Outcome, from_ocsf
from limen.storage.journal.checkpoint import Checkpoint, read_checkpoint, read_sealed
from limen.storage.journal.emergency import WRITER as BREAK_GLASS, reach
from limen.storage.journal.segment import Recovered, Segment, recover
from limen.storage.segments.link import Link, Signer, start_of
from limen.storage.segments.name import Name, segments_in
from limen.storage.segments.signed import CHECKPOINT_FILE, SEALED_FILE, UNREADABLE, is_genuine

BREAK_GLASS_CHANGED = "break-glass-changed"
LOSS_WINDOW_MS = 200
"""A hard stop may lose ordinary events of the last 200 ms."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The segment to go on with, the closed ones that wait to be sealed, and what must be announced."""

    segment: Segment
    unsealed: tuple[Name, ...]
    announcements: tuple[Event, ...]


def resume(folder: Path, signer: Signer, now: Instant) -> Resumed:
    """Cut what a hard stop left unfinished, find the end of the chain, compare it with the last checkpoint."""
    on_disk = segments_in(folder)
    unsealed = [(name, path) for name, path in on_disk if not name.is_sealed]
    newest = on_disk[-1][0].ordinal if on_disk else 0
    end, after, last = _sealed_end(folder, signer), None, None
    if unsealed:
        name, path = unsealed[-1]
        last = recover(path, signer)
        after = last.link
        if last.size == 0:
            path.unlink()
            unsealed.pop()
            after = recover(unsealed[-1][1], signer).link if unsealed else None
    link = after or end
    announcements = _announcements(folder, signer, link, last, now)
    if unsealed and last and last.size and name.begun_at // HOUR == now // HOUR:
        unsealed.pop()
        segment = Segment(path, name, link, signer, last.size)
    else:
        segment = Segment.begin(folder, newest + 1, now, link, signer)
    return Resumed(segment, tuple(name for name, _ in unsealed), announcements)


def damaged(now: Instant, reason: str, details: dict[str, str | int | bool]) -> Event:
    """The event that says that the journal is not as it was left."""
    return Event(at=now, kind="journal.damaged", outcome=Outcome.FAILURE, reason=reason, details=details)


def _announcements(folder: Path, signer: Signer, link: Link, last: Recovered | None, now: Instant) -> tuple[Event, ...]:
    path = folder / CHECKPOINT_FILE
    try:
        checkpoint = read_checkpoint(path)
    except UNREADABLE:
        checkpoint = None
    said: list[Event] = []
    if path.exists() and (checkpoint is None or not is_genuine(checkpoint, signer)):
        said.append(_put_aside(path, now, "checkpoint-changed", {}))
    elif checkpoint is not None and not _agrees(checkpoint, link):
        found: dict[str, str | int | bool] = {"expected_line": checkpoint.n, "found_line": link.n}
        said.append(_put_aside(path, now, "lines-missing", found))
    elif checkpoint is not None and not _break_glass_agrees(checkpoint, folder, signer):
        said.append(_put_aside(path, now, BREAK_GLASS_CHANGED, {}))
    elif checkpoint is None and link.n > 0:
        said.append(damaged(now, "checkpoint-missing", {"found_line": link.n}))
    is_clean = checkpoint is not None and checkpoint.is_clean and checkpoint.n == link.n
    if not is_clean and (path.exists() or said or link.n > 0 or (last and last.cut_bytes)):
        said.append(_recovered(link, last, now))
    return tuple(said)


def _agrees(checkpoint: Checkpoint, link: Link) -> bool:
    return checkpoint.n < link.n or checkpoint.link == link


def _break_glass_agrees(checkpoint: Checkpoint, folder: Path, signer: Signer) -> bool:
    if checkpoint.break_glass is msgspec.UNSET:
        return True
    return reach(folder, Signer(BREAK_GLASS, signer.keys), checkpoint.break_glass.link) is not None


def _recovered(link: Link, last: Recovered | None, now: Instant) -> Event:
    """Says what may be lost: ordinary events from the last one on disk on, for the loss window; none acknowledged."""
    details: dict[str, str | int | bool] = {
        "last_line": link.n,
        "cut_bytes": last.cut_bytes if last else 0,
        "window_ms": LOSS_WINDOW_MS,
    }
    if last_at := _instant_in(last.last_body if last else b""):
        details["lost_from"] = last_at
    return Event(at=now, kind="journal.recovered", reason="hard-stop", details=details)


def _instant_in(body: bytes) -> Instant:
    try:
        return from_ocsf(msgspec.json.decode(body)).at
    except (*UNREADABLE, KeyError, TypeError):
        return 0


def _put_aside(path: Path, now: Instant, reason: str, details: dict[str, str | int | bool]) -> Event:
    """Keep a checkpoint that does not match the chain: the next one would overwrite the evidence."""
    path.rename(path.with_name(f"checkpoint-{now}.evidence"))
    return damaged(now, reason, details)


def _sealed_end(folder: Path, signer: Signer) -> Link:
    try:
        return read_sealed(folder / SEALED_FILE, signer.writer).end(signer.writer)
    except UNREADABLE:
        return start_of(signer.writer)
