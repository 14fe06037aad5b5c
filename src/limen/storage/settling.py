"""How a process that follows no changes, such as a command, waits until every worker knows what it changed."""

from __future__ import annotations

from contextlib import suppress
from time import monotonic, sleep

from sqlalchemy.exc import DBAPIError

from limen.storage.change_feed import LEASE_SECONDS, PAUSES_SECONDS
from limen.storage.database import Database
from limen.storage.errors import StorageError


def have_register(database: Database) -> None:
    """Before the first change nobody decides: a register that is made then has nobody in it who is waited for."""
    if not database.read(lambda snapshot: snapshot.seq):
        with suppress(StorageError, DBAPIError, OSError):
            database.workers.prepare()


def settle(database: Database) -> None:
    """Return when no worker decides any more without what was changed by this process; after a lease at most."""
    changed, ends_at = database.changed_seq, monotonic() + LEASE_SECONDS
    pause, longest = PAUSES_SECONDS
    while changed and (left := ends_at - monotonic()) > 0 and _is_somebody_behind(database, changed):
        sleep(min(left, pause))
        pause = min(pause * 2, longest)


def _is_somebody_behind(database: Database, seq: int) -> bool:
    """True also where the register can't be asked: then nothing is known, and the lease is waited for."""
    try:
        return database.workers.behind(seq, LEASE_SECONDS)
    except (StorageError, DBAPIError, OSError):
        return True
