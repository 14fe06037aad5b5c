"""The last backup: what it was called and when, for whoever asks whether there is one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from limen.backup.manifest import Manifest
from limen.backup.places import LAST
from limen.clock import Instant, to_iso
from limen.events import Event
from limen.printable import plain_word
from limen.storage import Database
from limen.storage.files import read_own, replace_file


class Last(msgspec.Struct, frozen=True):
    """The newest backup that was taken here."""

    at: Instant
    file: str
    size: int


def last_backup(data: Path) -> Last | None:
    """None where none was taken since this data folder began, or it can't be told."""
    try:
        return msgspec.json.decode(read_own(data / LAST, 4_096), type=Last)
    except (OSError, msgspec.DecodeError):
        return None


def note(database: Database, data: Path, manifest: Manifest, target: Path) -> None:
    """Remember a backup, and have the journal say so; the file's place stays out of the journal."""
    replace_file(data / LAST, msgspec.json.encode(Last(manifest.at, target.name[:200], target.stat().st_size)))
    event = Event(
        id="",
        at=manifest.at,
        kind="backup.taken",
        actor="server",
        details={"size": target.stat().st_size, "lines": manifest.lines, "with_key": manifest.has_key},
    )
    database.write(lambda transaction: transaction.say(event))


def said_of(manifest: Manifest, target: Path) -> dict[str, Any]:
    """What `limen backup --json` prints."""
    return {
        "file": str(target),
        "at": to_iso(manifest.at),
        "size": target.stat().st_size,
        "people": manifest.counts.get("people", 0),
        "apps": manifest.apps,
        "revisions": manifest.counts.get("revisions", 0),
        "revision": manifest.revision,
        "schema": manifest.schema,
        "limen": manifest.limen,
        "has_key": manifest.has_key,
        "journal": {writer: [reach.first, reach.last] for writer, reach in manifest.journal.items()},
    }


def file_name(company: str, now: Instant, *, is_sealed: bool) -> str:
    """`harbor-2026-11-24T213000Z.tar.gz`: sorts by time, and says whose it is."""
    word = plain_word(company) or "limen"
    stamp = to_iso(now)[:19].replace(":", "")
    return f"{word}-{stamp}Z.tar.gz{'.age' if is_sealed else ''}"
