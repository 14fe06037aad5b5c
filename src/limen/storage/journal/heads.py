"""The newest checkpoint of each chain, kept in the database too: a journal that was deleted or cut is missed.

Who deletes the journal and edits the database as well is not found out by this; an exported checkpoint shows that.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import NamedTuple

import msgspec
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from limen.clock import Instant
from limen.events import Event
from limen.storage.database import Database, Snapshot, Transaction
from limen.storage.errors import StorageError
from limen.storage.journal.checkpoint import Checkpoint
from limen.storage.journal.reader import writer_folders
from limen.storage.journal.recovery import damaged
from limen.storage.segments.link import Link, Signer
from limen.storage.segments.signed import CHECKPOINT_FILE, UNREADABLE, is_genuine
from limen.storage.tables import journal_heads

_log = logging.getLogger(__name__)


class NotedHead(NamedTuple):
    """A checkpoint as the database holds it. `lost_at`: when a start missed what it covers; 0 for the newest one."""

    writer: str
    lost_at: Instant
    checkpoint: bytes

    def genuine(self, signer: Signer) -> Checkpoint | None:
        """The checkpoint, if it is one that this chain's writer signed."""
        try:
            found = msgspec.json.decode(self.checkpoint, type=Checkpoint)
        except UNREADABLE:
            return None
        return found if found.writer == signer.writer and is_genuine(found, signer) else None


class HeadKeeper:
    """Takes each checkpoint of one chain, and has the newest in the database within a second or so."""

    def __init__(self, database: Database, writer: str) -> None:
        self._database = database
        self._writer = writer
        self._newest = b""
        self._kept = b""

    def take(self, checkpoint: bytes) -> None:
        """From any thread; waits for nothing."""
        self._newest = checkpoint

    def keep(self) -> None:
        """Write the newest down, unless it is. What the database refuses now is tried again at the next call."""
        newest = self._newest
        if newest == self._kept:
            return
        try:
            self._database.write(lambda transaction: note_head(transaction, self._writer, newest))
        except (SQLAlchemyError, StorageError) as error:
            _log.warning("the database did not take the journal's head; it is tried again (%s)", type(error).__name__)
        else:
            self._kept = newest


def noted_heads(snapshot: Snapshot) -> list[NotedHead]:
    """All that the database knows of, those that were lost first."""
    chosen = select(journal_heads).order_by(journal_heads.c.lost_at.desc(), journal_heads.c.writer)
    return [NotedHead(row.writer, row.lost_at, row.checkpoint) for row in snapshot.connection.execute(chosen)]


def note_head(transaction: Transaction, writer: str, checkpoint: bytes) -> None:
    """Put this checkpoint in the place of the newest one."""
    newest = (journal_heads.c.writer == writer, journal_heads.c.lost_at == 0)
    transaction.connection.execute(delete(journal_heads).where(*newest))
    transaction.connection.execute(insert(journal_heads).values(writer=writer, lost_at=0, checkpoint=checkpoint))


def miss_lost_lines(transaction: Transaction, signer: Signer, link: Link, now: Instant, keep_ms: int) -> Event | None:
    """At a start: hold the newest checkpoint against where the chain ends, and say in an event what is missing.

    It is kept as lost for `keep_ms`, as long as the lines would have been.
    """
    lost = journal_heads.c.lost_at
    transaction.connection.execute(delete(journal_heads).where(lost > 0, lost < now - keep_ms))
    newest = next(
        (each for each in noted_heads(transaction) if (each.writer, each.lost_at) == (signer.writer, 0)), None
    )
    if newest is None:
        return None
    found = newest.genuine(signer)
    if found is not None and (found.n < link.n or found.link == link):
        return None
    chosen = journal_heads.c.writer == signer.writer
    transaction.connection.execute(update(journal_heads).where(chosen, lost == 0).values(lost_at=now))
    if found is None:
        return damaged(now, "head-changed", {"found_line": link.n})
    return damaged(now, "journal-lost", {"expected_line": found.n, "found_line": link.n})


def take_restored_heads(transaction: Transaction, root: Path) -> None:
    """After a restore, the heads are those of the journal that came with it, and of no other."""
    transaction.connection.execute(delete(journal_heads).where(journal_heads.c.lost_at == 0))
    for folder in writer_folders(root):
        path = folder / CHECKPOINT_FILE
        if path.exists():
            note_head(transaction, folder.name, path.read_bytes())
