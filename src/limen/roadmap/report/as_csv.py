"""The report as CSV (RFC 4180): a row for the report, each chain of the journal, control, part, missed row, exception.

One header for all kinds of rows; `row` says which one it is. No cell is a formula to a spreadsheet.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Final

from limen.clock import Instant, to_iso
from limen.printable import no_formula
from limen.roadmap.report.model import Line, Report
from limen.roadmap.report.texts import part_figure

COLUMNS: Final = (
    *("row", "company", "made_at", "day", "revision", "phase", "control", "is_must", "name", "demands", "counts"),
    *("closes", "answer", "figure", "journaled", "grade", "held_days", "held_since", "held_until", "closed_at"),
    *("at_least", "is_met", "count", "why", "missing", "compensation", "until", "by", "checkpoint"),
)
_Cells = dict[str, object]


def as_csv(report: Report) -> bytes:
    written = StringIO(newline="")
    writer = csv.DictWriter(written, COLUMNS, restval="")
    writer.writeheader()
    for cells in _rows(report):
        writer.writerow({name: no_formula(_cell(value)) for name, value in cells.items()})
    return written.getvalue().encode()


def _rows(report: Report) -> Iterator[_Cells]:
    base: _Cells = {
        "company": report.company,
        "made_at": to_iso(report.at),
        "day": report.day.isoformat(),
        "revision": report.revision,
    }
    yield {**base, "row": "report", "name": report.title}
    for head in report.heads:
        yield {**base, "row": "journal", "name": head.writer, "count": head.n, "checkpoint": head.checkpoint}
    for page in report.pages:
        for line in page.lines:
            control = {**base, "phase": int(page.phase), "control": line.id}
            yield from ({**control, **cells} for cells in _of(line))


def _of(line: Line) -> Iterator[_Cells]:
    yield {
        "row": "control",
        "name": line.title,
        "is_must": line.is_must,
        "demands": line.demands,
        "counts": line.counts,
        "closes": line.closes,
        "answer": line.answer.value,
        "figure": line.figure,
        "journaled": line.journaled,
        "grade": line.grade.word,
        "held_days": line.held.days,
        "held_since": line.held.since or "",
        "held_until": line.held.until or "",
        "closed_at": _iso(line.closed_at),
        "missing": " / ".join(line.missing),
    }
    for part in line.parts:
        yield {
            "row": "part",
            "name": part.name,
            "figure": part_figure(part),
            "grade": part.grade.word,
            "at_least": part.at_least,
            "is_met": part.is_met,
            "missing": part.missing,
        }
        for one in part.missed:
            yield {
                "row": "missed",
                "name": one.name,
                "count": one.count,
                "why": one.why,
                "until": _iso(one.excepted_until),
            }
        if part.unlisted:
            yield {"row": "unlisted", "count": part.unlisted}
    for excepted in line.exceptions:
        yield {
            "row": "exception",
            "name": excepted.row,
            "why": excepted.why,
            "compensation": excepted.compensation,
            "until": _iso(excepted.until),
            "by": excepted.by,
        }


def _cell(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _iso(at: Instant) -> str:
    return to_iso(at) if at else ""
