from __future__ import annotations

from limen.facts import Due, Needed
from limen.identity.store import reminders
from limen.storage import Database


def test_a_reminder_is_noted_once_for_a_stage_and_anew_for_another_day(database: Database) -> None:
    def note(due_at: int, since: int, now: int, needed: Needed = Needed.PASSKEY) -> bool:
        return database.write(lambda t: reminders.note(t.connection, "p_mia", Due(needed, due_at), since, now))

    assert note(100, 10, 11)
    assert not note(100, 10, 12)
    assert note(100, 20, 21)
    assert note(200, 20, 22)
    assert note(200, 20, 22, Needed.TWO_FACTORS)
