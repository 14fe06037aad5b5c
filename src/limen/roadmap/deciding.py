"""An exception is decided, or taken back: each with whoever does it, in the journal.

The journal names the exception, and not its row: that can be a person, or what an app calls one.
"""

from __future__ import annotations

from typing import Final

from limen.clock import Instant, Milliseconds
from limen.errors import LimenError
from limen.identity.events import Details, record
from limen.opaque import new_id
from limen.roadmap import store
from limen.roadmap.catalogue import BY_ID
from limen.roadmap.exceptions import RoadmapException, refuse_unfit
from limen.storage import Transaction

LONGEST_ROW: Final = 200


def except_row(
    transaction: Transaction,
    control: str,
    row_id: str,
    *,
    why: str,
    compensation: str,
    lasts: Milliseconds,
    now: Instant,
    by: str,
) -> RoadmapException:
    """Except one row of a control ("": the whole control) for so long. Raises LimenError, saying what is wrong."""
    if control not in BY_ID:
        raise LimenError(f"there is no control {control[:8]}", "`limen roadmap` lists them")
    if len(row_id) > LONGEST_ROW:
        raise LimenError("that is no row of this control", "choose one of the list")
    wanted = RoadmapException(
        new_id("rx"), control, row_id, why.strip(), compensation.strip(), now + lasts, decided_by=by, decided_at=now
    )
    refuse_unfit(wanted)
    if any(one.counts(now) and (one.control, one.row_id) == (control, row_id) for one in _all(transaction)):
        raise LimenError("it is excepted already", "end that exception first")
    store.except_(transaction.connection, wanted)
    about: Details = {"control": control, "exception": wanted.id, "until": wanted.until}
    record(transaction, now, "roadmap.excepted", about, by=by, why=wanted.why)
    return wanted


def end_exception(transaction: Transaction, exception_id: str, *, now: Instant, by: str) -> RoadmapException:
    """From now on it counts no more. Raises LimenError where it is over already, or there is none."""
    found = next((one for one in _all(transaction) if one.id == exception_id), None)
    if found is None or not store.end_exception(transaction.connection, exception_id, now):
        raise LimenError("there is no such exception, or it is over", "look at the list again")
    about = {"control": found.control, "exception": found.id}
    record(transaction, now, "roadmap.exception_ended", about, by=by)
    return found


def _all(transaction: Transaction) -> list[RoadmapException]:
    return store.exceptions(transaction.connection)
