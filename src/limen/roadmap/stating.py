"""A statement is made, taken back, or found to be untrue: each in the journal, the first two with whoever does it.

The journal names the statement and its area, and not its subject: that can be somebody's device.
"""

from __future__ import annotations

from limen.clock import Instant, Milliseconds
from limen.errors import LimenError
from limen.identity.events import Details, record
from limen.opaque import new_id
from limen.roadmap import store
from limen.roadmap.areas import AREAS, contradicted
from limen.roadmap.evidence import Evidence
from limen.roadmap.statements import LONGEST_SUBJECT, Statement, refuse_unfit, stated
from limen.storage import Transaction


def state(
    transaction: Transaction, area: str, subject: str, *, why: str, lasts: Milliseconds, now: Instant, by: str
) -> Statement:
    """State something for so long. Raises LimenError, saying what is wrong."""
    if area not in AREAS:
        raise LimenError(f"nothing can be stated of {area[:20]!r}", f"it is one of {', '.join(AREAS)}")
    if AREAS[area].is_of_row is not bool(subject) or len(subject) > LONGEST_SUBJECT:
        raise LimenError("that is nothing that this can be stated of", "choose one of the list")
    wanted = Statement(new_id("rs"), area, subject, why.strip(), now + lasts, said_by=by, said_at=now)
    refuse_unfit(wanted)
    if stated(store.statements(transaction.connection), area, subject, now) is not None:
        raise LimenError("that is stated already", "take that statement back first")
    store.state(transaction.connection, wanted)
    about: Details = {"area": area, "statement": wanted.id, "until": wanted.until}
    record(transaction, now, "roadmap.stated", about, by=by, why=wanted.why)
    return wanted


def take_back(transaction: Transaction, statement_id: str, *, now: Instant, by: str) -> Statement:
    """From now on it counts no more. Raises LimenError where it is over already, or there is none."""
    found = next((one for one in store.statements(transaction.connection) if one.id == statement_id), None)
    if found is None or not store.end_statement(transaction.connection, statement_id, now):
        raise LimenError("there is no such statement, or it is over", "look at the list again")
    record(transaction, now, "roadmap.statement_ended", {"area": found.area, "statement": found.id}, by=by)
    return found


def end_contradicted(transaction: Transaction, evidence: Evidence, now: Instant) -> None:
    """What sources see otherwise is over, and stays so when they see it no longer."""
    for one, what in contradicted(evidence):
        if store.contradict(transaction.connection, one.id, now, what):
            about: Details = {"area": one.area, "statement": one.id, "seen": what[:200]}
            record(transaction, now, "roadmap.statement_contradicted", about)
