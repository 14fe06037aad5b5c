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
    Kind("key.exported", "The master key was written out", _KEY, LIFECYCLE, 99),
    Kind("limen.started", "Limen started", _LIMEN, LIFECYCLE, 3),
    Kind("limen.stopped", "Limen stopped", _LIMEN, LIFECYCLE, 4),
    Kind("disk.low", "Room for the journal and the database is running out", _LIMEN, LIFECYCLE, 99),
    Kind("disk.recovered", "There is room again", _LIMEN, LIFECYCLE, 99),
    Kind("limen.restored", "Limen was restored from a backup", _LIMEN, LIFECYCLE, 99, acknowledged=True),
    Kind("limen.upgraded", "The database was brought over to a newer Limen", _LIMEN, LIFECYCLE, 99),
    Kind("limen.moved", "The database was moved to another place", _LIMEN, LIFECYCLE, 99),
    Kind("backup.taken", "A backup was taken", _LIMEN, LIFECYCLE, 99),
    Kind("backup.failed", "A backup could not be taken", _LIMEN, LIFECYCLE, 99),
    Kind("journal.recovered", "The journal was recovered after a hard stop", _LIMEN, LIFECYCLE, 99),
    Kind("journal.damaged", "The journal is not as it was left", _LIMEN, LIFECYCLE, 99, severity=_GRAVE),
    Kind("journal.dropped", "Events could not be kept while the journal was unwritable", _LIMEN, LIFECYCLE, 99),
    Kind("strangers.left_out", "What strangers caused was counted, not kept one by one", _LIMEN, LIFECYCLE, 99),
    Kind("journal.expired", "Journal segments past their keeping time were deleted", _LIMEN, LIFECYCLE, 99),
    Kind("journal.erased", "The own bodies of erased people were erased from the journal", _LIMEN, LIFECYCLE, 99),
    Kind("journal.sealed", "A journal segment was sealed", _LIMEN, LIFECYCLE, 99),
)
