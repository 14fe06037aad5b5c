"""How Limen is governed and how it runs: revisions, break-glass, keys, disk, backups, journal."""

from __future__ import annotations

from typing import Final

from limen.events.headings import ADMINISTRATION, CHANGES, RUNNING, SIGN_INS
from limen.events.kind import AUTHENTICATION, ENTITY, LIFECYCLE, Kind, Owner, Severity, Topic

_REVISION = Topic(ADMINISTRATION, Owner.OFFICE, "Changes you published", "A change you published", (CHANGES,))
_BREAK_GLASS = Topic(ADMINISTRATION, Owner.OFFICE, "Break-glass", filters=(SIGN_INS,))
_KEY = Topic(ADMINISTRATION, Owner.LIMEN)
_LIMEN = Topic(RUNNING, Owner.LIMEN)
_GRAVE = Severity.HIGH

RUNNING_KINDS: Final = (
    Kind(
        "revision.published", "A revision was published", _REVISION, ENTITY, 3, shown=("why", "via"), acknowledged=True
    ),
    Kind(
        "break_glass.used",
        "Break-glass was used",
        _BREAK_GLASS,
        AUTHENTICATION,
        99,
        shown=("why",),
        severity=_GRAVE,
        acknowledged=True,
    ),
    Kind("key.exported", "The master key was exported", _KEY, LIFECYCLE, 99),
    Kind("limen.started", "Limen started", _LIMEN, LIFECYCLE, 3),
    Kind("limen.stopped", "Limen stopped", _LIMEN, LIFECYCLE, 4),
    Kind("disk.low", "Disk space for the journal and the database is running out", _LIMEN, LIFECYCLE, 99),
    Kind("disk.recovered", "There is enough disk space again", _LIMEN, LIFECYCLE, 99),
    Kind("limen.restored", "Limen was restored from a backup", _LIMEN, LIFECYCLE, 99, acknowledged=True),
    Kind("limen.upgraded", "The database was upgraded", _LIMEN, LIFECYCLE, 99),
    Kind("limen.moved", "The database was moved to another place", _LIMEN, LIFECYCLE, 99),
    Kind("backup.taken", "A backup was taken", _LIMEN, LIFECYCLE, 99),
    Kind("backup.failed", "A backup failed", _LIMEN, LIFECYCLE, 99),
    Kind("journal.recovered", "The journal was recovered after a crash", _LIMEN, LIFECYCLE, 99),
    Kind("journal.damaged", "The journal was changed while Limen was stopped", _LIMEN, LIFECYCLE, 99, severity=_GRAVE),
    Kind("journal.dropped", "Events were lost while the journal couldn't be written", _LIMEN, LIFECYCLE, 99),
    Kind(
        "strangers.left_out",
        "Events caused by clients that are not signed in were counted, not stored one by one",
        _LIMEN,
        LIFECYCLE,
        99,
    ),
    Kind("journal.expired", "Expired journal segments were deleted", _LIMEN, LIFECYCLE, 99),
    Kind("journal.erased", "Erased people's entries were removed from the journal", _LIMEN, LIFECYCLE, 99),
    Kind("event_store.recovered", "The event store was recovered after a crash", _LIMEN, LIFECYCLE, 99),
    Kind("event_store.damaged", "Stored events were changed from outside", _LIMEN, LIFECYCLE, 99, severity=_GRAVE),
    Kind("event_store.expired", "Expired events were deleted", _LIMEN, LIFECYCLE, 99),
    Kind("journal.sealed", "A journal segment was sealed", _LIMEN, LIFECYCLE, 99),
)
