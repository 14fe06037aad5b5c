"""Putting a company in force: its tests first, then one transaction that every worker follows."""

from __future__ import annotations

from typing import Final

from limen.clock import Instant
from limen.company import store
from limen.company.company import Company
from limen.company.load import FolderError, failing_tests
from limen.company.store import Revision
from limen.errors import LimenError
from limen.events import Event
from limen.storage import Database, Transaction

SERVER: Final = "server"
"""The author of what was published on the server itself, by whoever may start programs there."""
MAX_REASON: Final = 500


def publish(database: Database, company: Company, author: str, reason: str, now: Instant) -> Revision:
    """Publish `company` and return its revision; where the same content is in force already, that one.

    Raises `FolderError` while a policy test fails, and `LimenError` without a reason. The revision, the change that
    workers follow and the event are one transaction: half a publication can't be.
    """
    why = " ".join(reason.split())
    if not why or len(why) > MAX_REASON:
        raise LimenError("a revision needs a reason, in one line", "say why, for whoever reads it in a year")
    problems = failing_tests(company)
    if problems:
        raise FolderError(problems)

    def work(transaction: Transaction) -> Revision:
        before = store.newest(transaction)
        if before is not None and before.id == company.revision:
            return before
        revision = store.add(transaction, company, author, why, now)
        transaction.changed("revision", revision.id)
        transaction.say(
            Event(
                id="",
                at=now,
                kind="revision.published",
                actor=author,
                subject=revision.id,
                details={"previous": before.id if before else "", "why": why},
            )
        )
        return revision

    return database.write(work)
