"""The rows of a control as CSV: for an auditor, so without the names of people unless they are asked for."""

from __future__ import annotations

import csv
import io
from typing import Final

from limen.clock import to_iso
from limen.printable import no_formula
from limen.roadmap.roadmap import Shown

COLUMNS: Final = ("control", "part", "id", "name", "count", "is_met", "why", "page", "excepted_until")


def csv_of(shown: Shown, *, with_names: bool = False) -> str:
    """All rows (RFC 4180). A cell that a spreadsheet would take for a formula is led by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for part in shown.measured.parts:
        for row in part.rows:
            is_named = with_names or not row.is_personal
            until = shown.excepted.get(row.id, 0)
            writer.writerow(
                [
                    shown.control.id,
                    no_formula(part.name),
                    *(no_formula(cell) if is_named else "" for cell in (row.id, row.name)),
                    row.count,
                    "yes" if row.is_met else "no",
                    no_formula(row.why),
                    no_formula(row.page) if is_named else "",
                    to_iso(until) if until else "",
                ]
            )
    return text.getvalue()
