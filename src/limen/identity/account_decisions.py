"""What people decide about accounts that may not be one person's: kept with a reason and an end, and journaled.

It makes Limen look away for a while, so it is bounded, and nobody decides about an account of their own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from limen.clock import DAY, Instant
from limen.errors import LimenError
from limen.identity.events import Details, record
from limen.identity.model import AccountDecision, Choice
from limen.identity.store import account_decisions as store
from limen.printable import one_line
from limen.storage.database import Transaction

LONGEST_WHY: Final = 300
KEPT: Final = 365 * DAY
"""How long a decision is kept after its end: for whoever asks why nobody looked."""
MOST: Final = 1_000
LONGEST: Final = {
    Choice.ONE_PERSON: 90 * DAY,
    Choice.SEPARATE: 30 * DAY,
    Choice.WORKLOAD: 30 * DAY,
    Choice.KEEP: 180 * DAY,
}
"""How long each holds at most. What has to be done is looked at again after a month: deciding does not do it."""


def decide(transaction: Transaction, decision: AccountDecision, now: Instant) -> AccountDecision:
    """Keep it in place of one before. Raises LimenError, saying what is wrong with it."""
    why = one_line(decision.why, LONGEST_WHY)
    if not why:
        raise LimenError("the reason is missing", "say in one line how you know")
    longest = LONGEST[Choice(decision.choice)]
    if not now < decision.until <= now + longest:
        raise LimenError(f"this can hold for at most {longest // DAY} days", "choose an earlier end")
    if decision.decided_by in {decision.person_id, decision.other_id} - {""}:
        raise LimenError("this is about your own account", "have another administrator decide")
    if store.count(transaction.connection, now) >= MOST:
        raise LimenError(f"{MOST} decisions hold already", "work off what they are about, and end some")
    kept = replace(decision, why=why, decided_at=now, ended_at=0)
    store.keep(transaction.connection, kept)
    _say(transaction, "identity.decided", kept, now, decision.decided_by)
    return kept


def end(transaction: Transaction, finding_id: str, now: Instant, *, by: str) -> AccountDecision:
    """It is open again. Raises LimenError where nothing holds."""
    kept = store.by_finding(transaction.connection, finding_id)
    if kept is None or not kept.counts(now):
        raise LimenError("nothing was decided about this, or it is over", "look at the list again")
    store.end(transaction.connection, finding_id, now)
    _say(transaction, "identity.reopened", kept, now, by)
    return kept


def forget(transaction: Transaction, now: Instant) -> int:
    """Drop what was over a year ago; how many."""
    return store.forget(transaction.connection, now - KEPT)


def _say(transaction: Transaction, kind: str, kept: AccountDecision, now: Instant, by: str) -> None:
    details: Details = {"finding": kept.finding_id, "about": kept.kind, "choice": kept.choice, "until": kept.until}
    record(transaction, now, kind, details, by=by, subject=kept.person_id, why=kept.why)
