"""How Limen is governed and how it runs: revisions, break-glass, keys, disk, backups, journal."""

from __future__ import annotations

from typing import Final

from limen.events.headings import ADMINISTRATION, CHANGES, RUNNING, SIGN_INS
from limen.events.kind import AUTHENTICATION, ENTITY, LIFECYCLE, Kind, Owner, Severity, Topic

_REVISION = Topic(ADMINISTRATION, Owner.OFFICE, "Changes you published", "A change you published", (CHANGES,))
_BREAK_GLASS = Topic(ADMINISTRATION, Owner.OFFICE, "Break-glass", filters=(SIGN_INS,))
_ROADMAP = Topic(ADMINISTRATION, Owner.OFFICE, "Exceptions you decided", "An exception you decided", (CHANGES,))
_KEY = Topic(ADMINISTRATION, Owner.LIMEN)
_PROBE = Topic(ADMINISTRATION, Owner.OFFICE, "Probes you asked for", "A probe you asked for", (CHANGES,))
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
    Kind("limen.workers_replaced", "All workers of a machine are being replaced", _LIMEN, LIFECYCLE, 99),
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
    Kind("event_engine.away", "ClickHouse or NATS has been away for long", _LIMEN, LIFECYCLE, 99, severity=_GRAVE),
    Kind("event_engine.set_back", "ClickHouse lost events that it had", _LIMEN, LIFECYCLE, 99),
    Kind("roadmap.measured", "The controls of the roadmap were measured for the day", _LIMEN, LIFECYCLE, 99),
    Kind("roadmap.control_closed", "A control of the roadmap held for 14 days and is closed", _LIMEN, LIFECYCLE, 99),
    Kind(
        "roadmap.control_reopened",
        "A control of the roadmap was not met for a day and is open again",
        _LIMEN,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind(
        "roadmap.excepted",
        "Something of the roadmap was excepted for a while",
        _ROADMAP,
        ENTITY,
        3,
        shown=("why",),
        severity=Severity.LOW,
    ),
    Kind("roadmap.exception_ended", "An exception of the roadmap was taken back", _ROADMAP, ENTITY, 3),
    Kind(
        "roadmap.stated",
        "Somebody stated for the roadmap what no source can tell",
        _ROADMAP,
        ENTITY,
        1,
        shown=("why",),
        severity=Severity.LOW,
    ),
    Kind("roadmap.statement_ended", "A statement for the roadmap was taken back", _ROADMAP, ENTITY, 3),
    Kind(
        "roadmap.statement_contradicted",
        "A source sees otherwise than somebody stated for the roadmap",
        _LIMEN,
        LIFECYCLE,
        99,
        severity=Severity.MEDIUM,
    ),
    Kind("roadmap.phase_closed", "A phase of the roadmap is closed", _LIMEN, LIFECYCLE, 99),
    Kind("roadmap.phase_reopened", "A phase of the roadmap is open again", _LIMEN, LIFECYCLE, 99, severity=_GRAVE),
    Kind("roadmap.reported", "A report of the roadmap was made", _LIMEN, LIFECYCLE, 99),
    Kind("roadmap.month_told", "Administrators were written to about the month's roadmap", _LIMEN, LIFECYCLE, 99),
    Kind(
        "probe.ran",
        "Limen tried itself by a probe",
        _PROBE,
        LIFECYCLE,
        99,
        shown=("probe", "result", "found"),
        acknowledged=True,
    ),
    Kind("journal.sealed", "A journal segment was sealed", _LIMEN, LIFECYCLE, 99),
)
