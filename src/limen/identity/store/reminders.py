"""Who was reminded of which factor, and when."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, insert, select

from limen.clock import Instant
from limen.facts import Due
from limen.identity.store.tables import factor_reminders


def note(connection: Connection, person_id: str, due: Due, since: Instant, now: Instant) -> bool:
    """Write down that this person is reminded now; False where they were since that instant, of the same day."""
    theirs = and_(factor_reminders.c.person_id == person_id, factor_reminders.c.needed == due.needed)
    before = connection.execute(select(factor_reminders).where(theirs)).first()
    if before is not None and before.due_at == due.at and before.reminded_at >= since:
        return False
    connection.execute(delete(factor_reminders).where(theirs))
    row = {"person_id": person_id, "needed": str(due.needed), "due_at": due.at, "reminded_at": now}
    connection.execute(insert(factor_reminders).values(row))
    return True
