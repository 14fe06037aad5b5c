"""The recurring job that finishes erasures in the journal and erases what is past its retention time."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from limen.clock import DAY, HOUR, Clock, Instant
from limen.errors import LimenError
from limen.identity.store import erasure, links
from limen.mail import store as mails
from limen.pillar import Every, Once
from limen.privacy.erase import carry_out, erase_person, forget_mail_files
from limen.settings import Retention
from limen.storage import Database, Snapshot, Transaction
from limen.storage.journal import Journal

LOOK_SECONDS: Final = 15.0
RETENTION_MS: Final = HOUR
AGAIN_MS: Final = DAY
MOST_AT_ONCE: Final = 100
"""How many people one run erases at most; the next run goes on."""
LEFT_LONG_AGO: Final = "retention after deactivation ended"
NEVER_CAME: Final = "invitation never used"

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class RetentionJob:
    """`data` is where the tombstones are, `outbox` where mails are written to files."""

    database: Database
    journal: Journal
    retention: Retention
    data: Path
    outbox: Path
    clock: Clock
    _looked_at: Instant = field(default=0)
    _journal_again_at: Instant = field(default=0)

    @property
    def every(self) -> Every:
        """The look at what is due, again and again."""
        return Every("erase expired data", LOOK_SECONDS, lambda: asyncio.to_thread(self.look), Once.IN_ALL)

    def look(self) -> None:
        """Do what is due now, in this thread."""
        now = self.clock.now()
        if now - self._looked_at >= RETENTION_MS:
            self._end_of_keeping(now)
            self._looked_at = now
        if now >= self._journal_again_at and carry_out(self.database, self.journal, self.data, now) is not None:
            forget_mail_files(self.database, self.outbox)
            if self.database.read(lambda snapshot: erasure.waiting_in_journal(snapshot.connection, now)):
                self._journal_again_at = now + AGAIN_MS  # a segment is damaged: trying at once would change nothing

    def _end_of_keeping(self, now: Instant) -> None:
        for person_id, why in self.database.read(lambda snapshot: due(snapshot, self.retention, now)):
            try:
                self.database.write(partial(erase_person, person_id=person_id, now=now, by="server", why=why))
            except LimenError as wrong:
                _log.warning("%s was not erased: %s", person_id, wrong)

        def forget(transaction: Transaction) -> None:
            links.forget(transaction.connection, now - self.retention.links_days * DAY)
            mails.purge(transaction.connection, now, self.retention.mails_days * DAY)

        self.database.write(forget)
        forget_mail_files(self.database, self.outbox)


def due(snapshot: Snapshot, retention: Retention, now: Instant) -> list[tuple[str, str]]:
    """The ids of people past their retention time, each with the reason why they are erased."""
    connection = snapshot.connection
    found: list[tuple[str, str]] = []
    if retention.people_days:
        left = erasure.deactivated_before(connection, now - retention.people_days * DAY)
        found += [(person_id, LEFT_LONG_AGO) for person_id in left]
    if retention.invited_days:
        invited = erasure.invited_before(connection, now - retention.invited_days * DAY)
        found += [(person_id, NEVER_CAME) for person_id in invited]
    return found[:MOST_AT_ONCE]
