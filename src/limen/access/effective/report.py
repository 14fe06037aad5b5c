"""Effective access as rows for spreadsheets and programs, with the names that a caller knows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from limen.access.effective.rows import Answer, Row
from limen.clock import SECOND, Instant
from limen.printable import no_formula

ANYBODY: Final = "Anyone, without signing in"
SAID: Final = {
    Answer.ALWAYS: "always",
    Answer.IF: "with conditions",
    Answer.BY_GRANT: "only with a grant",
    Answer.NEVER: "no",
}
COLUMNS: Final = (
    "person",
    "person_id",
    "door",
    "app",
    "app_id",
    "actions",
    "answer",
    "conditions",
    "policies",
    "through_groups",
    "grant",
    "until",
    "last_used",
    "why_not",
)


@dataclass(frozen=True, slots=True)
class Names:
    """What people call what has an id; an id that is not there is shown as it is."""

    people: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, str] = field(default_factory=dict)

    def person(self, row: Row) -> str:
        return self.people.get(row.person, row.person) if row.person else ANYBODY

    def app(self, row: Row) -> str:
        return self.apps.get(row.app, row.app)


def plain(row: Row, names: Names) -> dict[str, Any]:
    """As JSON."""
    return {
        "person": row.person,
        "person_name": names.person(row),
        "door": row.door.value,
        "app": row.app,
        "app_name": names.app(row),
        "label": row.label.word,
        "actions": list(row.actions),
        "answer": row.answer.value,
        "conditions": list(row.whens),
        "policies": list(row.policies),
        "through_groups": list(row.groups),
        "grant": row.grant,
        "until": _iso(row.until),
        "last_used": _iso(row.last_used),
        "why_not": row.why,
        "is_certain": row.is_certain,
    }


def as_csv(rows: Iterable[Row], names: Names) -> str:
    """A line for each row, for a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (
            names.person(row),
            row.person,
            row.door.value,
            names.app(row),
            row.app,
            " ".join(row.actions),
            row.answer.value,
            " or ".join(row.whens),
            " ".join(row.policies),
            " ".join(row.groups),
            row.grant,
            _iso(row.until),
            _iso(row.last_used),
            row.why,
        )
        writer.writerow([no_formula(cell) for cell in cells])
    return written.getvalue()


def _iso(at: Instant) -> str:
    return datetime.fromtimestamp(at / SECOND, UTC).isoformat(timespec="seconds") if at else ""
