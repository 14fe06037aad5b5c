"""Events of the outbox that the journal holds already: after a restore they must not be written a second time."""

from __future__ import annotations

from sqlalchemy import delete, select

from limen.storage.database import Transaction
from limen.storage.journal.reader import Reader
from limen.storage.tables import outbox


def drop_what_is_written(transaction: Transaction, reader: Reader) -> int:
    """Take those events out of the outbox. Returns how many. The relay itself only looks into unsealed segments."""
    waiting = transaction.connection.execute(select(outbox.c.seq, outbox.c.id)).all()
    written = [seq for seq, event_id in waiting if reader.find(event_id) is not None]
    for seq in written:
        transaction.connection.execute(delete(outbox).where(outbox.c.seq == seq))
    return len(written)
