"""P11: nobody changed the record, and what is lost can be had back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from limen.clock import DAY, Milliseconds, to_iso
from limen.roadmap.data.evidence import RecordEvidence
from limen.roadmap.evidence import Evidence
from limen.roadmap.model import Control, Grade, Part, Phase, Row

BACKED_UP_WITHIN: Final[Milliseconds] = 2 * DAY
TOO_LARGE: Final = (
    "The journal is too large to be verified with each look: run `limen journal verify` each night, and keep its"
    " checkpoints on another machine."
)
NO_JOURNAL: Final = "There is no journal yet: run `limen serve`."
NEVER_BACKED_UP: Final = "No backup was taken in 90 days: run `limen backup`, and name a folder on another machine."
NEVER_RESTORED: Final = (
    "No restore is on record in 90 days: restore the newest backup into an empty folder, and start Limen there."
)
_BACKUPS: Final = "/console/backups"


def measure(evidence: Evidence) -> Iterator[Part]:
    record = evidence.data.record
    verified = None if record is None else record.problems
    yield Part(
        "journals without a gap, a change or a cut",
        () if verified is None else tuple(_journal(verified)),
        grade=Grade.MEASURED,
        missing=NO_JOURNAL if record is None else TOO_LARGE if verified is None else "",
    )
    yield Part(
        "backups that are taken every two days",
        () if record is None else tuple(_backup(evidence, record)),
        missing="" if record is not None and record.backup_at else NEVER_BACKED_UP,
    )
    restores = () if record is None else tuple(_restores(record))
    yield Part(
        "restores of a backup in 90 days",
        restores,
        grade=Grade.PROBED,
        missing="" if restores else NEVER_RESTORED,
    )


def _journal(problems: tuple[str, ...]) -> Iterator[Row]:
    why = "" if not problems else f"verifying it found {len(problems)} problems: `limen journal verify` names them"
    yield Row("journal", "the journal", not why, why, _BACKUPS)


def _backup(evidence: Evidence, record: RecordEvidence) -> Iterator[Row]:
    is_fresh = evidence.at - BACKED_UP_WITHIN < record.backup_at <= evidence.at
    why = "" if is_fresh else "the last one is older than two days, or from after now"
    yield Row("backup", f"backup of {to_iso(record.backup_at)[:10]}", is_fresh, why, _BACKUPS)


def _restores(record: RecordEvidence) -> Iterator[Row]:
    for event_id, at in sorted(record.restores.items()):
        yield Row(event_id, f"restored on {to_iso(at)[:10]}", is_met=True, page=_BACKUPS)


CONTROL: Final = Control(
    id="P11",
    phase=Phase.DATA,
    title="The record and the restore hold",
    demands="The journal verifies from end to end, a backup is two days old at most, and one was restored in 90 days.",
    figure="journals that verify; backups that are fresh; restores on record",
    closes="It is all of them.",
    why="After an attack only a record that nobody could change counts, and only a backup that was tried comes back.",
    how="Back up every day to another machine, and restore into an empty folder each quarter.",
    page=_BACKUPS,
    minutes=60,
    weight=4,
    measure=measure,
)
