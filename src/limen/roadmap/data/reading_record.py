"""Reads whether the journal is intact, how old the last backup is, and whether one was restored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limen.clock import DAY, Milliseconds
from limen.roadmap.data.evidence import RecordEvidence
from limen.roadmap.events import events_since
from limen.roadmap.sources import Sources
from limen.storage.journal import verify
from limen.storage.journal.heads import noted_heads

LARGEST: Final = 64_000_000
"""Bytes of a journal that is verified with each look: some seconds. A larger one takes minutes."""
TAKEN: Final = "backup.taken"
RESTORED: Final = "limen.restored"
RESTORED_WITHIN: Final[Milliseconds] = 90 * DAY


def record_evidence(sources: Sources, breathe: Callable[[], object]) -> RecordEvidence:
    """Raises StorageError."""
    root = sources.reader.root
    size = sum(one.stat().st_size for one in root.rglob("*") if one.is_file())
    noted = sources.database.read(noted_heads)
    breathe()
    report = verify(root, sources.keyring.journal_keys, (), noted) if size <= LARGEST else None
    breathe()
    events = events_since(sources.reader, (TAKEN, RESTORED), sources.now - RESTORED_WITHIN) or ()
    return RecordEvidence(
        problems=None if report is None else report.problems,
        backup_at=max((one.at for one in events if one.kind == TAKEN), default=0),
        restores={one.id: one.at for one in events if one.kind == RESTORED},
    )
